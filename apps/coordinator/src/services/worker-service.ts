import { RequestRefusedError, setWorkerSchedulingFromWire, workerToWire } from '@synod/contracts';
import type { WorkerLoad } from '@synod/contracts';
import type { WorkerRecord } from '@synod/jobs';
import { unary } from '@synod/rpc';
import type { Handlers } from '@synod/rpc';
import type { services } from '@synod/wire';
import { expectReply, patienceMs } from './service-context.js';
import type { ServiceContext } from './service-context.js';

export interface WorkerServiceModules extends ServiceContext {
  /** Milliseconds since the leader heard of the worker; undefined where this coordinator doesn't lead. */
  readonly heardAgoMs: (workerId: string) => number | undefined;
  /** What the worker says of its host; undefined where this coordinator doesn't lead. */
  readonly loadOf: (workerId: string) => WorkerLoad | undefined;
  readonly wallMs: () => number;
}

export function workerServiceHandlers(modules: WorkerServiceModules): Handlers<(typeof services)['WorkerService']> {
  const { view, reads } = modules;
  const shown = (worker: WorkerRecord) =>
    workerToWire(worker, modules.heardAgoMs(worker.workerId), modules.loadOf(worker.workerId));
  return {
    listWorkers: unary(async ({ includeGone }, call) => {
      await reads.pass(patienceMs(call.remainingMs));
      const workers = view.workers().filter((worker) => includeGone || worker.state === 'online');
      return { workers: workers.map(shown) };
    }),
    getWorker: unary(async ({ workerId }, call) => {
      await reads.pass(patienceMs(call.remainingMs));
      const worker = view.worker(workerId);
      if (worker === undefined) throw new RequestRefusedError({ code: 'workerUnknown', workerId });
      return { worker: shown(worker) };
    }),
    setWorkerScheduling: unary(async (request, call) => {
      const command = setWorkerSchedulingFromWire(request, modules.wallMs());
      const reply = await modules.propose(command, { sheddable: false, timeoutMs: patienceMs(call.remainingMs) });
      expectReply(reply, 'workerSchedulingSet');
      return {};
    }),
  };
}
