// Original file: synod/v1/queue_service.proto


export interface ListQueuesRequest {
}

export interface ListQueuesRequest__Output {
}
