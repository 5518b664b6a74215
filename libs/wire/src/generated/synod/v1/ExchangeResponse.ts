// Original file: synod/v1/paxos_service.proto


export interface ExchangeResponse {
}

export interface ExchangeResponse__Output {
}
