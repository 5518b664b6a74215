import { unreachable } from '@synod/base';
import type { JobSpec, Task, WorkerRecord } from '@synod/jobs';
import { workerFits } from '@synod/jobs';

/** What none of these workers has that the job needs; or that some have one and some the other. */
export function missingNeeds(
  workers: readonly WorkerRecord[],
  { task, workerLabels }: JobSpec,
): { readonly message: string; readonly remedy: string } {
  const able = workers.filter((worker) => workerFits(worker, { task, workerLabels: {} }));
  if (able.length === 0) return missingTask(task, flagsOf(workerLabels));
  const missing = Object.entries(workerLabels).filter(
    ([label, value]) => !able.some(({ labels }) => Object.hasOwn(labels, label) && labels[label] === value),
  );
  const wanted = (missing.length > 0 ? missing : Object.entries(workerLabels)).map(
    ([label, value]) => `${label}=${value}`,
  );
  // All that it needs, not only what is missing everywhere: one worker has to have it.
  const remedy = `start a worker${flagsOf(workerLabels)}, or submit the job without asking for it`;
  if (missing.length > 0) return { message: `no online worker has the label ${wanted.join(', ')}`, remedy };
  return { message: `no online worker has all of the labels ${wanted.join(', ')}`, remedy };
}

/** As an agent's own flag takes them. */
export function flagsOf(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}=${value}`);
  return pairs.length === 0 ? '' : ` with --labels ${pairs.join(',')}`;
}

function missingTask(task: Task, flags: string): { readonly message: string; readonly remedy: string } {
  switch (task.kind) {
    case 'exec':
      return { message: 'no online worker runs commands', remedy: `start a worker agent${flags}` };
    case 'http':
      return { message: 'no online worker makes HTTP requests', remedy: `start a worker agent that does${flags}` };
    case 'handler':
      return {
        message: `no online worker has the handler ${task.handler}`,
        remedy: `start a worker that registers the handler ${task.handler}${flags}`,
      };
    default:
      return unreachable(task);
  }
}
