import type { CatchUpPolicy, DstRule, OverlapPolicy, ScheduleTiming } from '@synod/client';
import { option, UsageError } from '@synod/config';
import { Option, type Command } from 'commander';
import { checked } from './flags.js';

export const OVERLAP_POLICIES: readonly OverlapPolicy[] = [
  ...(['skip', 'bufferOne', 'bufferAll', 'cancelOther', 'terminateOther', 'allowAll'] as const),
];
const CATCH_UPS: readonly CatchUpPolicy[] = ['none', 'latest', 'all', 'window'];
const DST: readonly DstRule[] = ['cron', 'skip', 'once', 'both'];

const DAY_MS = 86_400_000;
const every = option.durationMs({ summary: '', minMs: 1_000, maxMs: 366 * DAY_MS });
const offset = option.durationMs({ summary: '', minMs: 0, maxMs: 366 * DAY_MS });
const jitter = option.durationMs({ summary: '', minMs: 0, maxMs: DAY_MS });

export interface TimingFlags {
  readonly cron?: string;
  readonly timeZone?: string;
  readonly dst?: DstRule;
  readonly every?: number;
  readonly offset?: number;
}

export interface RulesFlags {
  readonly overlap?: OverlapPolicy;
  readonly catchUp?: CatchUpPolicy;
  readonly window?: number;
  readonly jitter?: number;
  readonly from?: number;
  readonly until?: number;
}

const GROUP = 'Schedule:';

function add(command: Command, flags: string, description: string, parse?: (text: string) => unknown): void {
  const flag = new Option(flags, description).helpGroup(GROUP);
  command.addOption(parse === undefined ? flag : flag.argParser(parse));
}

export function addTimingFlags(command: Command): void {
  add(command, '--cron <expression>', 'five fields, six with seconds in front, or a macro such as @daily');
  add(command, '--time-zone <name>', 'zone of --cron, such as Europe/Berlin (default UTC)');
  const dst = 'times that the clock skips or shows twice: as Debian’s cron (default), skip, once or both';
  command.addOption(new Option('--dst <rule>', dst).choices(DST).helpGroup(GROUP));
  add(command, '--every <duration>', 'at even intervals instead, such as 30s or 6h', checked('--every', every));
  add(command, '--offset <duration>', 'with --every: so much after the even time', checked('--offset', offset));
}

export function addRulesFlags(command: Command): void {
  command.addOption(
    new Option('--overlap <policy>', 'when a job of an earlier firing still runs (default skip)')
      .choices(OVERLAP_POLICIES)
      .helpGroup(GROUP),
  );
  command.addOption(
    new Option('--catch-up <policy>', 'times more than 10 s late, when no coordinator led (default latest)')
      .choices(CATCH_UPS)
      .helpGroup(GROUP),
  );
  add(command, '--window <duration>', 'with --catch-up window: how late it may be', checked('--window', every));
  add(command, '--jitter <duration>', 'put off each firing by up to this, evenly', checked('--jitter', jitter));
  add(command, '--from <time>', 'no firing before this, such as 2026-12-01T00:00Z', timeFlag('--from'));
  add(command, '--until <time>', 'no firing after this', timeFlag('--until'));
}

/** Undefined when no flag says when. */
export function timingOf({
  cron,
  timeZone,
  dst,
  every: everyMs,
  offset: offsetMs,
}: TimingFlags): ScheduleTiming | undefined {
  if (cron !== undefined && everyMs !== undefined) throw conflict('--every', 'and --cron exclude each other');
  if (cron !== undefined) {
    if (offsetMs !== undefined) throw conflict('--offset', 'belongs to --every');
    return { cron, ...(timeZone === undefined ? {} : { timeZone }), ...(dst === undefined ? {} : { dst }) };
  }
  if (timeZone !== undefined) throw conflict('--time-zone', 'belongs to --cron');
  if (dst !== undefined) throw conflict('--dst', 'belongs to --cron');
  return everyMs === undefined ? undefined : { everyMs, ...(offsetMs === undefined ? {} : { offsetMs }) };
}

export function rulesOf(flags: RulesFlags) {
  const { overlap, catchUp, window, jitter: jitterMs, from, until } = flags;
  return {
    ...(overlap === undefined ? {} : { overlap }),
    ...(catchUp === undefined && window === undefined ? {} : { catchUp: catchUp ?? ('window' as const) }),
    ...(window === undefined ? {} : { catchUpWindowMs: window }),
    ...(jitterMs === undefined ? {} : { jitterMs }),
    ...(from === undefined ? {} : { startAtMs: from }),
    ...(until === undefined ? {} : { endAtMs: until }),
  };
}

/** A time in ISO 8601, in the user's own zone when it names none. */
export function timeFlag(flag: string): (text: string) => number {
  return (text) => {
    const isDate = /^\d{4}-\d\d-\d\d$/.test(text);
    const timeMs = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(isDate ? `${text}T00:00` : text) : Number.NaN;
    if (Number.isSafeInteger(timeMs) && timeMs > 0) return timeMs;
    throw new UsageError(
      { code: 'invalidValue', option: flag },
      `${flag} must be a time such as 2026-12-01, 2026-12-01T06:00 or 2026-12-01T06:00Z, not ${JSON.stringify(text.slice(0, 80))}`,
    );
  };
}

function conflict(flag: string, what: string): UsageError {
  return new UsageError({ code: 'invalidCombination', option: flag }, `${flag} ${what}`);
}

/** For those who forget it: a schedule without a time. */
export function noTiming(): UsageError {
  return new UsageError(
    { code: 'missingValue', option: '--cron' },
    'say when: --cron "30 2 * * *" with --time-zone Europe/Berlin, or --every 5m',
  );
}
