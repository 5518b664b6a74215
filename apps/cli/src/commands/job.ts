import type { Job, LogChunk, LogStreamName } from '@synod/client';
import { option, type UsageCommand } from '@synod/config';
import { EXIT } from '../failure.js';
import { checked, withExamples } from '../flags.js';
import { writeOut } from '../io.js';
import { outcomeOf } from '../outcome.js';
import { jobText } from '../output/job-text.js';
import type { CliSession } from '../session.js';
import { addCheckFence } from './job-fence.js';

const attempt = option.integer({ summary: '', min: 1, max: 1_000_000, unit: 'attempt, from 1' });
const timeout = option.durationMs({ summary: '', minMs: 1, maxMs: 2_147_483_647 });

interface LogsFlags {
  readonly follow?: boolean;
  readonly attempt?: number;
  readonly stdout?: boolean;
  readonly stderr?: boolean;
}

export function addJobCommand(root: UsageCommand, session: CliSession): void {
  const job = root.command('job').summary('look at one job, its output, cancel it, wait for it');
  addShow(job, session);
  addLogs(job, session);
  addCancel(job, session);
  addWait(job, session);
  addCheckFence(job, session);
}

function addShow(job: UsageCommand, session: CliSession): void {
  const command = job.command('show').summary('show a job and its attempts').argument('<id>', 'id of the job');
  withExamples(command, [['synod job show ID --output json', 'the same as an object: jobId, state, attempts[], …']]);
  command.action(async (jobId: string) => {
    const found = await session.client.get(jobId);
    await session.show(found, () => jobText(found, session.paint));
  });
}

function addLogs(job: UsageCommand, session: CliSession): void {
  const command = job
    .command('logs')
    .summary('print the output of a job')
    .description(
      "Prints the output of a job's last attempt: its stdout to stdout, its stderr to stderr, byte for byte. With --output " +
        'json one object a line: {"attempt","stream","position","data"}, data as base64.',
    )
    .argument('<id>', 'id of the job')
    .option('--follow', 'go on with what is still to come, through all attempts, until the job ends')
    .option('--attempt <number>', 'output of this attempt', checked('--attempt', attempt))
    .option('--stdout', 'only its stdout')
    .option('--stderr', 'only its stderr');
  withExamples(command, [
    ['synod job logs ID --follow', 'watch it work'],
    ['synod job logs ID --attempt 1 --stderr', 'what the first attempt complained about'],
  ]);
  command.action(async (jobId: string, flags: LogsFlags) => printLogs(session, jobId, flags));
}

async function printLogs(session: CliSession, jobId: string, flags: LogsFlags): Promise<void> {
  const both = flags.stdout === flags.stderr;
  const wanted = (stream: LogStreamName) => both || flags[stream] === true;
  const options = {
    follow: flags.follow === true,
    ...(flags.attempt === undefined ? {} : { attempt: flags.attempt }),
  };
  for await (const chunk of session.client.logs(jobId, options))
    if (wanted(chunk.stream)) await printChunk(session, chunk);
}

async function printChunk(session: CliSession, chunk: LogChunk): Promise<void> {
  if (session.json) {
    const { attempt: number, stream, position, data, truncated } = chunk;
    const line = { attempt: number, stream, position, data: Buffer.from(data).toString('base64'), truncated };
    await session.print(`${JSON.stringify(line)}\n`);
    return;
  }
  if (chunk.truncated) session.note(`output before byte ${chunk.position} of ${chunk.stream} is no longer kept`);
  await writeOut(chunk.stream === 'stdout' ? session.io.stdout : session.io.stderr, chunk.data);
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
