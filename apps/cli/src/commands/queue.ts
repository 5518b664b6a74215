import type { Job, PlacementPolicy, Queue, QueueSettings, RateLimit } from '@synod/client';
import { option, UsageError, type UsageCommand } from '@synod/config';
import { Option } from 'commander';
import { checked, withExamples } from '../flags.js';
import { PLACEMENT_POLICIES } from '../job-options.js';
import { localTime } from '../output/times.js';
import type { CliSession } from '../session.js';
import { rateFlag } from '../timing.js';

const maxRunning = option.integer({ summary: '', min: 0, max: 1_000_000, unit: 'attempts; 0: no limit' });
const maxRunningPerKey = option.integer({ summary: '', min: 0, max: 10_000, unit: 'attempts; 0: no limit' });
const lostAfter = option.durationMs({ summary: '', minMs: 3_000, maxMs: 86_400_000 });
const limit = option.integer({ summary: '', min: 1, max: 1_000_000, unit: 'jobs' });

interface SetFlags {
  readonly maxRunning?: number;
  readonly maxRunningPerKey?: number;
  readonly rate?: RateLimit | 'none';
  readonly placement?: PlacementPolicy | 'none';
  readonly lostAfter?: number;
}

export function addQueueCommand(root: UsageCommand, session: CliSession): void {
  const queue = root
    .command('queue')
    .summary('look at queues; set limits, pause and resume them, run failed jobs again');
  addList(queue, session);
  addShow(queue, session);
  addSet(queue, session);
  addPause(queue, session);
  addReset(queue, session);
  addDeadLetters(queue, session);
}

function addList(queue: UsageCommand, session: CliSession): void {
  const command = queue.command('list').summary('list the queues that have jobs or limits');
  withExamples(command, [['synod queue list', 'what waits where']]);
  command.action(async () => {
    const columns = [
      { title: 'queue', value: (it: Queue) => it.queue, shrinks: true },
      { title: 'state', value: (it: Queue) => (it.paused ? 'paused' : 'active') },
      { title: 'waiting', value: (it: Queue) => String(it.waiting), align: 'right' as const },
      { title: 'ready', value: (it: Queue) => String(it.ready), align: 'right' as const },
      { title: 'running', value: (it: Queue) => runningText(it), align: 'right' as const },
      { title: 'dead letters', value: (it: Queue) => String(it.deadLetters), align: 'right' as const },
      { title: 'limits', value: (it: Queue) => limitsText(it.settings), shrinks: true },
    ];
    await session.showList(await session.client.queues.list(), columns, 'no queue has jobs or limits');
  });
}

function runningText({ running, settings }: Queue): string {
  const { maxRunning: most = 0 } = settings;
  return most === 0 ? String(running) : `${running}/${most}`;
}

function limitsText({ maxRunningPerKey: perKey = 0, rate, placement, lostAfterMs = 0 }: QueueSettings): string {
  const parts = [
    ...(perKey === 0 ? [] : [`${perKey} a key`]),
    ...(rate === undefined ? [] : [`${rate.tokens} in ${rate.perMs} ms, burst ${rate.burst ?? rate.tokens}`]),
    ...(placement === undefined ? [] : [placement]),
    ...(lostAfterMs === 0 ? [] : [`lost after ${lostAfterMs} ms`]),
  ];
  return parts.join('; ') || '-';
}

function addShow(queue: UsageCommand, session: CliSession): void {
  const command = queue.command('show').summary('show a queue').argument('<queue>', 'its name');
  withExamples(command, [['synod queue show mail --output json', 'as an object, with its revision']]);
  command.action(async (name: string) => {
    const found = await session.client.queues.get(name);
    await session.show(found, () => queueText(found));
  });
}

function queueText(queue: Queue): string {
  const why = queue.pauseReason === '' ? '' : ` (${queue.pauseReason})`;
  const lines: [string, string][] = [
    ['queue', queue.queue],
    ['state', queue.paused ? `paused${why}` : 'active'],
    ['running', runningText(queue)],
    [
      'ready',
      `${queue.ready}${queue.waitingForKey === 0 ? '' : `, of these ${queue.waitingForKey} wait for their key`}`,
    ],
    ['waiting', String(queue.waiting)],
    ['dead letters', String(queue.deadLetters)],
    ['limits', limitsText(queue.settings)],
  ];
  if (queue.tokens !== undefined) {
    const next = queue.nextTokenMs === undefined ? '' : `, next at ${localTime(queue.nextTokenMs)}`;
    lines.push(['tokens', `${queue.tokens}${next}`]);
  }
  return lines.map(([name, value]) => `${`${name}:`.padEnd(14)} ${value}\n`).join('');
}

