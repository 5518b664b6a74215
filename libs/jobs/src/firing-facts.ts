import { unreachable } from '@synod/base';
import type { JobSpec, Task } from './job.js';
import type { Firing } from './schedule.js';

/** How a job that a schedule submitted learns which, and for which time. */
export const SCHEDULE_ID_ENV = 'SYNOD_SCHEDULE_ID';
export const NOMINAL_TIME_ENV = 'SYNOD_NOMINAL_TIME_MS';
export const SCHEDULE_ID_HEADER = 'Synod-Schedule-Id';
export const NOMINAL_TIME_HEADER = 'Synod-Nominal-Time-Ms';

/** The spec as a worker gets it: with the firing where its task can read it. It is added on the way, so that jobs share their specs. */
export function withFiring(spec: JobSpec, firing: Firing | undefined): JobSpec {
  return firing === undefined ? spec : { ...spec, task: taskOf(spec.task, firing) };
}

function taskOf(task: Task, { scheduleId, nominalMs }: Firing): Task {
  switch (task.kind) {
    case 'exec':
      return { ...task, env: { ...task.env, [SCHEDULE_ID_ENV]: scheduleId, [NOMINAL_TIME_ENV]: `${nominalMs}` } };
    case 'http': {
      const facts = { [SCHEDULE_ID_HEADER]: scheduleId, [NOMINAL_TIME_HEADER]: `${nominalMs}` };
      return { ...task, headers: { ...task.headers, ...facts } };
    }
    case 'handler':
      return task;
    default:
      return unreachable(task);
  }
}
