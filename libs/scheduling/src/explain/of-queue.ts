import type { JobRecord, JobsView, KeyPlace, QueueRecord, ReadyPlace } from '@synod/jobs';
import type { Hindrance } from './hindrance.js';

/** The most that may be set: a remedy names nothing that would be refused. */
const MAX_RUNNING = 1_000_000;
const MAX_RUNNING_PER_KEY = 10_000;
const MAX_BURST = 1_000_000;

/** A limit key that is full, and a queue that is, or is out of tokens. */
export function hindrancesOfLimits(view: JobsView, { spec }: JobRecord, { key }: ReadyPlace): Hindrance[] {
  const record = view.queue(spec.queue);
  const ofKey = key !== undefined && key.active >= key.limit ? [keyFull(view, spec.queue, key)] : [];
  return record === undefined ? ofKey : [...ofKey, ...ofQueue(view, record)];
}

export function pauseOf(view: JobsView, { spec: { queue } }: JobRecord): Hindrance[] {
  const { paused = false, pauseReason = '' } = view.queue(queue) ?? {};
  if (!paused) return [];
  const message = `queue ${queue} is paused${pauseReason === '' ? '' : `: ${pauseReason}`}`;
  return [{ code: 'queuePaused', message, remedy: `synod queue resume ${queue}`, untilMs: undefined }];
}

function ofQueue(view: JobsView, record: QueueRecord): Hindrance[] {
  const { queue, settings, counts, tokens, nextTokenMs } = record;
  const running = counts.assigned + counts.running;
  const found: Hindrance[] = [];
  if (settings.maxRunning > 0 && running >= settings.maxRunning) {
    const raise = running < MAX_RUNNING ? `synod queue set ${queue} --max-running ${running + 1}` : undefined;
    found.push({
      code: 'queueFull',
      message: `queue ${queue} runs ${settings.maxRunning} at a time, and ${running} run${holders(view, queue, undefined)}`,
      remedy: waitOr(raise),
      untilMs: undefined,
    });
  }
  if (tokens === 0 && settings.rate !== undefined) {
    const { tokens: starts, perMs, burst } = settings.rate;
    const more = `, or let more start at once: synod queue set ${queue} --rate ${starts}/${perMs}ms/${burst + 1}`;
    found.push({
      code: 'rateLimited',
      message: `queue ${queue} starts ${starts} jobs in ${perMs} ms, and has used them`,
      remedy: `wait${burst < MAX_BURST ? more : ''}`,
      untilMs: nextTokenMs,
    });
  }
  return found;
}

function keyFull(view: JobsView, queue: string, { limitKey, limit, active }: KeyPlace): Hindrance {
  const raise = `synod queue set ${queue} --max-running-per-key ${active + 1}`;
  return {
    code: 'keyFull',
    message: `jobs with the limit key ${limitKey} run ${limit} at a time, and ${active} run${holders(view, queue, limitKey)}`,
    remedy: waitOr(active < MAX_RUNNING_PER_KEY ? raise : undefined),
    untilMs: undefined,
  };
}

function waitOr(raise: string | undefined): string {
  const wait = 'wait for one of them to end, or cancel one';
  return raise === undefined ? wait : `${wait}, or raise the limit: ${raise}`;
}

const MAX_HOLDERS = 3;

/** Some of the jobs that hold a limit. */
function holders(view: JobsView, queue: string, limitKey: string | undefined): string {
  const found: string[] = [];
  for (const { workerId, activeAttempts } of view.workers()) {
    if (activeAttempts === 0) continue;
    for (const { jobId, spec } of view.activeAttempts(workerId)) {
      if (spec.queue !== queue || (limitKey !== undefined && spec.limitKey !== limitKey)) continue;
      found.push(jobId);
      if (found.length === MAX_HOLDERS) return ` (${found.join(', ')}, …)`;
    }
  }
  return found.length === 0 ? '' : ` (${found.join(', ')})`;
}
