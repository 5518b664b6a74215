// Original file: synod/v1/paxos_service.proto


export interface ForwardedCommands {
  'commands'?: (Buffer | Uint8Array | string)[];
}

export interface ForwardedCommands__Output {
  'commands': (Buffer)[];
}
