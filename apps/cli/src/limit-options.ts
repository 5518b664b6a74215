import type { ExecLimits, LimitsPolicy, Ulimit } from '@synod/client';
import { option, UsageError } from '@synod/config';
import { Option, type Command } from 'commander';
import { checked } from './flags.js';

/** Flags of what a process may take, as commander gives them. */
export interface LimitFlags {
  readonly umask?: number;
  readonly ulimit?: readonly Ulimit[];
  readonly memory?: number;
  readonly cpus?: number;
  readonly pids?: number;
  readonly limitsPolicy?: LimitsPolicy;
}

const GROUP = 'Limits of a command:';
const pids = option.integer({ summary: '', min: 1, max: 4_194_304, unit: 'processes' });

/** Adds the flags of {@link LimitFlags}. */
export function addLimitFlags(command: Command): Command {
  const add = (flags: string, description: string, parse: (text: string, previous: unknown) => unknown) =>
    command.addOption(new Option(flags, description).argParser(parse).helpGroup(GROUP));
  add('--umask <octal>', 'file mode bits to clear, such as 027', refusing('--umask', parseUmask));
  add(
    '--ulimit <name=soft[:hard]>',
    "limit of POSIX, such as nofile=1024 or core=0:unlimited, in the kernel's unit; may be repeated",
    (text, previous) => [
      ...((previous as readonly Ulimit[] | undefined) ?? []),
      refusing('--ulimit', parseUlimit)(text),
    ],
  );
  add('--memory <size>', 'memory at the most, such as 512m or 2g (control group)', refusing('--memory', parseSize));
  add('--cpus <number>', 'processors at the most, such as 0.5 or 2 (control group)', refusing('--cpus', parseCpus));
  add('--pids <number>', 'processes and threads at the most (control group)', checked('--pids', pids));
  return command.addOption(
    new Option(
      '--limits-policy <policy>',
      'where the host has no control groups: require fails the attempt (the default), prefer runs it without the limit',
    )
      .choices(['require', 'prefer'])
      .helpGroup(GROUP),
  );
}

/** What the flags say; undefined when they say nothing. */
export function limitsOf(flags: LimitFlags): ExecLimits | undefined {
  const { umask, ulimit, memory, cpus, pids: pidsMax, limitsPolicy } = flags;
  const limits: ExecLimits = {
    ...(umask === undefined ? {} : { umask }),
    ...(ulimit === undefined ? {} : { ulimits: ulimit }),
    ...(memory === undefined ? {} : { memoryMaxBytes: memory }),
    ...(cpus === undefined ? {} : { cpuMaxPercent: percentOf(cpus) }),
    ...(pidsMax === undefined ? {} : { pidsMax }),
    ...(limitsPolicy === undefined ? {} : { policy: limitsPolicy }),
  };
  return Object.keys(limits).length === 0 ? undefined : limits;
}

/** What a text should have been; thrown by the parsers here, and worded by whoever knows where the text stood. */
export class Unfit extends Error {}

function refusing<Value>(flag: string, parse: (text: string) => Value): (text: string) => Value {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof Unfit)) throw error;
      const shown = JSON.stringify(text.slice(0, 80));
      throw new UsageError({ code: 'invalidValue', option: flag }, `${flag} must be ${error.message}, not ${shown}`);
    }
  };
}

/** @throws Unfit */
export function parseUmask(text: string): number {
  if (!/^[0-7]{1,4}$/.test(text) || parseInt(text, 8) > 0o777) throw new Unfit('octal, from 0 to 777');
  return parseInt(text, 8);
}

const ULIMITS = ['as', 'core', 'cpu', 'fsize', 'nofile', 'nproc', 'stack'];

/** `name=soft[:hard]`. @throws Unfit */
export function parseUlimit(text: string): Ulimit {
  const match = /^([a-z]+)=(\d+|-1|unlimited)(?::(\d+|-1|unlimited))?$/.exec(text);
  const [, name = '', soft = '', hard = soft] = match ?? [];
  if (match === null || !ULIMITS.includes(name))
    throw new Unfit(
      `NAME=SOFT or NAME=SOFT:HARD, where the name is one of ${ULIMITS.join(', ')} and a limit is a number or unlimited`,
    );
  return { name, soft: limitNumber(soft), hard: limitNumber(hard) };
}

function limitNumber(text: string): number {
  const value = text === 'unlimited' ? -1 : Number(text);
  if (!Number.isSafeInteger(value)) throw new Unfit('a limit below 2^53, or unlimited');
  return value;
}

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

/** Bytes, as `1048576`, `512m` or `2GiB`. @throws Unfit */
export function parseSize(text: string): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?$/i.exec(text) ?? [];
  const bytes = Math.floor(Number(number) * (UNITS[unit.toLowerCase()] ?? NaN));
  if (number === '' || !Number.isSafeInteger(bytes) || bytes < 1) throw new Unfit('a size, such as 512m or 2g');
  return bytes;
}

/** @throws Unfit */
export function parseCpus(text: string): number {
  const cpus = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (!(cpus >= 0.01 && cpus <= 10_000)) throw new Unfit('a number of processors from 0.01 on, such as 0.5 or 2');
  return cpus;
}

export function percentOf(cpus: number): number {
  return Math.round(cpus * 100);
}
