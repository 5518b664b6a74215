import { readFileSync } from 'node:fs';
import type { Backoff, ExecutionMode, JobOptions, JobSpec, PlacementPolicy, RetryPolicy } from '@synod/client';
import { option, UsageError } from '@synod/config';
import { Option, type Command } from 'commander';
import { CliError, EXIT } from './failure.js';
import { checked, keyValue } from './flags.js';
import { addLimitFlags, limitsOf, type LimitFlags } from './limit-options.js';
import { anyDelay, timeFlag } from './timing.js';

/** Options of placement policies, as commander gives them. */
export interface PlacementOptionFlags {
  readonly choices?: number;
  readonly loadFactor?: number;
  readonly spreadLabel?: string;
}

/** Flags that `run` and `submit` share, as commander gives them. */
export interface JobFlags extends LimitFlags, PlacementOptionFlags {
  readonly queue?: string;
  readonly label?: Record<string, string>;
  readonly workerLabel?: Record<string, string>;
  readonly env?: Record<string, string>;
  readonly cwd?: string;
  readonly user?: string;
  readonly timeout?: number;
  readonly lostAfter?: number;
  readonly killGrace?: number;
  readonly mode?: ExecutionMode;
  readonly placement?: PlacementPolicy;
  readonly placementKey?: string;
  readonly idempotencyKey?: string;
  readonly idempotencyKeyLifetime?: number;
  readonly priority?: number;
  readonly delay?: number;
  readonly runAt?: number;
  readonly expiresAt?: number;
  readonly startWithin?: number;
  readonly retries?: number;
  readonly backoff?: Backoff;
  readonly retryInitial?: number;
  readonly retryMax?: number;
  readonly finalExit?: readonly number[];
  readonly limitKey?: string;
}

const DAY_MS = 86_400_000;
const timeout = option.durationMs({ summary: '', minMs: 1, maxMs: 2_147_483_647 });
const lostAfter = option.durationMs({ summary: '', minMs: 3_000, maxMs: DAY_MS });
const count = option.integer({ summary: '', min: 1, max: 1_000, unit: 'count' });
const killGrace = option.durationMs({ summary: '', minMs: 0, maxMs: 3_600_000 });
const keyLifetime = option.durationMs({ summary: '', minMs: 1_000, maxMs: 7 * DAY_MS });

const GROUP = 'Job:';

/** Adds the flags of {@link JobFlags}. */
export function addJobFlags(command: Command): Command {
  const add = (
    flags: string,
    description: string,
    parse?: (text: string, previous: Record<string, string> | undefined) => unknown,
  ) => {
    const flag = new Option(flags, description).helpGroup(GROUP);
    if (parse !== undefined)
      flag.argParser<unknown>((text, previous) => parse(text, previous as Record<string, string> | undefined));
    command.addOption(flag);
  };
  add('--queue <name>', 'queue it belongs to (default "default")');
  add('--label <key=value>', 'label of the job; may be repeated', keyValue('--label'));
  add('--worker-label <key=value>', 'label that its worker must have; may be repeated', keyValue('--worker-label'));
  add('--env <key=value>', 'variable of its environment; may be repeated', keyValue('--env'));
  add('--cwd <dir>', "working directory on the worker (default: a directory of the attempt's own)");
  add('--user <name>', "user to run it as (default: the agent's own; another one needs an agent that runs as root)");
  add('--timeout <duration>', 'time it may run, such as 30s or 5m (default: no limit)', checked('--timeout', timeout));
  add(
    '--lost-after <duration>',
    'how long its worker may be unheard before it is run elsewhere: 3s to 24h (default 10s)',
    checked('--lost-after', lostAfter),
  );
  add(
    '--kill-grace <duration>',
    'time between SIGTERM and SIGKILL when it is ended: up to 1h (default 5s)',
    checked('--kill-grace', killGrace),
  );
  command.addOption(
    new Option('--mode <mode>', 'what happens when its worker is lost (default oneLiveHolder)')
      .choices(['oneLiveHolder', 'atLeastOnce', 'atMostOnce'])
      .helpGroup(GROUP),
  );
  command.addOption(
    new Option('--placement <policy>', 'how its worker is chosen (default: as its queue says, else leastLoaded)')
      .choices(PLACEMENT_POLICIES)
      .helpGroup(GROUP),
  );
  add('--placement-key <key>', 'jobs with equal keys go to the same worker while it can take them');
  addCount(command, '--choices <count>', 'powerOfChoices: workers that are drawn, 2 to 16 (default 2)');
  addCount(
    command,
    '--load-factor <percent>',
    'boundedHash: the most that a worker may be loaded, in percent of the mean, 101 to 1000 (default 125)',
  );
  add('--spread-label <name>', 'spread: label of workers over whose values jobs are spread, such as zone');
  addTimingFlags(command);
  add('--idempotency-key <key>', 'the same key again gives the first job instead of a second one');
  add(
    '--idempotency-key-lifetime <duration>',
    'for how long the key is remembered: 1s to 7d (default 24h)',
    checked('--idempotency-key-lifetime', keyLifetime),
  );
  return addLimitFlags(command);
}

