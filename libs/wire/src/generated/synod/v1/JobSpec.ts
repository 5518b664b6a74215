// Original file: synod/v1/job.proto

import type { ExecTask as _synod_v1_ExecTask, ExecTask__Output as _synod_v1_ExecTask__Output } from '../../synod/v1/ExecTask.js';
import type { HandlerTask as _synod_v1_HandlerTask, HandlerTask__Output as _synod_v1_HandlerTask__Output } from '../../synod/v1/HandlerTask.js';
import type { PlacementPolicy as _synod_v1_PlacementPolicy, PlacementPolicy__Output as _synod_v1_PlacementPolicy__Output } from '../../synod/v1/PlacementPolicy.js';
import type { ExecutionMode as _synod_v1_ExecutionMode, ExecutionMode__Output as _synod_v1_ExecutionMode__Output } from '../../synod/v1/ExecutionMode.js';
import type { HttpTask as _synod_v1_HttpTask, HttpTask__Output as _synod_v1_HttpTask__Output } from '../../synod/v1/HttpTask.js';
import type { PlacementOptions as _synod_v1_PlacementOptions, PlacementOptions__Output as _synod_v1_PlacementOptions__Output } from '../../synod/v1/PlacementOptions.js';
import type { RetryPolicy as _synod_v1_RetryPolicy, RetryPolicy__Output as _synod_v1_RetryPolicy__Output } from '../../synod/v1/RetryPolicy.js';
import type { JobSpec as _synod_v1_JobSpec, JobSpec__Output as _synod_v1_JobSpec__Output } from '../../synod/v1/JobSpec.js';
import type { Long } from '@grpc/proto-loader';

export interface JobSpec {
  'exec'?: (_synod_v1_ExecTask | null);
  'handler'?: (_synod_v1_HandlerTask | null);
  'queue'?: (string);
  'labels'?: ({[key: string]: string});
  'workerLabels'?: ({[key: string]: string});
  'placement'?: (_synod_v1_PlacementPolicy);
  'placementKey'?: (string);
  'mode'?: (_synod_v1_ExecutionMode);
  'lostAfterMs'?: (number);
  'startToCloseTimeoutMs'?: (number);
  'killGraceMs'?: (number);
  'maxLostAttempts'?: (number);
  'http'?: (_synod_v1_HttpTask | null);
  'placementOptions'?: (_synod_v1_PlacementOptions | null);
  'priority'?: (number);
  'delayMs'?: (number | string | Long);
  'runAtMs'?: (number | string | Long);
  'expiresAtMs'?: (number | string | Long);
  'scheduleToStartTimeoutMs'?: (number | string | Long);
  'retry'?: (_synod_v1_RetryPolicy | null);
  'onFailure'?: (_synod_v1_JobSpec | null);
  'limitKey'?: (string);
  'task'?: "exec"|"handler"|"http";
  '_killGraceMs'?: "killGraceMs";
  '_runAtMs'?: "runAtMs";
  '_expiresAtMs'?: "expiresAtMs";
}

export interface JobSpec__Output {
  'exec'?: (_synod_v1_ExecTask__Output | null);
  'handler'?: (_synod_v1_HandlerTask__Output | null);
  'queue': (string);
  'labels': ({[key: string]: string});
  'workerLabels': ({[key: string]: string});
  'placement': (_synod_v1_PlacementPolicy__Output);
  'placementKey': (string);
  'mode': (_synod_v1_ExecutionMode__Output);
  'lostAfterMs': (number);
  'startToCloseTimeoutMs': (number);
  'killGraceMs'?: (number);
  'maxLostAttempts': (number);
  'http'?: (_synod_v1_HttpTask__Output | null);
  'placementOptions': (_synod_v1_PlacementOptions__Output | null);
  'priority': (number);
  'delayMs': (string);
  'runAtMs'?: (string);
  'expiresAtMs'?: (string);
  'scheduleToStartTimeoutMs': (string);
  'retry': (_synod_v1_RetryPolicy__Output | null);
  'onFailure': (_synod_v1_JobSpec__Output | null);
  'limitKey': (string);
  'task'?: "exec"|"handler"|"http";
  '_killGraceMs'?: "killGraceMs";
  '_runAtMs'?: "runAtMs";
  '_expiresAtMs'?: "expiresAtMs";
}
