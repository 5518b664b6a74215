// Original file: synod/v1/job.proto

import type { ExecLimits as _synod_v1_ExecLimits, ExecLimits__Output as _synod_v1_ExecLimits__Output } from '../../synod/v1/ExecLimits.js';

export interface ExecTask {
  'command'?: (string);
  'args'?: (string)[];
  'env'?: ({[key: string]: string});
  'cwd'?: (string);
  'stdin'?: (Buffer | Uint8Array | string);
  'user'?: (string);
  'limits'?: (_synod_v1_ExecLimits | null);
}

export interface ExecTask__Output {
  'command': (string);
  'args': (string)[];
  'env': ({[key: string]: string});
  'cwd': (string);
  'stdin': (Buffer);
  'user': (string);
  'limits': (_synod_v1_ExecLimits__Output | null);
}
