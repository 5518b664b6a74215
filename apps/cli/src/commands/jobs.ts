import type { Job, JobState } from '@synod/client';
import { option, type UsageCommand } from '@synod/config';
import { checked, keyValue, withExamples, words } from '../flags.js';
import { paintState } from '../output/colours.js';
import { taskText } from '../output/job-text.js';
import { duration, localTime } from '../output/times.js';
import type { CliSession } from '../session.js';
import { addWatchFlag, watching, type WatchFlags } from '../watch.js';

const STATES = ['waiting', 'ready', 'assigned', 'running', 'succeeded', 'failed', 'cancelled', 'expired'] as const;
const limit = option.integer({ summary: '', min: 1, max: 100_000, unit: 'jobs' });
const state = option.choice({ summary: '', choices: STATES });

interface JobsFlags extends WatchFlags {
  readonly state?: readonly JobState[];
  readonly queue?: string;
  readonly label?: Record<string, string>;
  readonly limit: number;
}

export function addJobsCommand(root: UsageCommand, session: CliSession): void {
  const command = root
    .command('jobs')
    .summary('list jobs, newest first')
    .description('Lists jobs, newest first: a table, or an array with --output json.')
    .option('--state <state,…>', `only jobs in these states: ${STATES.join(', ')}`, parseStates)
    .option('--queue <name>', 'only jobs of this queue')
    .option('--label <key=value>', 'only jobs with this label; of several, with all of them', keyValue('--label'))
    .option('--limit <number>', 'most jobs to list (default 50)', checked('--limit', limit), 50);
  withExamples(command, [
    ['synod jobs --state running,assigned', 'what is being done now'],
    ['synod jobs --state running --watch', 'the same again each 2 s, until Ctrl-C'],
    ['synod jobs --queue night --limit 10 --output json', 'the ten newest of a queue, for a program'],
  ]);
  addWatchFlag(command).action(async (flags: JobsFlags) =>
    watching(session, flags, async () => session.showList(await list(session, flags), columns(session), 'no jobs')),
  );
}

function parseStates(text: string, previous?: readonly JobState[]): JobState[] {
  const check = checked('--state', state);
  return [...(previous ?? []), ...words(text).map((word) => check(word) as JobState)];
}

async function list(session: CliSession, flags: JobsFlags): Promise<Job[]> {
  const jobs: Job[] = [];
  const filter = {
    pageSize: Math.min(flags.limit, 1_000),
    ...(flags.state === undefined ? {} : { states: flags.state }),
    ...(flags.queue === undefined ? {} : { queue: flags.queue }),
    ...(flags.label === undefined ? {} : { labels: flags.label }),
  };
  for await (const job of session.client.list(filter)) {
    jobs.push(job);
    if (jobs.length >= flags.limit) break;
  }
  return jobs;
}

function columns(session: CliSession) {
  const { paint } = session;
  return [
    { title: 'job', value: (job: Job) => job.jobId },
    { title: 'state', value: (job: Job) => paintState(paint, job.state) },
    { title: 'queue', value: (job: Job) => job.spec.queue ?? '', shrinks: true },
    { title: 'task', value: (job: Job) => taskText(job.spec), shrinks: true },
    { title: 'worker', value: (job: Job) => job.attempts.at(-1)?.workerId ?? '-', shrinks: true },
    { title: 'exit', value: (job: Job) => String(job.attempts.at(-1)?.exitCode ?? '-'), align: 'right' as const },
    { title: 'submitted', value: (job: Job) => localTime(job.submittedAtMs) },
    { title: 'took', value: (job: Job) => duration(job.submittedAtMs, job.finishedAtMs), align: 'right' as const },
  ];
}
