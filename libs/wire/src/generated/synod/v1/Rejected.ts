// Original file: synod/v1/paxos_service.proto


export interface Rejected {
  'storageId'?: (string);
}

export interface Rejected__Output {
  'storageId': (string);
}
