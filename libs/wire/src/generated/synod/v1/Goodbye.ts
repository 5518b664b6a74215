// Original file: synod/v1/agent_service.proto


export interface Goodbye {
}

export interface Goodbye__Output {
}
