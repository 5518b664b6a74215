// Original file: synod/v1/schedule_service.proto

import type { Timing as _synod_v1_Timing, Timing__Output as _synod_v1_Timing__Output } from '../../synod/v1/Timing.js';
import type { JobSpec as _synod_v1_JobSpec, JobSpec__Output as _synod_v1_JobSpec__Output } from '../../synod/v1/JobSpec.js';
import type { OverlapPolicy as _synod_v1_OverlapPolicy, OverlapPolicy__Output as _synod_v1_OverlapPolicy__Output } from '../../synod/v1/OverlapPolicy.js';
import type { CatchUpPolicy as _synod_v1_CatchUpPolicy, CatchUpPolicy__Output as _synod_v1_CatchUpPolicy__Output } from '../../synod/v1/CatchUpPolicy.js';
import type { Long } from '@grpc/proto-loader';

export interface ScheduleSpec {
  'timing'?: (_synod_v1_Timing | null);
  'job'?: (_synod_v1_JobSpec | null);
  'overlap'?: (_synod_v1_OverlapPolicy);
  'catchUp'?: (_synod_v1_CatchUpPolicy);
  'catchUpWindowMs'?: (number | string | Long);
  'jitterMs'?: (number | string | Long);
  'startAtMs'?: (number | string | Long);
  'endAtMs'?: (number | string | Long);
  '_startAtMs'?: "startAtMs";
  '_endAtMs'?: "endAtMs";
}

export interface ScheduleSpec__Output {
  'timing': (_synod_v1_Timing__Output | null);
  'job': (_synod_v1_JobSpec__Output | null);
  'overlap': (_synod_v1_OverlapPolicy__Output);
  'catchUp': (_synod_v1_CatchUpPolicy__Output);
  'catchUpWindowMs': (string);
  'jitterMs': (string);
  'startAtMs'?: (string);
  'endAtMs'?: (string);
  '_startAtMs'?: "startAtMs";
  '_endAtMs'?: "endAtMs";
}
