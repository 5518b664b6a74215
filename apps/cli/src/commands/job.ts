import type { Job } from '@synod/client';
import { option, type UsageCommand } from '@synod/config';
import { EXIT } from '../failure.js';
import { checked, withExamples } from '../flags.js';
import { outcomeOf } from '../outcome.js';
import { jobText } from '../output/job-text.js';
import { addJobChangeCommands } from './job-change.js';
import type { CliSession } from '../session.js';
import { addCheckFence } from './job-fence.js';
import { addLogs } from './job-logs.js';
import { addWatchFlag, watching, type WatchFlags } from '../watch.js';

const timeout = option.durationMs({ summary: '', minMs: 1, maxMs: 2_147_483_647 });

export function addJobCommand(root: UsageCommand, session: CliSession): void {
  const job = root
    .command('job')
    .summary('look at one job, its output, why it waits; cancel, retry, change it, wait for it');
  addShow(job, session);
  addLogs(job, session);
  addCancel(job, session);
  addWait(job, session);
  addCheckFence(job, session);
  addJobChangeCommands(job, session);
}

function addShow(job: UsageCommand, session: CliSession): void {
  const command = job.command('show').summary('show a job and its attempts').argument('<id>', 'id of the job');
  withExamples(command, [['synod job show ID --output json', 'the same as an object: jobId, state, attempts[], …']]);
  addWatchFlag(command).action(async (jobId: string, flags: WatchFlags) =>
    watching(session, flags, async () => {
      const found = await session.client.get(jobId);
      await session.show(found, () => jobText(found, session.paint));
    }),
  );
}

function addCancel(job: UsageCommand, session: CliSession): void {
  const command = job
    .command('cancel')
    .summary('cancel a job')
    .description(
      'Cancels a job: what runs gets SIGTERM, and SIGKILL after its grace. One that has ended stays as it is.',
    )
    .argument('<id>', 'id of the job')
    .option('--reason <text>', 'why, for those who look at it later');
  withExamples(command, [['synod job cancel ID --reason "wrong input"', 'cancel, and say why']]);
  command.action(async (jobId: string, flags: { readonly reason?: string }) => {
    const { alreadyFinal } = await session.client.cancel(jobId, { reason: flags.reason ?? '' });
    const text = alreadyFinal ? `job ${jobId} had ended before\n` : `job ${jobId} is being cancelled\n`;
    await session.show({ jobId, alreadyFinal }, () => text);
  });
}

function addWait(job: UsageCommand, session: CliSession): void {
  const command = job
    .command('wait')
    .summary('wait for the end of a job')
    .description(
      "Waits for the end of a job and prints its state. Exits as synod run does: with the command's own status; with 124 when " +
        'the time of --timeout is over first.',
    )
    .argument('<id>', 'id of the job')
    .option('--timeout <duration>', 'wait no longer than this, such as 30s', checked('--timeout', timeout));
  withExamples(command, [['synod job wait ID --timeout 10m', 'the status tells how it ended']]);
  command.action(async (jobId: string, flags: { readonly timeout?: number }) => {
    const found = await session.client.wait(jobId, flags.timeout === undefined ? {} : { timeoutMs: flags.timeout });
    await session.show(found, () => `${found.state}\n`);
    session.exitStatus = statusOf(session, found);
  });
}

function statusOf(session: CliSession, job: Job): number {
  const { status, line } = outcomeOf(job);
  if (line !== undefined) session.note(line);
  return status === EXIT.ok ? EXIT.ok : status;
}
