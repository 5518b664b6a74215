// Original file: synod/v1/schedule_service.proto

import type { ScheduleSpec as _synod_v1_ScheduleSpec, ScheduleSpec__Output as _synod_v1_ScheduleSpec__Output } from '../../synod/v1/ScheduleSpec.js';
import type { FiringDecision as _synod_v1_FiringDecision, FiringDecision__Output as _synod_v1_FiringDecision__Output } from '../../synod/v1/FiringDecision.js';
import type { Long } from '@grpc/proto-loader';

export interface Schedule {
  'scheduleId'?: (string);
  'spec'?: (_synod_v1_ScheduleSpec | null);
  'revision'?: (number | string | Long);
  'paused'?: (boolean);
  'pauseReason'?: (string);
  'createdAtMs'?: (number | string | Long);
  'changedAtMs'?: (number | string | Long);
  'principal'?: (string);
  'decidedThroughMs'?: (number | string | Long);
  'nextNominalMs'?: (number | string | Long);
  'fired'?: (number | string | Long);
  'caughtUp'?: (number | string | Long);
  'skipped'?: (number | string | Long);
  'missed'?: (number | string | Long);
  'ledger'?: (_synod_v1_FiringDecision)[];
  'activeJobIds'?: (string)[];
  'waitingJobIds'?: (string)[];
  '_nextNominalMs'?: "nextNominalMs";
}

export interface Schedule__Output {
  'scheduleId': (string);
  'spec': (_synod_v1_ScheduleSpec__Output | null);
  'revision': (string);
  'paused': (boolean);
  'pauseReason': (string);
  'createdAtMs': (string);
  'changedAtMs': (string);
  'principal': (string);
  'decidedThroughMs': (string);
  'nextNominalMs'?: (string);
  'fired': (string);
  'caughtUp': (string);
  'skipped': (string);
  'missed': (string);
  'ledger': (_synod_v1_FiringDecision__Output)[];
  'activeJobIds': (string)[];
  'waitingJobIds': (string)[];
  '_nextNominalMs'?: "nextNominalMs";
}
