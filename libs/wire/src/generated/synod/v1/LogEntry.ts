// Original file: synod/v1/paxos_service.proto


export interface LogEntry {
  'noop'?: (boolean);
  'commands'?: (Buffer | Uint8Array | string)[];
}

export interface LogEntry__Output {
  'noop': (boolean);
  'commands': (Buffer)[];
}
