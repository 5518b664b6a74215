import type { JobRecord, JobsView, JobState, QueueRecord, WorkerRecord } from '@synod/jobs';
import { workerFits } from '@synod/jobs';
import { missingNeeds } from './missing-needs.js';

/** One thing that keeps a job from starting. */
export interface Hindrance {
  readonly code:
    | 'delay'
    | 'backOff'
    | 'overlap'
    | 'queuePaused'
    | 'queueFull'
    | 'rateLimited'
    | 'keyFull'
    | 'noWorkers'
    | 'workersUnfit'
    | 'workersClosed'
    | 'workersFull'
    | 'workersUnheard'
    | 'ahead';
  /** For people. */
  readonly message: string;
  /** What would take it away. */
  readonly remedy: string;
  /** When it ends by itself, if that is known. */
  readonly untilMs: number | undefined;
}

export interface Explanation {
  readonly state: JobState;
  /** Ready jobs of its queue that are assigned before it; undefined unless it is ready. */
  readonly jobsBefore: number | undefined;
  /** In one sentence. */
  readonly summary: string;
  /** All that holds it, in the order in which it would have to go. Empty: nothing does. */
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
  switch (job.state) {
    case 'waiting':
      return [waiting(view, job), ...beforeWorkers(view, job), ...ofWorkers(view, job, isHeard)];
    case 'ready': {
      const found = [...beforeWorkers(view, job), ...ofWorkers(view, job, isHeard)];
      const jobsBefore = view.readyPlace(job.jobId)?.jobsBefore ?? 0;
      return found.length > 0 || jobsBefore === 0 ? found : [ahead(job, jobsBefore)];
    }
    default:
      return [];
  }
}

function overlapping(view: JobsView, scheduleId: string): Hindrance {
  const { active } = view.scheduleJobs(scheduleId);
  const [first = ''] = active;
  const others = active.length > 1 ? ` and ${active.length - 1} more` : '';
  return {
    code: 'overlap',
    message: `its schedule ${scheduleId} runs one job at a time: ${first}${others} has to finish first`,
    remedy: `wait for it, or synod job cancel ${first}`,
    untilMs: undefined,
  };
}

function waiting(view: JobsView, job: JobRecord): Hindrance {
  const { jobId, waitReason, waitsUntilMs, failedAttempts = 0, firing } = job;
  if (waitReason === 'overlap') return overlapping(view, firing?.scheduleId ?? '');
  const code = waitReason ?? 'delay';
  const message =
    code === 'delay'
      ? 'it was submitted with a delay, or for a later time'
      : `it waits after ${failedAttempts} failed attempt${failedAttempts === 1 ? '' : 's'}, as its retry policy says`;
  return { code, message, remedy: `synod job retry ${jobId}`, untilMs: waitsUntilMs };
}

function beforeWorkers(view: JobsView, job: JobRecord): Hindrance[] {
  const { queue } = job.spec;
  const record = view.queue(queue);
  const found: Hindrance[] = [];
  if (record !== undefined) found.push(...ofQueue(view, record));
  const key = job.state === 'ready' ? view.readyPlace(job.jobId)?.key : undefined;
  if (key !== undefined) {
    found.push({
      code: 'keyFull',
      message: `jobs with the limit key ${key.limitKey} run ${key.limit} at a time: ${key.active} run, ${key.open} come before it${holders(view, queue, key.limitKey)}`,
      remedy: `wait for one of them to end, cancel one, or raise the limit: synod queue set ${queue} --max-running-per-key ${key.limit + 1}`,
      untilMs: undefined,
    });
  }
  return found;
}

