// Original file: synod/v1/agent_service.proto


export interface PushLogsResponse {
}

export interface PushLogsResponse__Output {
}
