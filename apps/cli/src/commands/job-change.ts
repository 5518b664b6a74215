import type { Explanation } from '@synod/client';
import { option, UsageError, type UsageCommand } from '@synod/config';
import { checked, withExamples } from '../flags.js';
import { localTime } from '../output/times.js';
import type { CliSession } from '../session.js';

const priority = option.integer({ summary: '', min: -1_000, max: 1_000, unit: 'higher is sooner' });

const revision = option.integer({ summary: '', min: 1, max: Number.MAX_SAFE_INTEGER, unit: 'as job show has it' });
const IF_REVISION = [
  '--if-revision <number>',
  'only if the job has this revision still, as job show has it: else nothing changes, and the status is not 0',
  checked('--if-revision', revision),
] as const;

/** `job retry`, `job change` and `job explain`. */
export function addJobChangeCommands(job: UsageCommand, session: CliSession): void {
  addRetry(job, session);
  addChange(job, session);
  addExplain(job, session);
}

function addRetry(job: UsageCommand, session: CliSession): void {
  const command = job
    .command('retry')
    .summary('run a job again that has ended, or start one that waits')
    .description(
      'Runs a job again under its id: its attempts go on. A job that waits, for its time or its next try, waits no longer.',
    )
    .argument('<id>', 'id of the job')
    .option(...IF_REVISION);
  withExamples(command, [['synod job retry ID && synod job logs ID --follow', 'and watch it']]);
  command.action(async (jobId: string, flags: { readonly ifRevision?: number }) => {
    await session.client.retry(jobId, flags);
    await session.show({ jobId }, () => `job ${jobId} is ready to run\n`);
  });
}

interface ChangeFlags {
  readonly priority?: number;
  readonly queue?: string;
  readonly ifRevision?: number;
}

function addChange(job: UsageCommand, session: CliSession): void {
  const command = job
    .command('change')
    .summary('give a job that no worker has another priority or queue')
    .argument('<id>', 'id of the job')
    .option('--priority <number>', 'from -1000 to 1000, higher is sooner', checked('--priority', priority))
    .option('--queue <name>', 'queue that it goes to')
    .option(...IF_REVISION);
  withExamples(command, [['synod job change ID --priority 100', 'before the others of its queue']]);
  command.action(async (jobId: string, flags: ChangeFlags) => {
    if (flags.priority === undefined && flags.queue === undefined) {
      throw new UsageError({ code: 'missingValue' }, 'say what to change: --priority, --queue or both');
    }
    await session.client.change(jobId, flags);
    const { ifRevision: _, ...changes } = flags;
    await session.show({ jobId, ...changes }, () => `job ${jobId} is changed\n`);
  });
}

function addExplain(job: UsageCommand, session: CliSession): void {
  const command = job
    .command('explain')
    .summary('say why a job does not run, and what would start it')
    .argument('<id>', 'id of the job');
  withExamples(command, [['synod job explain ID', 'its place, what holds it, and what would take that away']]);
  command.action(async (jobId: string) => {
    const found = await session.client.explain(jobId);
    await session.show({ jobId, ...found }, () => explanationText(found));
  });
}

function explanationText({ state, jobsBefore, summary, hindrances }: Explanation): string {
  const place = jobsBefore === undefined ? '' : `, ${jobsBefore} before it in its queue`;
  if (hindrances.length === 0) return `${state}${place}: ${summary}\n`;
  const lines = hindrances.map(({ message, remedy, untilMs }) => {
    const until = untilMs === undefined ? '' : `, until ${localTime(untilMs)}`;
    return `  ${message}${until}\n    -> ${remedy}\n`;
  });
  return `${state}${place}\n${lines.join('')}`;
}
