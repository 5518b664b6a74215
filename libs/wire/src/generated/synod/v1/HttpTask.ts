// Original file: synod/v1/job.proto

import type { StatusRange as _synod_v1_StatusRange, StatusRange__Output as _synod_v1_StatusRange__Output } from '../../synod/v1/StatusRange.js';

export interface HttpTask {
  'method'?: (string);
  'url'?: (string);
  'headers'?: ({[key: string]: string});
  'body'?: (Buffer | Uint8Array | string);
  'expectedStatuses'?: (_synod_v1_StatusRange)[];
  'requestTimeoutMs'?: (number);
  'maxRedirects'?: (number);
}

export interface HttpTask__Output {
  'method': (string);
  'url': (string);
  'headers': ({[key: string]: string});
  'body': (Buffer);
  'expectedStatuses': (_synod_v1_StatusRange__Output)[];
  'requestTimeoutMs': (number);
  'maxRedirects': (number);
}
