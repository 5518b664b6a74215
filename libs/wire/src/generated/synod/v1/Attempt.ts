// Original file: synod/v1/job.proto

import type { AttemptState as _synod_v1_AttemptState, AttemptState__Output as _synod_v1_AttemptState__Output } from '../../synod/v1/AttemptState.js';
import type { Long } from '@grpc/proto-loader';

export interface Attempt {
  'attempt'?: (number);
  'fencingToken'?: (number | string | Long);
  'workerId'?: (string);
  'workerIncarnation'?: (number | string | Long);
  'state'?: (_synod_v1_AttemptState);
  'assignedAtMs'?: (number | string | Long);
  'startedAtMs'?: (number | string | Long);
  'finishedAtMs'?: (number | string | Long);
  'exitCode'?: (number);
  'signal'?: (string);
  'message'?: (string);
  'result'?: (Buffer | Uint8Array | string);
  'stdoutTail'?: (Buffer | Uint8Array | string);
  'stderrTail'?: (Buffer | Uint8Array | string);
  'errorType'?: (string);
  '_startedAtMs'?: "startedAtMs";
  '_finishedAtMs'?: "finishedAtMs";
  '_exitCode'?: "exitCode";
}

export interface Attempt__Output {
  'attempt': (number);
  'fencingToken': (string);
  'workerId': (string);
  'workerIncarnation': (string);
  'state': (_synod_v1_AttemptState__Output);
  'assignedAtMs': (string);
  'startedAtMs'?: (string);
  'finishedAtMs'?: (string);
  'exitCode'?: (number);
  'signal': (string);
  'message': (string);
  'result': (Buffer);
  'stdoutTail': (Buffer);
  'stderrTail': (Buffer);
  'errorType': (string);
  '_startedAtMs'?: "startedAtMs";
  '_finishedAtMs'?: "finishedAtMs";
  '_exitCode'?: "exitCode";
}
