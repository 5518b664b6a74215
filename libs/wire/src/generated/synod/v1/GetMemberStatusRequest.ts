// Original file: synod/v1/cluster_service.proto


export interface GetMemberStatusRequest {
}

export interface GetMemberStatusRequest__Output {
}
