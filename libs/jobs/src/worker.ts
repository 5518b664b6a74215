/** What a worker says of itself when it opens an agent session. */
export interface WorkerDescription {
  readonly workerId: string;
  /** Restart number: the higher one wins, the older is told to stop. */
  readonly incarnation: number;
  readonly labels: Readonly<Record<string, string>>;
  /** Attempts at the same time, 1 to 10,000. */
  readonly capacity: number;
  /** Whether it runs exec tasks. */
  readonly runsExec: boolean;
  /** Whether it makes requests for http tasks; absent, as in all that feature level 1 wrote, means no. */
  readonly runsHttp?: boolean;
  /** Names of the handlers that it serves, sorted. */
  readonly handlers: readonly string[];
  readonly version: string;
  readonly host: string;
}

/** `online`: may be given work. `lost`: unheard too long. `left`: said goodbye. Only workers that are `online` are planned for. */
export type WorkerState = 'online' | 'lost' | 'left';

/**
 * Whether an online worker may be given new attempts. `cordoned`: not. `draining`: not, and what runs there is to end: by
 * itself, or when the deadline has passed by eviction. It is an operator's word and outlives restarts of the worker.
 */
export type WorkerScheduling = 'active' | 'cordoned' | 'draining';

export interface WorkerRecord extends WorkerDescription {
  readonly state: WorkerState;
  /** Coordinator that holds its agent session, as of the last opening. */
  readonly coordinatorId: string;
  readonly registeredAtMs: number;
  readonly scheduling: WorkerScheduling;
  /** When what runs on a draining worker is evicted, in Unix milliseconds; undefined: never. */
  readonly evictAtMs: number | undefined;
  /** Why it is not active, for people; empty when it is. */
  readonly schedulingReason: string;
  /** Attempts assigned to it that have not ended. */
  readonly activeAttempts: number;
}

/** A node of the embedded node store: a coordinator, registry or worker that others may look up. */
export interface NodeRecord {
  readonly nodeId: string;
  readonly kind: 'coordinator' | 'registry' | 'worker';
  readonly address: string;
  readonly incarnation: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly capacity: number;
  readonly version: string;
  readonly ttlMs: number;
}
