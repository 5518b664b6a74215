// Original file: synod/v1/job_service.proto

import type { LogStream as _synod_v1_LogStream, LogStream__Output as _synod_v1_LogStream__Output } from '../../synod/v1/LogStream.js';
import type { LogTime as _synod_v1_LogTime, LogTime__Output as _synod_v1_LogTime__Output } from '../../synod/v1/LogTime.js';
import type { Long } from '@grpc/proto-loader';

export interface GetJobLogsResponse {
  'attempt'?: (number);
  'stream'?: (_synod_v1_LogStream);
  'position'?: (number | string | Long);
  'data'?: (Buffer | Uint8Array | string);
  'truncated'?: (boolean);
  'times'?: (_synod_v1_LogTime)[];
}

export interface GetJobLogsResponse__Output {
  'attempt': (number);
  'stream': (_synod_v1_LogStream__Output);
  'position': (string);
  'data': (Buffer);
  'truncated': (boolean);
  'times': (_synod_v1_LogTime__Output)[];
}
