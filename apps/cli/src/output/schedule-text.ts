import type { FiringDecision, Schedule, ScheduleTiming } from '@synod/client';
import { localTime } from './times.js';

/** When a schedule is due, in one line. */
export function timingText(timing: ScheduleTiming): string {
  if (!('cron' in timing)) {
    const { everyMs, offsetMs = 0 } = timing;
    return `every ${exactly(everyMs)}${offsetMs === 0 ? '' : `, ${exactly(offsetMs)} after`}`;
  }
  const { cron, timeZone = 'UTC', dst = 'cron' } = timing;
  return `${cron} (${timeZone}${dst === 'cron' ? '' : `, ${dst}`})`;
}

/** As it was asked for: in the largest unit of which it is a multiple. */
function exactly(spanMs: number): string {
  const units = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 };
  const [unit, ms] = Object.entries(units).find(([, size]) => spanMs % size === 0) ?? ['ms', 1];
  return `${spanMs / ms}${unit}`;
}

/** A schedule for people. */
export function scheduleText(schedule: Schedule): string {
  const { spec, counts } = schedule;
  const lines: [string, string][] = [
    ['schedule', schedule.scheduleId],
    ['when', timingText(spec.timing)],
    ['state', schedule.paused ? `paused${reasonOf(schedule)}` : 'active'],
    ['next', localTime(schedule.nextNominalMs)],
    ['overlap', spec.overlap ?? 'skip'],
    ['catch-up', catchUpText(schedule)],
    ['jitter', spec.jitterMs === undefined ? '-' : `up to ${exactly(spec.jitterMs)}`],
    ['fired', `${counts.fired}, caught up ${counts.caughtUp}, skipped ${counts.skipped}, missed ${counts.missed}`],
    ['running', schedule.activeJobIds.join(', ') || '-'],
    ['waiting', schedule.waitingJobIds.join(', ') || '-'],
    ['changed', `${localTime(schedule.changedAtMs)}, revision ${schedule.revision}`],
  ];
  return lines.map(([name, value]) => `${`${name}:`.padEnd(12)} ${value}\n`).join('');
}

function reasonOf({ pauseReason }: Schedule): string {
  return pauseReason === '' ? '' : `: ${pauseReason}`;
}

function catchUpText({ spec }: Schedule): string {
  const { catchUp = 'latest', catchUpWindowMs } = spec;
  return catchUpWindowMs === undefined ? catchUp : `${catchUp} of ${exactly(catchUpWindowMs)}`;
}

/** Columns of a ledger. */
export function ledgerColumns() {
  return [
    { title: 'time', value: (it: FiringDecision) => localTime(it.fromMs) },
    { title: 'through', value: (it: FiringDecision) => (it.throughMs === it.fromMs ? '' : localTime(it.throughMs)) },
    { title: 'times', value: (it: FiringDecision) => `${it.count}`, align: 'right' as const },
    { title: 'outcome', value: (it: FiringDecision) => it.outcome },
    { title: 'reason', value: (it: FiringDecision) => it.reason },
    { title: 'origin', value: (it: FiringDecision) => it.origin },
    { title: 'job', value: (it: FiringDecision) => it.jobId ?? '-' },
  ];
}

/** A time as the clock of a zone shows it, with its distance from UTC: what it says twice is so told apart. */
export function timeInZone(timeMs: number, timeZone: string): string {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'medium',
  });
  const offset = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
    .formatToParts(timeMs)
    .find(({ type }) => type === 'timeZoneName');
  return `${format.format(timeMs)} ${offset?.value ?? ''}`.trimEnd();
}
