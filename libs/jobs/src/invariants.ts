import { assert } from '@synod/base';
import { FINAL_JOB_STATES } from './job.js';
import type { JobState } from './job.js';
import { MAX_KEPT_ATTEMPTS } from './options.js';
import type { JobEntry } from './state/job-entry.js';
import type { JobsState } from './state/jobs-state.js';
import type { WorkerEntry } from './state/worker-entry.js';

const ACTIVE_STATES: ReadonlySet<JobState> = new Set(['assigned', 'running']);

/**
 * The invariants of the state machine, checked over the whole state; too slow for each entry of a real log. The cheap
 * parts are asserted where they could break.
 *
 * J1 a finished job never changes · J2 a job has at most one active attempt, and it is on one worker, which is online ·
 * J3 a worker's capacity is never exceeded · J4 a job has an active attempt exactly while it is assigned or running ·
 * J5 fencing tokens rise, and none is used twice · J6 the ready index holds the ready jobs, each in its class, in order ·
 * J7 the oldest-finished retire first · J8 everything is bounded · J9 the incremental state hash is the true one ·
 * J10 active attempts are counted by queue and worker.
 */
export function checkInvariants(state: JobsState): void {
  checkJobs(state);
  checkWorkers(state);
  checkActiveByQueue(state);
  checkReadyIndex(state);
  checkFinished(state);
  checkBounds(state);
  assert(state.digest() === state.recomputeDigest(), 'J9 the incremental state hash is the true one');
}

function checkJobs(state: JobsState): void {
  const tokens = new Set<number>();
  const counts: Partial<Record<JobState, number>> = {};
  let previousId = '';
  let size = 0;
  for (const job of state.jobs.values()) {
    size += 1;
    counts[job.state] = (counts[job.state] ?? 0) + 1;
    assert(previousId < job.jobId, 'jobs are in order of id', () => job.jobId);
    previousId = job.jobId;
    assert(state.jobs.find(job.jobId) === job, 'every job is found by its id', () => job.jobId);
    assert(job.hasTrueHashes(), 'J9 hashes of specs and ends are true', () => job.jobId);
    checkAttempts(state, job, tokens);
  }
  assert(size === state.jobs.size, 'the table counts its jobs');
  for (const [jobState, count] of Object.entries(state.jobs.counts())) {
    assert((counts[jobState as JobState] ?? 0) === count, 'jobs are counted by state', () => jobState);
  }
}

function checkAttempts(state: JobsState, job: JobEntry, tokens: Set<number>): void {
  const { attempts, jobId } = job;
  let previous = 0;
  for (const [at, attempt] of attempts.entries()) {
    const { counter } = attempt.fencingToken;
    assert(counter > previous && counter <= state.lastTokenCounter, 'J5 tokens of a job rise', () => jobId);
    assert(!tokens.has(counter), 'J5 no token is used twice', () => `${counter}`);
    tokens.add(counter);
    previous = counter;
    const isLast = at === attempts.length - 1;
    assert(!attempt.evicting || job.interned.spec.mode !== 'atMostOnce', 'what runs at most once is not evicted');
    assert(isLast || !attempt.isActive, 'J2 only the last attempt may be active', () => jobId);
    assert(
      attempt.attempt === job.lastAttemptNumber - (attempts.length - 1 - at),
      'attempts are numbered',
      () => jobId,
    );
  }
  const active = job.activeAttempt;
  assert(
    (active !== undefined) === ACTIVE_STATES.has(job.state),
    'J4 active attempt while assigned or running',
    () => jobId,
  );
  if (active === undefined) return;
  const worker = state.workers.get(active.workerId);
  assert(worker?.activeJobs.has(job) === true, 'J2 an active attempt is on its worker', () => jobId);
  assert(
    active.workerIncarnation === worker.incarnation,
    'J2 an active attempt is of the current incarnation',
    () => jobId,
  );
  assert((active.startedAtMs !== undefined) === (job.state === 'running'), 'running means started', () => jobId);
}