/** The policies that the command line knows, as its help lists them. */
export const PLACEMENT_POLICIES: readonly PlacementPolicy[] = [
  ...(['leastLoaded', 'consistentHash', 'random', 'roundRobin', 'weightedRoundRobin'] as const),
  ...(['powerOfChoices', 'boundedHash', 'binPack', 'spread'] as const),
];

/** How a submission is told of its key. */
export function keyOptions(flags: {
  readonly idempotencyKey?: string | undefined;
  readonly idempotencyKeyLifetime?: number | undefined;
}): { readonly idempotencyKey?: string; readonly idempotencyKeyLifetimeMs?: number } {
  const { idempotencyKey, idempotencyKeyLifetime: idempotencyKeyLifetimeMs } = flags;
  if (idempotencyKey !== undefined) {
    return { idempotencyKey, ...(idempotencyKeyLifetimeMs === undefined ? {} : { idempotencyKeyLifetimeMs }) };
  }
  if (idempotencyKeyLifetimeMs === undefined) return {};
  const option = '--idempotency-key-lifetime';
  throw new UsageError({ code: 'invalidCombination', option }, `${option} needs --idempotency-key`);
}

function addCount(command: Command, flags: string, description: string): void {
  const name = flags.split(' ')[0] ?? flags;
  command.addOption(new Option(flags, description).argParser(checked(name, count)).helpGroup(GROUP));
}

export function placementOptions({
  choices,
  loadFactor,
  spreadLabel,
}: PlacementOptionFlags): Pick<JobOptions, 'placementOptions'> {
  if (choices === undefined && loadFactor === undefined && spreadLabel === undefined) return {};
  return {
    placementOptions: {
      ...(choices === undefined ? {} : { choices }),
      ...(loadFactor === undefined ? {} : { loadFactorPercent: loadFactor }),
      ...(spreadLabel === undefined ? {} : { spreadLabel }),
    },
  };
}

const priority = option.integer({ summary: '', min: -1_000, max: 1_000, unit: 'higher is sooner' });
const retries = option.integer({ summary: '', min: 0, max: 999, unit: 'further attempts' });

/** When, and how often. */
function addTimingFlags(command: Command): void {
  const add = (flags: string, description: string, parse: (text: string) => unknown) => {
    command.addOption(new Option(flags, description).helpGroup('When and how often:').argParser(parse));
  };
  add(
    '--priority <number>',
    'from -1000 to 1000, higher ones start first (default 0)',
    checked('--priority', priority),
  );
  add('--delay <duration>', 'wait so long before it may start, such as 10m', checked('--delay', anyDelay));
  add('--run-at <time>', 'wait until then, such as 2026-12-24T18:00:00Z', timeFlag('--run-at'));
  add('--expires-at <time>', 'give up when no worker has started it by then', timeFlag('--expires-at'));
  add(
    '--start-within <duration>',
    'the same, counted from now or from the end of its delay',
    checked('--start-within', anyDelay),
  );
  add('--retries <count>', 'run it again so often when it fails (default 0)', checked('--retries', retries));
  command.addOption(
    new Option('--backoff <kind>', 'how the wait between tries grows (default exponential)')
      .choices(['fixed', 'linear', 'exponential'])
      .helpGroup('When and how often:'),
  );
  add('--retry-initial <duration>', 'wait after the first failure (default 1s)', checked('--retry-initial', anyDelay));
  add('--retry-max <duration>', 'the longest wait (default 1h)', checked('--retry-max', anyDelay));
  add('--final-exit <codes>', 'exit statuses after which it is not tried again, such as 2,64', exitCodes);
  add('--limit-key <key>', "jobs of a queue with equal keys share the queue's limit by key", (text) => text);
}

function exitCodes(text: string): readonly number[] {
  const codes = text.split(',').map((code) => (code.trim() === '' ? Number.NaN : Number(code)));
  if (codes.every((code) => Number.isInteger(code))) return codes;
  throw new UsageError(
    { code: 'invalidValue', option: '--final-exit' },
    `--final-exit must be exit statuses such as 2,64, not ${JSON.stringify(text.slice(0, 80))}`,
  );
}

