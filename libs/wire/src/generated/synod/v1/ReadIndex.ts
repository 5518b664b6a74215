// Original file: synod/v1/paxos_service.proto


export interface ReadIndex {
}

export interface ReadIndex__Output {
}
