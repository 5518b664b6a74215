import { FIRST_FEATURE_LEVEL } from '../feature-levels.js';
import type { StateChange, StateRecord } from '../image.js';
import type { FencingToken } from '../job.js';
import type { JobsOptions } from '../options.js';
import { ActiveByQueue } from './active-by-queue.js';
import { ClientSessions } from './client-sessions.js';
import { compareText } from './compare.js';
import { IdempotencyKeys } from './idempotency-keys.js';
import { COUNTERS_KEY } from './image-keys.js';
import { SpecInterner } from './interned-spec.js';
import { JobTable } from './job-table.js';
import { NodeTable } from './node-table.js';
import type { QueueTable } from './queue-table.js';
import type { ScheduleTable } from './schedule-table.js';
import { recomputeDigest, StateHash } from './state-hash.js';
import type { HashedRecord } from './state-hash.js';
import { TimerIndex } from './timer-index.js';
import { WorkerTable } from './worker-table.js';

const LEVEL_OF_DEAD_LETTERS = 3;

/** What of the state belongs to no record, as an image holds it. */
export interface StateCounters {
  readonly timeMs: number;
  readonly tokenCounter: number;
  readonly orderCounter: number;
  readonly featureLevel: number;
}

/** The whole replicated state, and the hash over it. */
export class JobsState {
  readonly hash = new StateHash();
  readonly interner = new SpecInterner();
  readonly timers = new TimerIndex();
  readonly jobs: JobTable;
  readonly workers: WorkerTable;
  readonly nodes: NodeTable;
  readonly sessions: ClientSessions;
  readonly keys: IdempotencyKeys;
  readonly activeByQueue = new ActiveByQueue();

  appliedSlot = 0;
  timeMs = 0;
  /** Which behaviour is in force; rises by a command, never falls. */
  featureLevel = FIRST_FEATURE_LEVEL;
  private tokenCounter = 0;
  /** Numbers what has to be put in order later: finishes, departures, registrations. */
  private orderCounter = 0;
  /** The slot of which an image has the counters. */
  private imagedSlot = 0;

  constructor(readonly options: JobsOptions) {
    this.jobs = new JobTable(options.groupId, this.hash, this.timers);
    this.workers = new WorkerTable(options.maxOfflineWorkers, this.hash);
    this.nodes = new NodeTable(options.maxNodes, this.hash);
    this.sessions = new ClientSessions(this.hash);
    this.keys = new IdempotencyKeys(options.maxIdempotencyKeys, options.idempotencyKeyLifetimeMs, this.hash);
  }

  get queues(): QueueTable {
    return this.jobs.queues;
  }

  get schedules(): ScheduleTable {
    return this.jobs.schedules;
  }

  get lastTokenCounter(): number {
    return this.tokenCounter;
  }

  /** Rises with each call: no two assignments share a token. */
  mintFencingToken(): FencingToken {
    this.tokenCounter += 1;
    return { generation: this.options.generation, counter: this.tokenCounter };
  }

  nextOrder(): number {
    this.orderCounter += 1;
    return this.orderCounter;
  }

  get lastOrder(): number {
    return this.orderCounter;
  }

  /** From an image of the state right after `slot`. */
  restoreCounters(slot: number, counters: StateCounters): void {
    this.appliedSlot = slot;
    this.imagedSlot = slot;
    this.timeMs = counters.timeMs;
    this.tokenCounter = counters.tokenCounter;
    this.orderCounter = counters.orderCounter;
    this.raiseLevel(counters.featureLevel);
  }

  /** What begins with a level, begins. Levels never fall. */
  raiseLevel(level: number): void {
    this.featureLevel = Math.max(this.featureLevel, level);
    if (this.featureLevel >= LEVEL_OF_DEAD_LETTERS) this.jobs.separateDeadLetters();
  }

  get changedCount(): number {
    return this.hash.changes.count + (this.imagedSlot === this.appliedSlot ? 0 : 1);
  }

  takeChanges(): readonly StateChange[] {
    const changes = this.hash.changes.take();
    if (this.imagedSlot !== this.appliedSlot) changes.push(this.countersRecord());
    this.imagedSlot = this.appliedSlot;
    return changes;
  }

  /** In order of keys. */
  *imageRecords(): IterableIterator<StateRecord> {
    if (this.appliedSlot === 0) return;
    yield this.countersRecord();
    for (const job of this.jobs.values()) yield imageOf(job);
    for (const key of this.keys.records()) yield imageOf(key);
    yield* sortedImage(this.nodes.entries());
    yield* sortedImage(this.queues.setupRecords());
    const { replies, sessions } = this.sessions.entries();
    yield* sortedImage(replies);
    yield* sortedImage(sessions);
    yield* sortedImage(this.schedules.entries());
    yield* sortedImage(this.workers.values());
  }

  digest(): string {
    return this.hash.digest(this.counters());
  }

  recomputeDigest(): string {
    return recomputeDigest(this.records(), this.counters());
  }

  private counters(): readonly number[] {
    const { groupId, generation } = this.options;
    return [groupId, generation, this.timeMs, this.tokenCounter, this.orderCounter, this.featureLevel];
  }

  /** With the slot: records of one slot must never pass for those of another, though a no-op changes nothing else. */
  private countersRecord(): StateRecord {
    return { key: COUNTERS_KEY, value: [this.appliedSlot, ...this.counters()] };
  }

  private *records(): IterableIterator<HashedRecord> {
    yield* this.jobs.values();
    yield* this.workers.values();
    yield* this.nodes.entries();
    yield* this.queues.setupRecords();
    yield* this.schedules.entries();
    yield* this.sessions.records();
    yield* this.keys.records();
  }
}

function imageOf(record: HashedRecord): StateRecord {
  return { key: record.imageKey(), value: record.imageValue() };
}

function sortedImage(records: Iterable<HashedRecord>): StateRecord[] {
  return Array.from(records, imageOf).sort((left, right) => compareText(left.key, right.key));
}
