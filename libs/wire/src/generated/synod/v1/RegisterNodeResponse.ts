// Original file: synod/v1/registry_service.proto


export interface RegisterNodeResponse {
}

export interface RegisterNodeResponse__Output {
}
