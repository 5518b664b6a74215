import type {
  AttemptEnding,
  AttemptProcess,
  AttemptSnapshot,
  StartOrder,
  StopOrder,
} from '../shared/guard-protocol.js';

/** An attempt under the guard, whatever it does: a process or a request. */
export interface GuardedWork {
  readonly order: StartOrder;
  readonly ended: boolean;
  /** Resolves when the attempt has ended. */
  readonly untilEnded: Promise<void>;
  snapshot(): AttemptSnapshot;
  /** Resolves when the attempt has ended; never rejects. */
  run(): Promise<void>;
  /** Ends the attempt. The first order says how it ended; a later one can only make it faster. */
  stop(order: StopOrder): void;
}

export interface AttemptListener {
  started(process: AttemptProcess): void;
  ended(key: string, ending: AttemptEnding): void;
}
