// Original file: synod/v1/agent_service.proto

import type { AttemptReport as _synod_v1_AttemptReport, AttemptReport__Output as _synod_v1_AttemptReport__Output } from '../../synod/v1/AttemptReport.js';
import type { Long } from '@grpc/proto-loader';

export interface Reports {
  'sequence'?: (number | string | Long);
  'reports'?: (_synod_v1_AttemptReport)[];
}

export interface Reports__Output {
  'sequence': (string);
  'reports': (_synod_v1_AttemptReport__Output)[];
}
