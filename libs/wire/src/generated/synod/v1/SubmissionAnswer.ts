// Original file: synod/v1/job_service.proto

import type { Status as _google_rpc_Status, Status__Output as _google_rpc_Status__Output } from '../../google/rpc/Status.js';
import type { Long } from '@grpc/proto-loader';

export interface SubmissionAnswer {
  'requestId'?: (number | string | Long);
  'jobIds'?: (string)[];
  'replayed'?: (boolean);
  'error'?: (_google_rpc_Status | null);
}

export interface SubmissionAnswer__Output {
  'requestId': (string);
  'jobIds': (string)[];
  'replayed': (boolean);
  'error': (_google_rpc_Status__Output | null);
}
