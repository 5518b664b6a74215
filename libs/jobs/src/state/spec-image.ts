import { unreachable } from '@synod/base';
import type { JobSpec, Task } from '../job.js';

/** A spec as an image holds it: by position, as the names of its fields would be half of it. */
export function specToImage(spec: JobSpec): unknown {
  return [
    taskToImage(spec.task),
    spec.queue,
    spec.labels,
    spec.workerLabels,
    spec.placement,
    spec.placementKey,
    spec.mode,
    spec.lostAfterMs,
    spec.startToCloseTimeoutMs,
    spec.killGraceMs,
    spec.maxLostAttempts,
  ];
}

function taskToImage(task: Task): unknown {
  switch (task.kind) {
    case 'exec':
      return [task.kind, task.command, task.args, task.env, task.cwd, task.stdin, task.user];
    case 'handler':
      return [task.kind, task.handler, task.payload];
    default:
      return unreachable(task);
  }
}