function addSet(queue: UsageCommand, session: CliSession): void {
  const command = queue
    .command('set')
    .summary('set limits and defaults of a queue')
    .description(
      'Sets what the flags say, and leaves the rest as it is. What runs already goes on, also above a lower limit.',
    )
    .argument('<queue>', 'its name')
    .option('--max-running <count>', 'attempts at the same time; 0: no limit', checked('--max-running', maxRunning))
    .option(
      '--max-running-per-key <count>',
      'the same for jobs with one --limit-key; 0: no limit',
      checked('--max-running-per-key', maxRunningPerKey),
    )
    .option('--rate <rate>', 'starts in a time, such as 10/1s, with a burst 10/1s/20, or none', rateFlag('--rate'))
    .option(
      '--lost-after <duration>',
      'for jobs that say none of their own: 3s to 24h',
      checked('--lost-after', lostAfter),
    )
    .addOption(
      new Option(
        '--placement <policy>',
        'how workers are chosen for jobs that leave it open; none: leastLoaded',
      ).choices([...[...PLACEMENT_POLICIES, 'none']]),
    );
  withExamples(command, [
    ['synod queue set mail --max-running 4 --rate 100/1m', 'four at a time, a hundred a minute'],
    ['synod queue set import --max-running-per-key 2', 'two at a time for each customer: submit --limit-key CUSTOMER'],
  ]);
  command.action(async (name: string, flags: SetFlags) => {
    if (Object.keys(flags).length === 0) {
      throw new UsageError({ code: 'missingValue' }, 'say what to set; see synod queue set --help');
    }
    const { settings, revision: ifRevision } = await current(session, name);
    const revision = await session.client.queues.set(name, changed(settings, flags), { ifRevision });
    await session.show({ queue: name, revision }, () => `queue ${name} is at revision ${revision}\n`);
  });
}

/** A queue of which nothing is known has revision 0. */
async function current(session: CliSession, name: string): Promise<Pick<Queue, 'settings' | 'revision'>> {
  const all = await session.client.queues.list();
  return all.find(({ queue }) => queue === name) ?? { settings: {}, revision: 0 };
}

function changed(settings: QueueSettings, flags: SetFlags): QueueSettings {
  const { maxRunning: most, maxRunningPerKey: perKey, rate, placement, lostAfter: lostAfterMs } = flags;
  return {
    ...settings,
    ...(most === undefined ? {} : { maxRunning: most }),
    ...(perKey === undefined ? {} : { maxRunningPerKey: perKey }),
    ...(rate === undefined ? {} : { rate: rate === 'none' ? undefined : rate }),
    // Options go with a policy: those of another would be refused.
    ...(placement === undefined
      ? {}
      : { placement: placement === 'none' ? undefined : placement, placementOptions: undefined }),
    ...(lostAfterMs === undefined ? {} : { lostAfterMs }),
  };
}

function addPause(queue: UsageCommand, session: CliSession): void {
  const pause = queue
    .command('pause')
    .summary('start nothing of a queue any more; what runs goes on')
    .argument('<queue>', 'its name')
    .option('--reason <text>', 'why, for those who wonder');
  withExamples(pause, [['synod queue pause mail --reason "server moves"', 'until synod queue resume mail']]);
  pause.action(async (name: string, { reason = '' }: { readonly reason?: string }) => {
    await session.client.queues.pause(name, { reason });
    await session.show({ queue: name, paused: true }, () => `queue ${name} is paused\n`);
  });
  const resume = queue.command('resume').summary('start jobs of a paused queue again').argument('<queue>', 'its name');
  withExamples(resume, [['synod queue resume mail', 'what waits is started']]);
  resume.action(async (name: string) => {
    await session.client.queues.resume(name);
    await session.show({ queue: name, paused: false }, () => `queue ${name} is active\n`);
  });
}

function addReset(queue: UsageCommand, session: CliSession): void {
  const command = queue
    .command('reset')
    .summary('remove all limits and defaults of a queue, and resume it')
    .argument('<queue>', 'its name');
  withExamples(command, [['synod queue reset mail', 'its jobs stay']]);
  command.action(async (name: string) => {
    await session.client.queues.reset(name);
    await session.show({ queue: name, revision: 0 }, () => `nothing is set of queue ${name} any more\n`);
  });
}

const REDRIVEN_AT_ONCE = 1_000;

function addDeadLetters(queue: UsageCommand, session: CliSession): void {
  const list = queue
    .command('dead-letters')
    .summary('list failed and expired jobs of a queue, newest first')
    .argument('<queue>', 'its name')
    .option('--limit <count>', 'at most so many (default 100)', checked('--limit', limit));
  withExamples(list, [
    ['synod queue dead-letters mail', 'look at one with synod job show ID, run it again with synod job retry ID'],
  ]);
  list.action(async (name: string, { limit: most = 100 }: { readonly limit?: number }) => {
    const jobs: Job[] = [];
    for await (const job of session.client.list({ states: ['failed', 'expired'], queue: name })) {
      if (jobs.push(job) >= most) break;
    }
    const columns = [
      { title: 'job', value: (job: Job) => job.jobId },
      { title: 'state', value: (job: Job) => job.state },
      { title: 'finished', value: (job: Job) => localTime(job.finishedAtMs) },
      { title: 'why', value: (job: Job) => job.attempts.at(-1)?.message || '-', shrinks: true },
    ];
    await session.showList(jobs, columns, `queue ${name} has no dead letters`);
  });
  const redrive = queue
    .command('redrive')
    .summary('run failed and expired jobs of a queue again, those that ended first')
    .argument('<queue>', 'its name')
    .option('--limit <count>', 'at most so many (default: all)', checked('--limit', limit));
  withExamples(redrive, [['synod queue redrive mail --limit 1', 'try one first']]);
  redrive.action(async (name: string, { limit: most = Infinity }: { readonly limit?: number }) => {
    let redriven = 0;
    for (let more = true; more && redriven < most;) {
      const answer = await session.client.queues.redrive(name, { limit: Math.min(most - redriven, REDRIVEN_AT_ONCE) });
      redriven += answer.redriven;
      more = answer.more && answer.redriven > 0;
    }
    await session.show({ queue: name, redriven }, () => `${redriven} jobs of queue ${name} run again\n`);
  });
}
