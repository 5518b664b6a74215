// Original file: synod/v1/agent_service.proto

import type { AttemptRef as _synod_v1_AttemptRef, AttemptRef__Output as _synod_v1_AttemptRef__Output } from '../../synod/v1/AttemptRef.js';
import type { Long } from '@grpc/proto-loader';

export interface ReportGuardEndedRequest {
  'workerId'?: (string);
  'incarnation'?: (number | string | Long);
  'ended'?: (_synod_v1_AttemptRef)[];
}

export interface ReportGuardEndedRequest__Output {
  'workerId': (string);
  'incarnation': (string);
  'ended': (_synod_v1_AttemptRef__Output)[];
}
