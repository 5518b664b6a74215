// Original file: synod/v1/paxos_service.proto


export interface FetchHistoryResponse {
  'records'?: (Buffer | Uint8Array | string)[];
  'throughJobId'?: (string);
}

export interface FetchHistoryResponse__Output {
  'records': (Buffer)[];
  'throughJobId': (string);
}
