// Original file: synod/v1/cluster_service.proto


export interface TransferLeadershipRequest {
  'targetId'?: (string);
}

export interface TransferLeadershipRequest__Output {
  'targetId': (string);
}
