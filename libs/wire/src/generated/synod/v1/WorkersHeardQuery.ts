// Original file: synod/v1/paxos_service.proto


export interface WorkersHeardQuery {
  'workerId'?: (string);
}

export interface WorkersHeardQuery__Output {
  'workerId': (string);
}
