// Original file: synod/v1/agent_service.proto


export interface ReportGuardEndedResponse {
}

export interface ReportGuardEndedResponse__Output {
}
