import type { CancelTimer, Timers } from '@synod/base';
import type { Slot } from '@synod/consensus';
import { RequestRefusedError } from '@synod/contracts';

export interface ReadGateModules {
  readonly timers: Timers;
  /** This node leads and serves. */
  readonly serving: () => boolean;
  /** Quorum-confirmed read point of this leader. */
  readonly readHere: () => Promise<Slot>;
  /** Read point asked of the leader over the link. */
  readonly readAtLeader: () => Promise<Slot>;
  readonly appliedThrough: (slot: Slot) => Promise<void>;
  /** Resolves at the next change of leadership, or after a short time. */
  readonly leadershipChange: () => Promise<void>;
}

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: RequestRefusedError) => void;
  cancelTimeout: CancelTimer;
}

/** Reads that wait, at most; above it they are refused as `overloaded`. */
const MAX_WAITING = 50_000;
/** An election takes about so long. */
const RETRY_AFTER_MS = 500;

/**
 * Linearizable reads on any coordinator: a read waits for a read point that was asked for after it arrived, and until this
 * replica has applied it (P7). One question is under way at a time; reads that arrive meanwhile share the next one.
 */
export class ReadGate {
  /** Reads that the question under way serves: all came before it was asked. */
  private asking = new Set<Waiter>();
  /** Reads that came since. */
  private gathering = new Set<Waiter>();
  private running = false;
  private stopped = false;

  constructor(private readonly modules: ReadGateModules) {}

  get waitingCount(): number {
    return this.asking.size + this.gathering.size;
  }

  /** Resolves when the local state may be read. Rejects with `noLeader` when no leader confirmed in time, `overloaded`, `shuttingDown`. */
  pass(patienceMs: number): Promise<void> {
    if (this.stopped) return Promise.reject(new RequestRefusedError({ code: 'shuttingDown' }));
    if (this.waitingCount >= MAX_WAITING) {
      return Promise.reject(new RequestRefusedError({ code: 'overloaded', retryAfterMs: RETRY_AFTER_MS }));
    }
    return new Promise((resolve, reject) => {
      const waiter: Waiter = { resolve, reject, cancelTimeout: () => undefined };
      waiter.cancelTimeout = this.modules.timers.after(patienceMs, () => {
        this.asking.delete(waiter);
        this.gathering.delete(waiter);
        reject(new RequestRefusedError({ code: 'noLeader', retryAfterMs: RETRY_AFTER_MS }));
      });
      this.gathering.add(waiter);
      if (!this.running) void this.run();
    });
  }

  stop(): void {
    this.stopped = true;
    for (const waiter of [...this.asking, ...this.gathering]) {
      waiter.cancelTimeout();
      waiter.reject(new RequestRefusedError({ code: 'shuttingDown' }));
    }
    this.asking.clear();
    this.gathering.clear();
  }

  private async run(): Promise<void> {
    this.running = true;
    while (this.gathering.size > 0) {
      await this.ask();
      for (const waiter of this.asking) {
        waiter.cancelTimeout();
        waiter.resolve();
      }
      this.asking.clear();
    }
    this.running = false;
  }

  /** Asks until there is an answer, or nobody waits for it any more. */
  private async ask(): Promise<void> {
    do {
      // A question that failed is asked anew, so those who came since may join.
      for (const waiter of this.gathering) this.asking.add(waiter);
      this.gathering.clear();
      try {
        const slot = this.modules.serving() ? await this.modules.readHere() : await this.modules.readAtLeader();
        return await this.modules.appliedThrough(slot);
      } catch {
        await this.modules.leadershipChange();
      }
    } while (this.waitingCount > 0);
  }
}
