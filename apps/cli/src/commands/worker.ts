import type { Worker } from '@synod/client';
import type { UsageCommand } from '@synod/config';
import { withExamples } from '../flags.js';
import { paintState } from '../output/colours.js';
import type { CliSession } from '../session.js';

export function addWorkerCommand(root: UsageCommand, session: CliSession): void {
  const worker = root.command('worker').summary('look at the workers');
  const command = worker
    .command('list')
    .summary('list the workers')
    .option('--all', 'also those that are lost or have left');
  withExamples(command, [['synod worker list --all', 'who is there, and who was']]);
  command.action(async (flags: { readonly all?: boolean }) => {
    const workers = await session.client.workers({ includeGone: flags.all === true });
    const whenEmpty = 'no workers; start one with synod-worker-agent, or a whole cluster with synod dev';
    await session.showList(workers, columns(session), whenEmpty);
  });
}

function columns(session: CliSession) {
  const { paint } = session;
  const labels = ({ labels }: Worker) => Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return [
    { title: 'worker', value: (worker: Worker) => worker.workerId, shrinks: true },
    { title: 'state', value: (worker: Worker) => paintState(paint, worker.state) },
    {
      title: 'busy',
      value: (worker: Worker) => `${worker.activeAttempts}/${worker.capacity}`,
      align: 'right' as const,
    },
    { title: 'runs', value: (worker: Worker) => runs(worker), shrinks: true },
    { title: 'labels', value: (worker: Worker) => labels(worker).join(',') || '-', shrinks: true },
    { title: 'coordinator', value: (worker: Worker) => worker.coordinatorId },
    { title: 'heard', value: (worker: Worker) => heard(worker.heardAgoMs), align: 'right' as const },
    { title: 'host', value: (worker: Worker) => worker.host, shrinks: true },
  ];
}

function runs({ runsExec, handlers }: Worker): string {
  return [...(runsExec ? ['commands'] : []), ...handlers].join(',') || '-';
}

function heard(agoMs: number | undefined): string {
  return agoMs === undefined ? '-' : `${(agoMs / 1_000).toFixed(1)}s ago`;
}
