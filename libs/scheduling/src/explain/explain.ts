import type { JobRecord, JobsView, JobState } from '@synod/jobs';
import { hindrancesOfOrder } from './of-order.js';
import { hindrancesOfLimits, pauseOf } from './of-queue.js';
import { workerStanding } from './of-workers.js';
import type { Hindrance } from './hindrance.js';

export interface Explanation {
  readonly state: JobState;
  /** Ready jobs of its queue that are assigned before it; undefined unless it is ready. */
  readonly jobsBefore: number | undefined;
  /** In one sentence. */
  readonly summary: string;
  /**
   * All that holds it, in the order in which to take it away: first what puts it before others, then what makes room. Once
   * all are taken away as they say, the job starts with the next plan, unless others took the room meanwhile. Empty: nothing holds it.
   */
  readonly hindrances: readonly Hindrance[];
}

/**
 * Why a job does not run, from the applied state; undefined when that doesn't have it. `isHeard` is what the leader alone knows
 * of workers: whether they were heard from lately. Elsewhere it is left out, and says nothing.
 */
export function explainJob(
  view: JobsView,
  jobId: string,
  isHeard: (workerId: string) => boolean = () => true,
): Explanation | undefined {
  const job = view.job(jobId);
  if (job === undefined) return undefined;
  const hindrances = hindrancesOf(view, job, isHeard);
  const jobsBefore = job.state === 'ready' ? (view.readyPlace(jobId)?.jobsBefore ?? 0) : undefined;
  return { state: job.state, jobsBefore, summary: summaryOf(job, hindrances), hindrances };
}

function hindrancesOf(view: JobsView, job: JobRecord, isHeard: (workerId: string) => boolean): readonly Hindrance[] {
  const place = view.readyPlace(job.jobId);
  if (place === undefined) return [];
  const wait = job.state === 'waiting' ? [waiting(view, job)] : [];
  const limits = hindrancesOfLimits(view, job, place);
  const { hindrance, ...standing } = workerStanding(view, job, isHeard);
  const workers = hindrance === undefined ? [] : [hindrance];
  const pause = pauseOf(view, job);
  const isAlone = [wait, limits, workers, pause].every(({ length }) => length === 0);
  return [...wait, ...hindrancesOfOrder(view, job, place, standing, isAlone), ...limits, ...workers, ...pause];
}

function waiting(view: JobsView, job: JobRecord): Hindrance {
  const { jobId, waitReason, waitsUntilMs, failedAttempts = 0, firing } = job;
  if (waitReason === 'overlap') return overlapping(view, jobId, firing?.scheduleId ?? '');
  const code = waitReason ?? 'delay';
  const message =
    code === 'delay'
      ? 'it was submitted with a delay, or for a later time'
      : `it waits after ${failedAttempts} failed attempt${failedAttempts === 1 ? '' : 's'}, as its retry policy says`;
  return { code, message, remedy: `synod job retry ${jobId}`, untilMs: waitsUntilMs };
}

function overlapping(view: JobsView, jobId: string, scheduleId: string): Hindrance {
  const { active } = view.scheduleJobs(scheduleId);
  const [first = ''] = active;
  const others = active.length > 1 ? ` and ${active.length - 1} more` : '';
  return {
    code: 'overlap',
    message: `its schedule ${scheduleId} runs one job at a time: ${first}${others} has to finish first`,
    remedy: `wait for it, or start this one beside it: synod job retry ${jobId}`,
    untilMs: undefined,
  };
}

/** The one that says most. */
function headline(hindrances: readonly Hindrance[]): Hindrance | undefined {
  const [first] = hindrances;
  if (first !== undefined && WAITS.has(first.code)) return first;
  const paused = hindrances.find(({ code }) => code === 'queuePaused');
  return paused ?? hindrances.find(({ code }) => code !== 'ahead') ?? first;
}

const WAITS: ReadonlySet<Hindrance['code']> = new Set(['delay', 'backOff', 'overlap']);

function summaryOf({ state }: JobRecord, hindrances: readonly Hindrance[]): string {
  const first = headline(hindrances);
  if (first !== undefined) {
    const more = hindrances.length - 1;
    return more === 0 ? first.message : `${first.message}; and ${more} more`;
  }
  switch (state) {
    case 'waiting':
    case 'ready':
      return 'nothing holds it: it is assigned with the next plan';
    case 'assigned':
      return 'it is on its way to its worker';
    case 'running':
      return 'it runs';
    default:
      return `it has ended: ${state}`;
  }
}
