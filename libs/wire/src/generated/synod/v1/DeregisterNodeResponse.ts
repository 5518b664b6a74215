// Original file: synod/v1/registry_service.proto


export interface DeregisterNodeResponse {
}

export interface DeregisterNodeResponse__Output {
}
