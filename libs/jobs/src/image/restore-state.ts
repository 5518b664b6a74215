import { assert } from '@synod/base';
import type { StateRecord } from '../image.js';
import { JobsError } from '../jobs-error.js';
import type { JobsOptions } from '../options.js';
import {
  COUNTERS_KEY,
  IDEMPOTENCY_KEY_PREFIX,
  JOB_PREFIX,
  NODE_PREFIX,
  orderOf,
  QUEUE_PREFIX,
  REPLY_PREFIX,
  SCHEDULE_PREFIX,
  SESSION_PREFIX,
  WORKER_PREFIX,
} from '../state/image-keys.js';
import type { KeyedSubmission } from '../state/idempotency-keys.js';
import type { AttemptEntry, JobEntry } from '../state/job-entry.js';
import { JobsState } from '../state/jobs-state.js';
import type { CompactReply } from '../state/reply-hash.js';
import type { WorkerEntry } from '../state/worker-entry.js';
import { ImageReader } from './image-reader.js';
import { restoreJob } from './restore-job.js';
import { keyedJobs } from '../handlers/queues.js';
import { queueFrom } from './restore-queue.js';
import { countersFrom, nodeFrom, sessionFrom, submissionFrom, workerFrom } from './restore-records.js';
import type { CountersImage } from './restore-records.js';
import { scheduleFrom } from './restore-schedule.js';
import { replyFrom } from './restore-reply.js';

interface ReplyImage {
  readonly key: string;
  readonly nodeId: string;
  readonly incarnation: number;
  readonly sequence: number;
  readonly reply: CompactReply;
}

interface KeyImage {
  readonly submission: KeyedSubmission;
  readonly order: number;
}

/**
 * Builds the state from the records of an image. They may come in any order; in order of keys, as an image holds them, jobs are
 * appended rather than inserted. What refers to another record, or has a place in an order of its own, waits for `finish`.
 */
export class StateRestore {
  private readonly read = new ImageReader();
  private readonly state: JobsState;
  private counters: CountersImage | undefined = undefined;
  private readonly active: JobEntry[] = [];
  private readonly finished: JobEntry[] = [];
  private readonly offline: WorkerEntry[] = [];
  private readonly replies: ReplyImage[] = [];
  private readonly submissions: KeyImage[] = [];
  private nodeOrders: number[] = [];
  private isFinished = false;

  constructor(
    private readonly options: JobsOptions,
    private readonly slot: number,
  ) {
    this.state = new JobsState(options);
  }

  add({ key, value }: StateRecord): void {
    this.read.key = key;
    if (key === COUNTERS_KEY) this.addCounters(value);
    else if (key.startsWith(JOB_PREFIX)) this.addJob(value);
    else if (key.startsWith(REPLY_PREFIX)) this.addReply(value);
    else if (key.startsWith(IDEMPOTENCY_KEY_PREFIX)) this.addKey(value);
    else if (key.startsWith(WORKER_PREFIX)) this.addWorker(value);
    else if (key.startsWith(NODE_PREFIX)) this.addNode(value);
    else if (key.startsWith(QUEUE_PREFIX)) this.addQueue(value);
    else if (key.startsWith(SESSION_PREFIX)) this.addSession(value);
    else if (key.startsWith(SCHEDULE_PREFIX)) this.addSchedule(value);
    else this.read.fail('has a key of an unknown kind');
  }

  /** The restored state, when its hash is `stateHash`, if that is given. */
  finish(stateHash: string | undefined): JobsState {
    assert(!this.isFinished, 'a state is restored once');
    this.isFinished = true;
    const { read, state } = this;
    const { counters } = this;
    read.key = COUNTERS_KEY;
    if (counters === undefined) return read.fail('is missing');
    state.restoreCounters(this.slot, counters);
    this.finishOrders(counters.orderCounter);
    this.finishReplies();
    this.finishActive(counters.tokenCounter);
    this.finishQueues();
    read.key = '';
    const restored = state.digest();
    if (stateHash !== undefined) read.check(restored === stateHash, `its state hash is ${restored}, not ${stateHash}`);
    return state;
  }

  private addCounters(value: unknown): void {
    const { read, options } = this;
    const counters = countersFrom(read, value);
    read.check(this.counters === undefined, 'is there twice');
    read.check(counters.slot === this.slot, `is of slot ${counters.slot}, not ${this.slot}`);
    read.check(counters.groupId === options.groupId, `is of group ${counters.groupId}`);
    read.check(counters.generation === options.generation, `is of generation ${counters.generation}`);
    read.check(counters.featureLevel >= 1, 'has no feature level');
    if (counters.featureLevel > options.maxFeatureLevel) throw levelUnsupported(counters.featureLevel, options);
    this.counters = counters;
  }

  private addJob(value: unknown): void {
    const { read, state } = this;
    const job = restoreJob(read, value, this.options.groupId, state.interner);
    if (!state.jobs.restore(job)) read.fail('is there twice');
    if (job.finishedOrder > 0) this.finished.push(job);
    else if (job.activeAttempt !== undefined) this.active.push(job);
  }

  private addWorker(value: unknown): void {
    const { read, state } = this;
    const worker = workerFrom(read, value, state.interner);
    if (!state.workers.restore(worker)) read.fail('is there twice');
    if (worker.offlineOrder > 0) this.offline.push(worker);
  }

