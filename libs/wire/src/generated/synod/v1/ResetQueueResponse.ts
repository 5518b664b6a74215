// Original file: synod/v1/queue_service.proto


export interface ResetQueueResponse {
}

export interface ResetQueueResponse__Output {
}
