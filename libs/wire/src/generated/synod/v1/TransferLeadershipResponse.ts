// Original file: synod/v1/cluster_service.proto

import type { TransferOutcome as _synod_v1_TransferOutcome, TransferOutcome__Output as _synod_v1_TransferOutcome__Output } from '../../synod/v1/TransferOutcome.js';

export interface TransferLeadershipResponse {
  'leaderId'?: (string);
  'outcome'?: (_synod_v1_TransferOutcome);
}

export interface TransferLeadershipResponse__Output {
  'leaderId': (string);
  'outcome': (_synod_v1_TransferOutcome__Output);
}
