import type { WorkerSchedulingChange } from '@synod/client';
import { option, type UsageCommand } from '@synod/config';
import { CliError, EXIT } from '../failure.js';
import { checked, withExamples } from '../flags.js';
import type { CliSession } from '../session.js';

const deadline = option.durationMs({ summary: '', minMs: 0, maxMs: 30 * 86_400_000 });
const wait = option.durationMs({ summary: '', minMs: 1, maxMs: 2_147_483_647 });

/** Between two looks at a worker that is waited for. */
const LOOK_AGAIN_MS = 500;

interface DrainFlags {
  readonly deadline?: number;
  readonly reason?: string;
  readonly wait?: number | true;
}

export function addSchedulingCommands(worker: UsageCommand, session: CliSession): void {
  addDrain(worker, session);
  addCordon(worker, session);
  addUndrain(worker, session);
}

function addDrain(worker: UsageCommand, session: CliSession): void {
  const command = worker
    .command('drain')
    .summary('give a worker no more work, and let what runs end')
    .description(
      'Gives a worker no new attempts and lets what runs end by itself. With --deadline what still runs then is ended, with its ' +
        'grace, and runs again elsewhere, which does not count as lost; jobs that run at most once are left to finish. Holds ' +
        'over restarts of the worker until synod worker undrain.',
    )
    .argument('<id>', 'id of the worker')
    .option(
      '--deadline <duration>',
      'how long what runs has, such as 10m (default: for ever)',
      checked('--deadline', deadline),
    )
    .option('--reason <text>', 'why, for those who look at it later')
    .option(
      '--wait [duration]',
      'wait until nothing runs there any more; no longer than this, else exit with 124',
      (text) => checked('--wait', wait)(text),
    );
  withExamples(command, [
    ['synod worker drain w1 --deadline 10m --reason "new kernel" --wait', 'returns when the host can be taken away'],
  ]);
  command.action(async (workerId: string, flags: DrainFlags) => {
    await change(session, workerId, {
      scheduling: 'draining',
      ...(flags.deadline === undefined ? {} : { evictAfterMs: flags.deadline }),
      ...(flags.reason === undefined ? {} : { reason: flags.reason }),
    });
    if (flags.wait !== undefined) await untilIdle(session, workerId, flags.wait === true ? Infinity : flags.wait);
    await show(session, workerId);
  });
}

function addCordon(worker: UsageCommand, session: CliSession): void {
  const command = worker
    .command('cordon')
    .summary('give a worker no more work; what runs goes on')
    .description(
      'Gives a worker no new attempts; what runs goes on. Holds over restarts of the worker until synod worker undrain.',
    )
    .argument('<id>', 'id of the worker')
    .option('--reason <text>', 'why, for those who look at it later');
  withExamples(command, [['synod worker cordon w1 --reason "looks slow"', 'keeps new work away while you look']]);
  command.action(async (workerId: string, { reason }: DrainFlags) => {
    await change(session, workerId, { scheduling: 'cordoned', ...(reason === undefined ? {} : { reason }) });
    await show(session, workerId);
  });
}

function addUndrain(worker: UsageCommand, session: CliSession): void {
  const command = worker
    .command('undrain')
    .alias('uncordon')
    .summary('give a drained or cordoned worker work again')
    .description('Ends a drain or a cordon: the worker may be given work again. What was not ended yet goes on.')
    .argument('<id>', 'id of the worker');
  withExamples(command, [['synod worker undrain w1', 'w1 is given work again']]);
  command.action(async (workerId: string) => {
    await change(session, workerId, { scheduling: 'active' });
    await show(session, workerId);
  });
}

function change(session: CliSession, workerId: string, wanted: WorkerSchedulingChange): Promise<void> {
  return session.client.setWorkerScheduling(workerId, wanted);
}

async function show(session: CliSession, workerId: string): Promise<void> {
  const worker = await session.client.worker(workerId);
  const { scheduling, activeAttempts } = worker;
  await session.show(worker, () => `worker ${workerId} is ${scheduling}; ${activeAttempts} attempts run there\n`);
}

async function untilIdle(session: CliSession, workerId: string, patienceMs: number): Promise<void> {
  const untilMs = performance.now() + patienceMs;
  for (;;) {
    const { activeAttempts } = await session.client.worker(workerId);
    if (activeAttempts === 0) return;
    const leftMs = untilMs - performance.now();
    if (leftMs <= 0) {
      const what = `worker ${workerId} is drained, but ${activeAttempts} attempts run there still`;
      const advice = 'wait on with --wait, or end them with --deadline';
      throw new CliError('waitedTooLong', `${what}; ${advice}`, EXIT.timedOut);
    }
    await new Promise((resolve) => setTimeout(resolve, Math.min(LOOK_AGAIN_MS, leftMs)));
  }
}
