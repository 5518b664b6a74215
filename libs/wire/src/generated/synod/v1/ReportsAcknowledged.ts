// Original file: synod/v1/agent_service.proto

import type { Long } from '@grpc/proto-loader';

export interface ReportsAcknowledged {
  'sequences'?: (number | string | Long)[];
}

export interface ReportsAcknowledged__Output {
  'sequences': (string)[];
}