function checkWorkers(state: JobsState): void {
  let active = 0;
  for (const worker of state.workers.values()) {
    const { workerId, activeJobs } = worker;
    active += activeJobs.size;
    assert(worker.hasTrueHashes(), 'J9 hashes of descriptions are true', () => workerId);
    assert(activeJobs.size <= worker.allowance, 'J3 capacity is never exceeded', () => workerId);
    assert(worker.state === 'online' || activeJobs.size === 0, 'J2 an offline worker holds nothing', () => workerId);
    checkScheduling(worker);
    assert((worker.offlineOrder === 0) === (worker.state === 'online'), 'offline workers are in order', () => workerId);
    let previous = 0;
    for (const job of activeJobs) {
      const attempt = job.activeAttempt;
      assert(attempt?.workerId === workerId, 'J2 a worker lists only its own attempts', () => job.jobId);
      assert(attempt.fencingToken.counter > previous, 'active attempts are in order of token', () => workerId);
      previous = attempt.fencingToken.counter;
    }
  }
  const { assigned, running } = state.jobs.counts();
  assert(active === assigned + running, 'J2 as many active attempts as active jobs', () => `${active}`);
}

/** Each count of the index has so many attempts, and all together are all that are active. */
function checkActiveByQueue(state: JobsState): void {
  let counted = 0;
  for (const [queue, byWorker] of state.activeByQueue.entries()) {
    assert(byWorker.size > 0, 'J8 only queues with active attempts are counted', () => queue);
    for (const [workerId, count] of byWorker) {
      const jobs = [...(state.workers.get(workerId)?.activeJobs ?? [])];
      const active = jobs.filter((job) => job.interned.spec.queue === queue).length;
      assert(count === active, 'J10 active attempts are counted by queue', () => `${queue} on ${workerId}`);
      counted += count;
    }
  }
  const { assigned, running } = state.jobs.counts();
  assert(counted === assigned + running, 'J10 all active attempts are counted by queue', () => `${counted}`);
}

function checkScheduling({ workerId, incarnation, scheduled }: WorkerEntry): void {
  const { scheduling, evictAtMs, reason } = scheduled;
  const isPlain = evictAtMs === undefined && scheduled.incarnation === undefined && reason === '';
  assert(scheduling !== 'active' || isPlain, 'an active worker has nothing more to say', () => workerId);
  assert(scheduling === 'draining' || evictAtMs === undefined, 'only a draining worker is evicted', () => workerId);
  assert(
    (scheduled.incarnation ?? incarnation) <= incarnation,
    'no scheduling is of a later incarnation',
    () => workerId,
  );
}

function checkReadyIndex(state: JobsState): void {
  let count = 0;
  let previous: { readonly classKey: string; readonly jobId: string } | undefined;
  for (const [classKey, job] of state.jobs.ready.entries()) {
    const { jobId, interned } = job;
    assert(job.state === 'ready' && interned.classKey === classKey, 'J6 ready jobs are in their class', () => jobId);
    const inOrder = previous === undefined || previous.classKey !== classKey || previous.jobId < jobId;
    assert(inOrder, 'J6 ready jobs are in order', () => jobId);
    previous = { classKey, jobId };
    count += 1;
  }
  const ready = state.jobs.ready.size;
  assert(count === ready && ready === state.jobs.counts().ready, 'J6 all ready jobs are indexed', () => `${count}`);
}

function checkFinished(state: JobsState): void {
  let count = 0;
  let units = 0;
  let previous = 0;
  for (const job of state.jobs.finishedInOrder()) {
    assert(FINAL_JOB_STATES.has(job.state), 'J7 finished jobs are final', () => job.jobId);
    assert(job.finishedOrder > previous, 'J7 finished jobs are in order', () => job.jobId);
    previous = job.finishedOrder;
    units += job.textUnits;
    count += 1;
  }
  const { succeeded, failed, cancelled, expired } = state.jobs.counts();
  assert(count === succeeded + failed + cancelled + expired, 'J7 all finished jobs are in the queue', () => `${count}`);
  assert(units === state.jobs.finishedTextUnits, 'J7 text of finished jobs is counted', () => `${units}`);
}

function checkBounds(state: JobsState): void {
  const { options, jobs, workers, keys, nodes } = state;
  assert(jobs.finishedCount <= options.maxFinishedJobs, 'J8 finished jobs are bounded');
  assert(jobs.finishedTextUnits <= options.maxFinishedTextUnits, 'J8 text of finished jobs is bounded');
  assert(jobs.unfinishedCount <= options.maxUnfinishedJobs, 'J8 unfinished jobs are bounded');
  assert(workers.offlineCount <= options.maxOfflineWorkers, 'J8 offline workers are bounded');
  assert(keys.size <= options.maxIdempotencyKeys, 'J8 idempotency keys are bounded');
  assert(nodes.size <= options.maxNodes, 'J8 nodes are bounded');
  state.sessions.check();
  for (const job of jobs.values()) {
    assert(job.attempts.length <= MAX_KEPT_ATTEMPTS, 'J8 kept attempts are bounded', () => job.jobId);
  }
}