  private addNode(value: unknown): void {
    const { read, state } = this;
    const { node, order } = nodeFrom(read, value, state.interner);
    if (!state.nodes.restore(node, order)) read.fail('is there twice');
    this.nodeOrders.push(order);
  }

  private addQueue(value: unknown): void {
    const setup = queueFrom(this.read, value, this.read.keyAfter(QUEUE_PREFIX));
    if (!this.state.queues.restore(setup)) this.read.fail('is there twice');
  }

  /** Limits by key come last: which jobs may be assigned depends on all others of the key. */
  private finishQueues(): void {
    const { state } = this;
    for (const { queue, settings } of state.queues.setupRecords()) {
      const { maxRunningPerKey } = settings;
      if (maxRunningPerKey > 0) state.queues.ensure(queue).regroup(maxRunningPerKey, keyedJobs(state, queue));
    }
  }

  private addSchedule(value: unknown): void {
    const schedule = scheduleFrom(this.read, value, this.state.interner);
    if (!this.state.schedules.restore(schedule)) this.read.fail('is there twice');
  }

  private addSession(value: unknown): void {
    if (!this.state.sessions.restoreSession(sessionFrom(this.read, value))) this.read.fail('is there twice');
  }

  private addReply(value: unknown): void {
    const { read } = this;
    const place = read.keyAfter(REPLY_PREFIX);
    const slash = place.lastIndexOf('/');
    const sequence = orderOf(place.slice(slash + 1));
    if (slash < 0 || sequence === undefined) return read.fail('has no session and sequence');
    const fields = read.list(value);
    this.replies.push({
      key: read.key,
      nodeId: place.slice(0, slash),
      incarnation: read.integer(fields[0]),
      sequence,
      reply: replyFrom(read, fields.slice(1)),
    });
  }

  private addKey(value: unknown): void {
    const order = orderOf(this.read.keyAfter(IDEMPOTENCY_KEY_PREFIX));
    if (order === undefined) return this.read.fail('has no order');
    this.submissions.push({ submission: submissionFrom(this.read, value), order });
  }

  /** Finishes, departures, registrations and idempotency keys: each place in an order is taken once, and was given out. */
  private finishOrders(lastOrder: number): void {
    const { read, state } = this;
    this.finished.sort((left, right) => left.finishedOrder - right.finishedOrder);
    this.offline.sort((left, right) => left.offlineOrder - right.offlineOrder);
    this.submissions.sort((left, right) => left.order - right.order);
    this.nodeOrders.sort((left, right) => left - right);
    this.checkRising(
      'j',
      this.finished.map((job) => job.finishedOrder),
      lastOrder,
    );
    this.checkRising(
      'w',
      this.offline.map((worker) => worker.offlineOrder),
      lastOrder,
    );
    this.checkRising(
      'k',
      this.submissions.map(({ order }) => order),
      lastOrder,
    );
    this.checkRising('n', this.nodeOrders, lastOrder);
    state.jobs.restoreFinished(this.finished);
    state.workers.restoreOffline(this.offline);
    for (const { submission, order } of this.submissions) {
      if (!state.keys.restore(submission, order)) read.fail('an idempotency key is there twice');
    }
  }

  private checkRising(kind: string, orders: readonly number[], last: number): void {
    this.read.key = kind;
    let previous = 0;
    for (const order of orders) {
      this.read.check(order > previous && order <= last, `place ${order} in an order is taken twice, or not given out`);
      previous = order;
    }
  }

  private finishReplies(): void {
    for (const { key, nodeId, incarnation, sequence, reply } of this.replies) {
      this.read.key = key;
      const isRestored = this.state.sessions.restoreReply(nodeId, incarnation, sequence, reply);
      this.read.check(isRestored, 'is of no session that is there, or outside its window');
    }
  }

  /** Active attempts go to their workers in order of token, which is the order in which they were assigned. */
  private finishActive(lastToken: number): void {
    const { read, state } = this;
    this.active.sort((left, right) => tokenOf(left) - tokenOf(right));
    let previous = 0;
    for (const job of this.active) {
      read.key = job.imageKey();
      const { workerId, workerIncarnation, fencingToken } = job.activeAttempt as AttemptEntry;
      read.check(
        fencingToken.counter > previous && fencingToken.counter <= lastToken,
        'has a token that was not minted',
      );
      previous = fencingToken.counter;
      const worker = state.workers.get(workerId);
      if (worker?.state !== 'online') return read.fail('has an active attempt on a worker that is not online');
      read.check(worker.incarnation === workerIncarnation, 'has an attempt of another incarnation of its worker');
      worker.restoreActive(job);
      state.activeByQueue.add(job.interned.spec.queue, workerId);
    }
  }
}

function levelUnsupported(level: number, { maxFeatureLevel: supported }: JobsOptions): JobsError {
  return new JobsError(
    { code: 'featureLevelUnsupported', level, supported },
    `The image of the applied state is at feature level ${level}, and this program supports ${supported}: run a newer version.`,
  );
}

function tokenOf(job: JobEntry): number {
  return (job.activeAttempt as AttemptEntry).fencingToken.counter;
}
