import { unreachable } from '@synod/base';
import type { ReadyClass } from './state-machine-port.js';
import type { WorkerDescription } from './worker.js';

/** What a job needs of a worker; a `ReadyClass` and a `JobSpec` both say it. */
export interface WorkerNeeds {
  readonly task: ReadyClass['task'];
  readonly workerLabels: Readonly<Record<string, string>>;
}

/**
 * Whether a worker can run jobs with these needs at all, full or not: it runs such tasks and has all labels. The one rule for
 * the planner, which proposes, and for the state machine, which checks.
 */
export function workerFits(
  worker: Pick<WorkerDescription, 'runsExec' | 'runsHttp' | 'handlers' | 'labels'>,
  needs: WorkerNeeds,
): boolean {
  const { task, workerLabels } = needs;
  if (!runsTask(worker, task)) return false;
  for (const label in workerLabels) {
    if (!Object.hasOwn(worker.labels, label) || worker.labels[label] !== workerLabels[label]) return false;
  }
  return true;
}

function runsTask(
  worker: Pick<WorkerDescription, 'runsExec' | 'runsHttp' | 'handlers'>,
  task: WorkerNeeds['task'],
): boolean {
  switch (task.kind) {
    case 'exec':
      return worker.runsExec;
    case 'http':
      return worker.runsHttp === true;
    case 'handler':
      return worker.handlers.includes(task.handler);
    default:
      return unreachable(task);
  }
}
