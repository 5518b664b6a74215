// Original file: synod/v1/agent_service.proto

import type { Hello as _synod_v1_Hello, Hello__Output as _synod_v1_Hello__Output } from '../../synod/v1/Hello.js';
import type { Reports as _synod_v1_Reports, Reports__Output as _synod_v1_Reports__Output } from '../../synod/v1/Reports.js';
import type { Goodbye as _synod_v1_Goodbye, Goodbye__Output as _synod_v1_Goodbye__Output } from '../../synod/v1/Goodbye.js';
import type { Draining as _synod_v1_Draining, Draining__Output as _synod_v1_Draining__Output } from '../../synod/v1/Draining.js';

export interface SessionRequest {
  'hello'?: (_synod_v1_Hello | null);
  'reports'?: (_synod_v1_Reports | null);
  'goodbye'?: (_synod_v1_Goodbye | null);
  'draining'?: (_synod_v1_Draining | null);
  'message'?: "hello"|"reports"|"goodbye"|"draining";
}

export interface SessionRequest__Output {
  'hello'?: (_synod_v1_Hello__Output | null);
  'reports'?: (_synod_v1_Reports__Output | null);
  'goodbye'?: (_synod_v1_Goodbye__Output | null);
  'draining'?: (_synod_v1_Draining__Output | null);
  'message'?: "hello"|"reports"|"goodbye"|"draining";
}
