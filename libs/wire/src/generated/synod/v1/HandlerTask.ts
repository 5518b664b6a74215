// Original file: synod/v1/job.proto


export interface HandlerTask {
  'handler'?: (string);
  'payload'?: (Buffer | Uint8Array | string);
}

export interface HandlerTask__Output {
  'handler': (string);
  'payload': (Buffer);
}
