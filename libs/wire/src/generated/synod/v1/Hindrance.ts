// Original file: synod/v1/job_service.proto

import type { Long } from '@grpc/proto-loader';

export interface Hindrance {
  'code'?: (string);
  'message'?: (string);
  'remedy'?: (string);
  'untilMs'?: (number | string | Long);
  '_untilMs'?: "untilMs";
}

export interface Hindrance__Output {
  'code': (string);
  'message': (string);
  'remedy': (string);
  'untilMs'?: (string);
  '_untilMs'?: "untilMs";
}
