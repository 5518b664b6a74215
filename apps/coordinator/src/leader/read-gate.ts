import type { Slot } from '@synod/consensus';
import { RequestRefusedError } from '@synod/contracts';

export interface ReadGateModules {
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

/**
 * Linearizable reads on any coordinator: a read waits for a read point that was asked for after it arrived, and until this
 * replica has applied it. Reads that arrive while a question is under way share the next one.
 */
export class ReadGate {
  private running: Promise<void> | undefined;
  private next: Promise<void> | undefined;

  constructor(private readonly modules: ReadGateModules) {}

  /** Resolves when the local state may be read; rejects with `noLeader` when no leader confirmed in time. */
  async pass(deadlineMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        reject(new RequestRefusedError({ code: 'noLeader', retryAfterMs: RETRY_AFTER_MS }));
      }, deadlineMs);
    });
    try {
      await Promise.race([this.shared(), timeout]);
    } finally {
      clearTimeout(timer);
    }
  }

  private shared(): Promise<void> {
    if (this.running === undefined) {
      this.running = this.ask().finally(() => {
        this.running = undefined;
      });
      return this.running;
    }
    // The question under way was asked before this read arrived: it can't serve it.
    this.next ??= this.running
      .catch(() => undefined)
      .then(() => {
        this.next = undefined;
        return this.shared();
      });
    return this.next;
  }

  private async ask(): Promise<void> {
    for (;;) {
      try {
        const slot = this.modules.serving() ? await this.modules.readHere() : await this.modules.readAtLeader();
        await this.modules.appliedThrough(slot);
        return;
      } catch {
        await this.modules.leadershipChange();
      }
    }
  }
}

/** An election takes about so long. */
const RETRY_AFTER_MS = 500;
