// Original file: synod/v1/job.proto


export interface ExecTask {
  'command'?: (string);
  'args'?: (string)[];
  'env'?: ({[key: string]: string});
  'cwd'?: (string);
  'stdin'?: (Buffer | Uint8Array | string);
  'user'?: (string);
}

export interface ExecTask__Output {
  'command': (string);
  'args': (string)[];
  'env': ({[key: string]: string});
  'cwd': (string);
  'stdin': (Buffer);
  'user': (string);
}
