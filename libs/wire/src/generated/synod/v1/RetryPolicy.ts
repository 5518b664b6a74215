// Original file: synod/v1/job.proto

import type { Backoff as _synod_v1_Backoff, Backoff__Output as _synod_v1_Backoff__Output } from '../../synod/v1/Backoff.js';

export interface RetryPolicy {
  'maxAttempts'?: (number);
  'backoff'?: (_synod_v1_Backoff);
  'initialMs'?: (number);
  'maxMs'?: (number);
  'jitterPercent'?: (number);
  'notRetriedExitCodes'?: (number)[];
  'notRetriedErrors'?: (string)[];
  '_initialMs'?: "initialMs";
  '_jitterPercent'?: "jitterPercent";
}

export interface RetryPolicy__Output {
  'maxAttempts': (number);
  'backoff': (_synod_v1_Backoff__Output);
  'initialMs'?: (number);
  'maxMs': (number);
  'jitterPercent'?: (number);
  'notRetriedExitCodes': (number)[];
  'notRetriedErrors': (string)[];
  '_initialMs'?: "initialMs";
  '_jitterPercent'?: "jitterPercent";
}
