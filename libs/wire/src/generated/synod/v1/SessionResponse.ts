// Original file: synod/v1/agent_service.proto

import type { Welcome as _synod_v1_Welcome, Welcome__Output as _synod_v1_Welcome__Output } from '../../synod/v1/Welcome.js';
import type { Assignments as _synod_v1_Assignments, Assignments__Output as _synod_v1_Assignments__Output } from '../../synod/v1/Assignments.js';
import type { Cancellations as _synod_v1_Cancellations, Cancellations__Output as _synod_v1_Cancellations__Output } from '../../synod/v1/Cancellations.js';
import type { ReportsAcknowledged as _synod_v1_ReportsAcknowledged, ReportsAcknowledged__Output as _synod_v1_ReportsAcknowledged__Output } from '../../synod/v1/ReportsAcknowledged.js';
import type { TailLogs as _synod_v1_TailLogs, TailLogs__Output as _synod_v1_TailLogs__Output } from '../../synod/v1/TailLogs.js';
import type { Evictions as _synod_v1_Evictions, Evictions__Output as _synod_v1_Evictions__Output } from '../../synod/v1/Evictions.js';

export interface SessionResponse {
  'welcome'?: (_synod_v1_Welcome | null);
  'assignments'?: (_synod_v1_Assignments | null);
  'cancellations'?: (_synod_v1_Cancellations | null);
  'reportsAcknowledged'?: (_synod_v1_ReportsAcknowledged | null);
  'tailLogs'?: (_synod_v1_TailLogs | null);
  'evictions'?: (_synod_v1_Evictions | null);
  'message'?: "welcome"|"assignments"|"cancellations"|"reportsAcknowledged"|"tailLogs"|"evictions";
}

export interface SessionResponse__Output {
  'welcome'?: (_synod_v1_Welcome__Output | null);
  'assignments'?: (_synod_v1_Assignments__Output | null);
  'cancellations'?: (_synod_v1_Cancellations__Output | null);
  'reportsAcknowledged'?: (_synod_v1_ReportsAcknowledged__Output | null);
  'tailLogs'?: (_synod_v1_TailLogs__Output | null);
  'evictions'?: (_synod_v1_Evictions__Output | null);
  'message'?: "welcome"|"assignments"|"cancellations"|"reportsAcknowledged"|"tailLogs"|"evictions";
}
