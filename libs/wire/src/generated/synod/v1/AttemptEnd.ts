// Original file: synod/v1/agent_service.proto

import type { AttemptState as _synod_v1_AttemptState, AttemptState__Output as _synod_v1_AttemptState__Output } from '../../synod/v1/AttemptState.js';

export interface AttemptEnd {
  'outcome'?: (_synod_v1_AttemptState);
  'exitCode'?: (number);
  'signal'?: (string);
  'message'?: (string);
  'result'?: (Buffer | Uint8Array | string);
  'stdoutTail'?: (Buffer | Uint8Array | string);
  'stderrTail'?: (Buffer | Uint8Array | string);
  'errorType'?: (string);
  '_exitCode'?: "exitCode";
}

export interface AttemptEnd__Output {
  'outcome': (_synod_v1_AttemptState__Output);
  'exitCode'?: (number);
  'signal': (string);
  'message': (string);
  'result': (Buffer);
  'stdoutTail': (Buffer);
  'stderrTail': (Buffer);
  'errorType': (string);
  '_exitCode'?: "exitCode";
}
