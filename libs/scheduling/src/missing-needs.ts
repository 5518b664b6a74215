import { unreachable } from '@synod/base';
import type { JobSpec, Task, WorkerRecord } from '@synod/jobs';
import { workerFits } from '@synod/jobs';

/** What none of these workers has that the job needs; or that some have one and some the other. */
export function missingNeeds(
  workers: readonly WorkerRecord[],
  { task, workerLabels }: JobSpec,
): { readonly message: string; readonly remedy: string } {
  const able = workers.filter((worker) => workerFits(worker, { task, workerLabels: {} }));
  if (able.length === 0) return missingTask(task);
  const missing = Object.entries(workerLabels).filter(
    ([label, value]) => !able.some(({ labels }) => Object.hasOwn(labels, label) && labels[label] === value),
  );
  const wanted = (missing.length > 0 ? missing : Object.entries(workerLabels)).map(
    ([label, value]) => `${label}=${value}`,
  );
  const flags = wanted.map((label) => `--label ${label}`).join(' ');
  const remedy = `start a worker with ${flags}, or submit the job without asking for it`;
  if (missing.length > 0) return { message: `no online worker has the label ${wanted.join(', ')}`, remedy };
  return { message: `no online worker has all of the labels ${wanted.join(', ')}`, remedy };
}

function missingTask(task: Task): { readonly message: string; readonly remedy: string } {
  switch (task.kind) {
    case 'exec':
      return { message: 'no online worker runs commands', remedy: 'start a worker agent' };
    case 'http':
      return { message: 'no online worker makes HTTP requests', remedy: 'start a worker agent that does' };
    case 'handler':
      return {
        message: `no online worker has the handler ${task.handler}`,
        remedy: `start a worker that registers the handler ${task.handler}`,
      };
    default:
      return unreachable(task);
  }
}
