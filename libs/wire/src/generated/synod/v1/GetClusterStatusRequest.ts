// Original file: synod/v1/cluster_service.proto


export interface GetClusterStatusRequest {
}

export interface GetClusterStatusRequest__Output {
}
