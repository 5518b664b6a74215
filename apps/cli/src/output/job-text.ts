import type { Attempt, Job, JobSpec } from '@synod/client';
import { paintState, type Paint } from './colours.js';
import { duration, localTime } from './times.js';

/** A task in one line: the command as it would be typed, the request, or the handler's name. */
export function taskText(spec: JobSpec): string {
  if (spec.http !== undefined) return `${spec.http.method ?? 'GET'} ${spec.http.url}`;
  if (spec.handler !== undefined) return `handler ${spec.handler.handler}`;
  return [spec.exec.command, ...(spec.exec.args ?? [])].map(shellWord).join(' ');
}

function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A job with its attempts, for people. */
export function jobText(job: Job, paint: Paint): string {
  const { spec } = job;
  const labels = Object.entries(spec.labels ?? {}).map(([key, value]) => `${key}=${value}`);
  const lines: [string, string][] = [
    ['job', job.jobId],
    [
      'state',
      paintState(paint, job.state) + (job.cancelRequested && job.finishedAtMs === undefined ? ', being cancelled' : ''),
    ],
    ['task', taskText(spec)],
    ['queue', spec.queue ?? ''],
    ['submitted', localTime(job.submittedAtMs)],
    ['finished', localTime(job.finishedAtMs)],
    ['took', duration(job.submittedAtMs, job.finishedAtMs)],
  ];
  if (job.waitReason !== undefined) {
    const isTimed = job.waitReason !== 'overlap';
    const why = !isTimed
      ? 'earlier jobs of its schedule'
      : job.waitReason === 'backOff'
        ? `next try, after ${job.failedAttempts} failed`
        : 'its time';
    lines.push(['waits for', isTimed ? `${why}, until ${localTime(job.waitsUntilMs)}` : why]);
  }
  if (spec.priority !== undefined) lines.push(['priority', String(spec.priority)]);
  if (labels.length > 0) lines.push(['labels', labels.join(', ')]);
  if (job.cancelReason !== '') lines.push(['cancelled', job.cancelReason]);
  const text = lines.map(([name, value]) => `${`${name}:`.padEnd(11)} ${value}\n`).join('');
  return text + job.attempts.map((attempt) => attemptText(attempt, paint)).join('');
}

function attemptText(attempt: Attempt, paint: Paint): string {
  const exit = attempt.signal !== '' ? `, ended by ${attempt.signal}` : exitText(attempt.exitCode);
  const times = `${localTime(attempt.startedAtMs ?? attempt.assignedAtMs)}, ${duration(attempt.startedAtMs, attempt.finishedAtMs)}`;
  const message = attempt.message === '' ? '' : `\n  ${attempt.message}`;
  return `attempt ${attempt.attempt}: ${paintState(paint, attempt.state)}${exit} on ${attempt.workerId} (${times}; token ${attempt.fencingToken})${message}\n`;
}

function exitText(exitCode: number | undefined): string {
  return exitCode === undefined ? '' : `, exit ${exitCode}`;
}
