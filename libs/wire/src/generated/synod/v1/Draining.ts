// Original file: synod/v1/agent_service.proto


export interface Draining {
  'reason'?: (string);
}

export interface Draining__Output {
  'reason': (string);
}
