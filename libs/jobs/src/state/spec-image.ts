import { unreachable } from '@synod/base';
import type { ExecLimits, JobSpec, Task } from '../job.js';
import type { PlacementWish } from '../placement.js';
import { additionsToImage } from './spec-additions.js';

/** A spec as an image holds it: by position, as the names of its fields would be half of it. */
export function specToImage(spec: JobSpec): unknown {
  const additions = additionsToImage(spec, specToImage);
  const value = [
    taskToImage(spec.task),
    spec.queue,
    spec.labels,
    spec.workerLabels,
    placementToImage(spec),
    spec.placementKey,
    spec.mode,
    spec.lostAfterMs,
    spec.startToCloseTimeoutMs,
    spec.killGraceMs,
    spec.maxLostAttempts,
  ];
  // What levels below 3 wrote stays as it was.
  return additions === undefined ? value : [...value, additions];
}

/** The policy alone where it is all there is, as feature levels 1 and 2 wrote it. */
function placementToImage({ placement, placementOptions, ownPlacement }: PlacementWish): unknown {
  if (placementOptions === undefined) return ownPlacement === true ? [placement, true] : placement;
  const { choices, loadFactorPercent, spreadLabel } = placementOptions;
  return [placement, ownPlacement === true, choices ?? null, loadFactorPercent ?? null, spreadLabel ?? null];
}

function taskToImage(task: Task): unknown {
  switch (task.kind) {
    case 'exec':
      return task.limits === undefined
        ? [task.kind, task.command, task.args, task.env, task.cwd, task.stdin, task.user]
        : [task.kind, task.command, task.args, task.env, task.cwd, task.stdin, task.user, limitsToImage(task.limits)];
    case 'handler':
      return [task.kind, task.handler, task.payload];
    case 'http': {
      const { kind, method, url, headers, body, expectedStatuses, requestTimeoutMs, maxRedirects } = task;
      const statuses = expectedStatuses.map(({ from, to }) => [from, to]);
      return [kind, method, url, headers, body, statuses, requestTimeoutMs, maxRedirects];
    }
    default:
      return unreachable(task);
  }
}

function limitsToImage({ umask, ulimits, memoryMaxBytes, cpuMaxPercent, pidsMax, policy }: ExecLimits): unknown {
  const limits = ulimits.map(({ name, soft, hard }) => [name, soft, hard]);
  return [umask ?? null, limits, memoryMaxBytes, cpuMaxPercent, pidsMax, policy];
}
