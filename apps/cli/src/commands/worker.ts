import type { Worker } from '@synod/client';
import type { UsageCommand } from '@synod/config';
import { withExamples } from '../flags.js';
import { paintState } from '../output/colours.js';
import { heard, runs, workerText } from '../output/worker-text.js';
import type { CliSession } from '../session.js';
import { addWatchFlag, watching, type WatchFlags } from '../watch.js';
import { addSchedulingCommands } from './worker-scheduling.js';

export function addWorkerCommand(root: UsageCommand, session: CliSession): void {
  const worker = root.command('worker').summary('look at the workers, drain them');
  addShow(worker, session);
  addSchedulingCommands(worker, session);
  const command = worker
    .command('list')
    .summary('list the workers')
    .option('--all', 'also those that are lost or have left');
  withExamples(command, [['synod worker list --all', 'who is there, and who was']]);
  addWatchFlag(command).action(async (flags: WatchFlags & { readonly all?: boolean }) =>
    watching(session, flags, async () => {
      const workers = await session.client.workers({ includeGone: flags.all === true });
      const whenEmpty = 'no workers; start one with synod-worker-agent, or a whole cluster with synod dev';
      await session.showList(workers, columns(session), whenEmpty);
    }),
  );
}

function addShow(worker: UsageCommand, session: CliSession): void {
  const command = worker.command('show').summary('show one worker').argument('<id>', 'id of the worker');
  withExamples(command, [
    ['synod worker show w1 --output json', 'the same as an object: workerId, state, scheduling, load, …'],
  ]);
  addWatchFlag(command).action(async (workerId: string, flags: WatchFlags) =>
    watching(session, flags, async () => {
      const found = await session.client.worker(workerId);
      await session.show(found, () => workerText(found, session.paint));
    }),
  );
}

function columns(session: CliSession) {
  const { paint } = session;
  const labels = ({ labels }: Worker) => Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return [
    { title: 'worker', value: (worker: Worker) => worker.workerId, shrinks: true },
    { title: 'state', value: (worker: Worker) => paintState(paint, stateOf(worker)) },
    {
      title: 'busy',
      value: (worker: Worker) => `${worker.activeAttempts}/${worker.capacity}`,
      align: 'right' as const,
    },
    { title: 'runs', value: (worker: Worker) => runs(worker), shrinks: true },
    { title: 'labels', value: (worker: Worker) => labels(worker).join(',') || '-', shrinks: true },
    { title: 'coordinator', value: (worker: Worker) => worker.coordinatorId },
    { title: 'heard', value: (worker: Worker) => heard(worker), align: 'right' as const },
    { title: 'host', value: (worker: Worker) => worker.host, shrinks: true },
  ];
}

/** What matters first: a worker that is there may have been told to take no work. */
function stateOf({ state, scheduling }: Worker): string {
  return state === 'online' && scheduling !== 'active' ? scheduling : state;
}
