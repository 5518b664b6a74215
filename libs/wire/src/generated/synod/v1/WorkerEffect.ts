// Original file: synod/v1/placement_service.proto

import type { WorkerChange as _synod_v1_WorkerChange, WorkerChange__Output as _synod_v1_WorkerChange__Output } from '../../synod/v1/WorkerChange.js';

export interface WorkerEffect {
  'workerId'?: (string);
  'change'?: (_synod_v1_WorkerChange);
  'activeAttempts'?: (number);
  'capacity'?: (number);
  'shareBefore'?: (number | string);
  'shareAfter'?: (number | string);
  'jobsBefore'?: (number);
  'jobsAfter'?: (number);
}

export interface WorkerEffect__Output {
  'workerId': (string);
  'change': (_synod_v1_WorkerChange__Output);
  'activeAttempts': (number);
  'capacity': (number);
  'shareBefore': (number);
  'shareAfter': (number);
  'jobsBefore': (number);
  'jobsAfter': (number);
}
