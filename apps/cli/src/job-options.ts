import { readFileSync } from 'node:fs';
import type { ExecutionMode, JobOptions, JobSpec, PlacementPolicy } from '@synod/client';
import { option, UsageError } from '@synod/config';
import { Option, type Command } from 'commander';
import { CliError, EXIT } from './failure.js';
import { checked, keyValue } from './flags.js';
import { addLimitFlags, limitsOf, type LimitFlags } from './limit-options.js';

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
}

const DAY_MS = 86_400_000;
const timeout = option.durationMs({ summary: '', minMs: 1, maxMs: 2_147_483_647 });
const lostAfter = option.durationMs({ summary: '', minMs: 3_000, maxMs: DAY_MS });
const count = option.integer({ summary: '', min: 1, max: 1_000, unit: 'count' });
const killGrace = option.durationMs({ summary: '', minMs: 0, maxMs: 3_600_000 });

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
  add('--idempotency-key <key>', 'the same key again gives the first job instead of a second one');
  return addLimitFlags(command);
}

/** The policies that the command line knows, as its help lists them. */
export const PLACEMENT_POLICIES: readonly PlacementPolicy[] = [
  ...(['leastLoaded', 'consistentHash', 'random', 'roundRobin', 'weightedRoundRobin'] as const),
  ...(['powerOfChoices', 'boundedHash', 'binPack', 'spread'] as const),
];

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