function ofQueue(view: JobsView, record: QueueRecord): Hindrance[] {
  const { queue, paused, pauseReason, settings, counts, tokens, nextTokenMs } = record;
  const running = counts.assigned + counts.running;
  const found: Hindrance[] = [];
  if (paused) {
    const why = pauseReason === '' ? '' : `: ${pauseReason}`;
    const message = `queue ${queue} is paused${why}`;
    found.push({ code: 'queuePaused', message, remedy: `synod queue resume ${queue}`, untilMs: undefined });
  }
  if (settings.maxRunning > 0 && running >= settings.maxRunning) {
    found.push({
      code: 'queueFull',
      message: `queue ${queue} runs ${settings.maxRunning} at a time, and ${running} run${holders(view, queue, undefined)}`,
      remedy: `wait for one of them to end, cancel one, or raise the limit: synod queue set ${queue} --max-running ${running + 1}`,
      untilMs: undefined,
    });
  }
  if (tokens === 0 && settings.rate !== undefined) {
    const { tokens: starts, perMs, burst } = settings.rate;
    found.push({
      code: 'rateLimited',
      message: `queue ${queue} starts ${starts} jobs in ${perMs} ms, and has used them`,
      remedy: `wait, or let more start at once: synod queue set ${queue} --rate ${starts}/${perMs}ms/${burst + 1}`,
      untilMs: nextTokenMs,
    });
  }
  return found;
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

function ofWorkers(view: JobsView, { spec }: JobRecord, isHeard: (workerId: string) => boolean): Hindrance[] {
  const online = view.workers().filter(({ state }) => state === 'online');
  const hindrance = (code: Hindrance['code'], message: string, remedy: string): Hindrance[] => [
    { code, message, remedy, untilMs: undefined },
  ];
  if (online.length === 0) {
    return hindrance('noWorkers', 'no worker is online', 'start a worker agent: synod-worker-agent --help');
  }
  const fitting = online.filter((worker) => workerFits(worker, spec));
  if (fitting.length === 0) {
    const { message, remedy } = missingNeeds(online, spec);
    return hindrance('workersUnfit', message, remedy);
  }
  const open = fitting.filter(({ scheduling }) => scheduling === 'active');
  if (open.length === 0) {
    const closed = listed(fitting, ({ workerId, scheduling }) => `${workerId} is ${scheduling}`);
    const first = fitting[0] as WorkerRecord;
    return hindrance(
      'workersClosed',
      `no worker that fits takes work: ${closed}`,
      `synod worker undrain ${first.workerId}`,
    );
  }
  const heard = open.filter(({ workerId }) => isHeard(workerId));
  if (heard.length === 0) {
    const silent = listed(open, ({ workerId }) => workerId);
    const remedy =
      'look at the hosts of these workers and at the network; what they ran runs elsewhere after lostAfter';
    return hindrance('workersUnheard', `no worker that fits was heard lately: ${silent}`, remedy);
  }
  if (heard.some(({ activeAttempts, capacity }) => activeAttempts < capacity)) return [];
  const full = listed(
    heard,
    ({ workerId, activeAttempts, capacity }) => `${workerId} runs ${activeAttempts} of ${capacity}`,
  );
  const remedy = 'wait for a job to end, start another worker, or one with more capacity';
  return hindrance('workersFull', `all workers that fit are full: ${full}`, remedy);
}

function ahead({ spec }: JobRecord, jobsBefore: number): Hindrance {
  const message = `${jobsBefore} job${jobsBefore === 1 ? '' : 's'} of queue ${spec.queue} come${jobsBefore === 1 ? 's' : ''} before it`;
  const remedy = 'wait, or raise its priority: synod job change --priority N';
  return { code: 'ahead', message, remedy, untilMs: undefined };
}

const MAX_LISTED = 5;

function listed(workers: readonly WorkerRecord[], say: (worker: WorkerRecord) => string): string {
  const shown = workers.slice(0, MAX_LISTED).map(say).join(', ');
  return workers.length > MAX_LISTED ? `${shown}, and ${workers.length - MAX_LISTED} more` : shown;
}

function summaryOf({ state }: JobRecord, hindrances: readonly Hindrance[]): string {
  const [first] = hindrances;
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
