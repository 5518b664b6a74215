import { assert } from '@synod/base';
import { FINAL_JOB_STATES } from './job.js';
import type { JobState } from './job.js';
import { MAX_KEPT_ATTEMPTS } from './options.js';
import type { JobEntry } from './state/job-entry.js';
import { checkQueues } from './queue-invariants.js';
import { isAssignedFirst } from './state/ordered-jobs.js';
import { checkSchedules } from './schedule-invariants.js';
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
 * J10 each record that waits for a time is due then, and nothing else is ·
 * J11 limits are held by attempts under way, and by nothing else · J12 active attempts are counted by queue and worker.
 */
export function checkInvariants(state: JobsState): void {
  checkJobs(state);
  checkWorkers(state);
  checkActiveByQueue(state);
  checkReadyIndex(state);
  checkFinished(state);
  checkBounds(state);
  checkSchedules(state);
  checkTimers(state);
  checkQueues(state);
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

function checkTimers(state: JobsState): void {
  let timed = 0;
  for (const job of state.jobs.values()) {
    const { nextDueMs, timerPlace, jobId } = job;
    assert((job.waitReason !== undefined) === (job.state === 'waiting'), 'J10 a waiting job has a reason', () => jobId);
    assert(timerPlace >= 0 === (nextDueMs !== undefined), 'J10 what waits for a time has a timer', () => jobId);
    if (nextDueMs === undefined) continue;
    assert(job.dueMs === nextDueMs, 'J10 a timer is due when its record says', () => jobId);
    timed += 1;
  }
  for (const setup of state.queues.setupRecords()) {
    const { nextDueMs, timerPlace, dueMs, queue } = setup;
    assert(timerPlace >= 0 === (nextDueMs !== undefined), 'J10 a queue without tokens has a timer', () => queue);
    if (nextDueMs === undefined) continue;
    assert(dueMs === nextDueMs, 'J10 a timer is due when its record says', () => queue);
    timed += 1;
  }
  assert(timed === state.timers.size, 'J10 every timer is of a record that is there', () => `${timed}`);
  state.timers.check();
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
  let previous: { readonly classKey: string; readonly job: JobEntry } | undefined;
  for (const [classKey, job] of state.jobs.ready.entries()) {
    const { jobId, interned } = job;
    const isIn = job.state === 'ready' && !job.parked && interned.classKey === classKey;
    assert(isIn, 'J6 ready jobs are in their class', () => jobId);
    const inOrder = previous?.classKey !== classKey || isAssignedFirst(previous.job, job);
    assert(inOrder, 'J6 ready jobs are in order', () => jobId);
    previous = { classKey, job };
    count += 1;
  }
  state.jobs.ready.check();
  const ready = state.jobs.ready.size;
  let parked = 0;
  for (const queue of state.queues.entries()) parked += queue.keys?.waiting ?? 0;
  assert(
    count === ready && ready + parked === state.jobs.counts().ready,
    'J6 all ready jobs are indexed',
    () => `${count}`,
  );
}

function checkFinished(state: JobsState): void {
  const { finished, deadLetters } = state.jobs.finishedJobs;
  let count = 0;
  for (const jobs of [finished, deadLetters]) {
    let units = 0;
    let previous = 0;
    for (const job of jobs.values()) {
      assert(FINAL_JOB_STATES.has(job.state), 'J7 finished jobs are final', () => job.jobId);
      const isDead = state.featureLevel >= 3 && (job.state === 'failed' || job.state === 'expired');
      assert(isDead === (jobs === deadLetters), 'J7 dead letters are apart', () => job.jobId);
      assert(job.finishedOrder > previous, 'J7 finished jobs are in order', () => job.jobId);
      previous = job.finishedOrder;
      units += job.textUnits;
      count += 1;
    }
    assert(units === jobs.textUnits, 'J7 text of finished jobs is counted', () => `${units}`);
  }
  const { succeeded, failed, cancelled, expired } = state.jobs.counts();
  assert(count === succeeded + failed + cancelled + expired, 'J7 all finished jobs are in the queue', () => `${count}`);
}

function checkBounds(state: JobsState): void {
  const { options, jobs, workers, keys, nodes } = state;
  const { finished, deadLetters } = jobs.finishedJobs;
  assert(finished.size <= options.maxFinishedJobs, 'J8 finished jobs are bounded');
  assert(finished.textUnits <= options.maxFinishedTextUnits, 'J8 text of finished jobs is bounded');
  assert(deadLetters.size <= options.maxDeadLetters, 'J8 dead letters are bounded');
  assert(deadLetters.textUnits <= options.maxDeadLetterTextUnits, 'J8 text of dead letters is bounded');
  assert(state.queues.setupCount <= options.maxQueues, 'J8 queues are bounded');
  assert(jobs.unfinishedCount <= options.maxUnfinishedJobs, 'J8 unfinished jobs are bounded');
  assert(workers.offlineCount <= options.maxOfflineWorkers, 'J8 offline workers are bounded');
  assert(Math.max(...keys.sizes) <= options.maxIdempotencyKeys, 'J8 idempotency keys are bounded');
  assert(nodes.size <= options.maxNodes, 'J8 nodes are bounded');
  state.sessions.check();
  for (const job of jobs.values()) {
    assert(job.attempts.length <= MAX_KEPT_ATTEMPTS, 'J8 kept attempts are bounded', () => job.jobId);
  }
}
