import type { FencingToken } from '../job.js';
import type { JobsOptions } from '../options.js';
import { ClientSessions } from './client-sessions.js';
import { IdempotencyKeys } from './idempotency-keys.js';
import { SpecInterner } from './interned-spec.js';
import { JobTable } from './job-table.js';
import { NodeTable } from './node-table.js';
import { recomputeDigest, StateHash } from './state-hash.js';
import type { HashedRecord } from './state-hash.js';
import { WorkerTable } from './worker-table.js';

/** The whole replicated state, and the hash over it. */
export class JobsState {
  readonly hash = new StateHash();
  readonly interner = new SpecInterner();
  readonly jobs: JobTable;
  readonly workers: WorkerTable;
  readonly nodes: NodeTable;
  readonly sessions: ClientSessions;
  readonly keys: IdempotencyKeys;

  appliedSlot = 0;
  timeMs = 0;
  private tokenCounter = 0;
  /** Numbers what has to be put in order later: finishes, departures, registrations. */
  private orderCounter = 0;

  constructor(readonly options: JobsOptions) {
    this.jobs = new JobTable(options.groupId, this.hash);
    this.workers = new WorkerTable(options.maxOfflineWorkers, this.hash);
    this.nodes = new NodeTable(options.maxNodes, this.hash);
    this.sessions = new ClientSessions(this.hash);
    this.keys = new IdempotencyKeys(options.maxIdempotencyKeys, options.idempotencyKeyLifetimeMs, this.hash);
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

  digest(): string {
    return this.hash.digest(this.counters());
  }

  recomputeDigest(): string {
    return recomputeDigest(this.records(), this.counters());
  }

  private counters(): readonly number[] {
    const { groupId, generation } = this.options;
    return [groupId, generation, this.timeMs, this.tokenCounter, this.orderCounter];
  }

  private *records(): IterableIterator<HashedRecord> {
    yield* this.jobs.values();
    yield* this.workers.values();
    yield* this.nodes.entries();
    yield* this.sessions.records();
    yield* this.keys.records();
  }
}
