import { RequestRefusedError, setWorkerSchedulingFromWire, workerToWire } from '@synod/contracts';
import type { WorkerHeard } from '@synod/contracts';
import type { WorkerRecord } from '@synod/jobs';
import { unary } from '@synod/rpc';
import type { Handlers } from '@synod/rpc';
import type { services } from '@synod/wire';
import type { HeardWorkers } from '../agents/heard-workers.js';
import { expectReply, patienceMs } from './service-context.js';
import type { ServiceContext } from './service-context.js';

export interface WorkerServiceModules extends ServiceContext {
  readonly heardWorkers: Pick<HeardWorkers, 'ask'>;
  readonly wallMs: () => number;
}

const NOTHING_HEARD: ReadonlyMap<string, WorkerHeard> = new Map();

export function workerServiceHandlers(modules: WorkerServiceModules): Handlers<(typeof services)['WorkerService']> {
  const { view, reads, heardWorkers } = modules;
  const shown = (worker: WorkerRecord, heard: ReadonlyMap<string, WorkerHeard>) => {
    const { heardAgoMs, load } = heard.get(worker.workerId) ?? {};
    return workerToWire(worker, heardAgoMs, load);
  };
  return {
    listWorkers: unary(async ({ includeGone }, call) => {
      await reads.pass(patienceMs(call.remainingMs));
      const heard = await heardWorkers.ask();
      const workers = view.workers().filter((worker) => includeGone || worker.state === 'online');
      return { workers: workers.map((worker) => shown(worker, heard)) };
    }),
    getWorker: unary(async ({ workerId }, call) => {
      await reads.pass(patienceMs(call.remainingMs));
      const heard = workerId === '' ? NOTHING_HEARD : await heardWorkers.ask(workerId);
      const worker = view.worker(workerId);
      if (worker === undefined) throw new RequestRefusedError({ code: 'workerUnknown', workerId });
      return { worker: shown(worker, heard) };
    }),
    setWorkerScheduling: unary(async (request, call) => {
      const command = setWorkerSchedulingFromWire(request, modules.wallMs());
      const reply = await modules.propose(command, { sheddable: false, timeoutMs: patienceMs(call.remainingMs) });
      expectReply(reply, 'workerSchedulingSet');
      return {};
    }),
  };
}
