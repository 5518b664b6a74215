import { callUnary } from '@synod/rpc';
import type { CallOptions, Calls } from './calls.js';
import { int64 } from './convert/checks.js';
import { schedulingToWire, workerFromWire } from './convert/cluster.js';
import { clientError } from './errors.js';
import type { Worker } from './types.js';

/** Whether a worker may be given new attempts; holds until changed, over restarts of the worker. */
export type WorkerSchedulingChange =
  | { readonly scheduling: 'active' }
  | { readonly scheduling: 'cordoned'; readonly reason?: string }
  | {
      readonly scheduling: 'draining';
      /**
       * How long what runs has until it is ended, to run elsewhere, without counting as lost; default: for ever. Attempts that may
       * run at most once are left to finish.
       */
      readonly evictAfterMs?: number;
      readonly reason?: string;
    };

export async function listWorkers(
  calls: Calls,
  { includeGone = false, ...options }: CallOptions & { readonly includeGone?: boolean },
): Promise<readonly Worker[]> {
  const response = await calls.withFailover(
    ({ workers }, once) => callUnary(workers, 'listWorkers', { includeGone }, once),
    options,
  );
  return response.workers.map(workerFromWire);
}

export async function getWorker(calls: Calls, workerId: string, options: CallOptions): Promise<Worker> {
  const { worker } = await calls.withFailover(
    ({ workers }, once) => callUnary(workers, 'getWorker', { workerId }, once),
    options,
  );
  if (worker === null)
    throw clientError('internal', 'the coordinator answered without a worker: is it of a newer version?');
  return workerFromWire(worker);
}

/** Safe to repeat, though a repetition counts `evictAfterMs` anew. */
export async function setWorkerScheduling(
  calls: Calls,
  workerId: string,
  change: WorkerSchedulingChange,
  options: CallOptions,
): Promise<void> {
  const evictAfterMs = change.scheduling === 'draining' ? change.evictAfterMs : undefined;
  const request = {
    workerId,
    scheduling: schedulingToWire(change.scheduling),
    reason: change.scheduling === 'active' ? '' : (change.reason ?? ''),
    ...(evictAfterMs === undefined ? {} : { evictAfterMs: int64(evictAfterMs, 'evictAfterMs') }),
  };
  await calls.withFailover(({ workers }, once) => callUnary(workers, 'setWorkerScheduling', request, once), options);
}
