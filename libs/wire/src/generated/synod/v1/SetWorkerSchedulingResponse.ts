// Original file: synod/v1/worker_service.proto


export interface SetWorkerSchedulingResponse {
}

export interface SetWorkerSchedulingResponse__Output {
}