function timingOptions(flags: JobFlags): JobOptions {
  const retry = retryPolicy(flags);
  return {
    ...(flags.priority === undefined ? {} : { priority: flags.priority }),
    ...(flags.delay === undefined ? {} : { delayMs: flags.delay }),
    ...(flags.runAt === undefined ? {} : { runAtMs: flags.runAt }),
    ...(flags.expiresAt === undefined ? {} : { expiresAtMs: flags.expiresAt }),
    ...(flags.startWithin === undefined ? {} : { scheduleToStartTimeoutMs: flags.startWithin }),
    ...(retry === undefined ? {} : { retry }),
    ...(flags.limitKey === undefined ? {} : { limitKey: flags.limitKey }),
  };
}

function retryPolicy({
  retries: further,
  backoff,
  retryInitial,
  retryMax,
  finalExit,
}: JobFlags): RetryPolicy | undefined {
  const details = {
    ...(backoff === undefined ? {} : { backoff }),
    ...(retryInitial === undefined ? {} : { initialMs: retryInitial }),
    ...(retryMax === undefined ? {} : { maxMs: retryMax }),
    ...(finalExit === undefined ? {} : { notRetriedExitCodes: finalExit }),
  };
  if (further !== undefined && further > 0) return { maxAttempts: further + 1, ...details };
  if (Object.keys(details).length === 0) return undefined;
  throw new UsageError(
    { code: 'invalidCombination', option: '--retries' },
    '--backoff, --retry-initial, --retry-max and --final-exit say how to retry: give --retries, too',
  );
}

/** What the flags say of a job, without its task. */
export function jobOptions(flags: JobFlags): JobOptions {
  return {
    ...(flags.queue === undefined ? {} : { queue: flags.queue }),
    ...(flags.label === undefined ? {} : { labels: flags.label }),
    ...(flags.workerLabel === undefined ? {} : { workerLabels: flags.workerLabel }),
    ...(flags.mode === undefined ? {} : { mode: flags.mode }),
    ...(flags.placement === undefined ? {} : { placement: flags.placement }),
    ...(flags.placementKey === undefined ? {} : { placementKey: flags.placementKey }),
    ...placementOptions(flags),
    ...(flags.timeout === undefined ? {} : { startToCloseTimeoutMs: flags.timeout }),
    ...(flags.lostAfter === undefined ? {} : { lostAfterMs: flags.lostAfter }),
    ...(flags.killGrace === undefined ? {} : { killGraceMs: flags.killGrace }),
    ...timingOptions(flags),
  };
}

/** A job that runs these words as a command. */
export function execSpec(words: readonly string[], flags: JobFlags, stdin: Uint8Array | undefined): JobSpec {
  const [command = '', ...args] = words;
  const limits = limitsOf(flags);
  if (command === '')
    throw new UsageError(
      { code: 'missingValue' },
      "the command is missing; put it behind --, as in: synod run -- sh -c 'echo hello'",
    );
  return {
    ...jobOptions(flags),
    exec: {
      command,
      args,
      ...(flags.env === undefined ? {} : { env: flags.env }),
      ...(flags.cwd === undefined ? {} : { cwd: flags.cwd }),
      ...(flags.user === undefined ? {} : { user: flags.user }),
      ...(stdin === undefined ? {} : { stdin }),
      ...(limits === undefined ? {} : { limits }),
    },
  };
}

const EXEC_FLAGS = {
  ...{ env: '--env', cwd: '--cwd', user: '--user', stdin: '--stdin' },
  ...{ umask: '--umask', ulimit: '--ulimit', memory: '--memory', cpus: '--cpus', pids: '--pids' },
  limitsPolicy: '--limits-policy',
} as const;

/** Refuses flags that say something of a process, when `what` is none: they would be ignored in silence. */
export function refuseExecFlags(flags: JobFlags & { readonly stdin?: boolean }, what: string): void {
  for (const [key, flag] of Object.entries(EXEC_FLAGS)) {
    if (flags[key as keyof typeof EXEC_FLAGS] === undefined) continue;
    throw new UsageError(
      { code: 'invalidCombination', option: flag },
      `${flag} is for commands; it does not go with ${what}`,
    );
  }
}

/** The bytes of a file that a flag names. */
export function readFlagFile(flag: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new CliError('fileUnreadable', `${flag}: ${path} can't be read (${why})`, EXIT.usage);
  }
}
