import { assert } from '@synod/base';
import type { Acceptor } from './acceptor.js';
import type { Environment } from './environment.js';
import type { NodeId, Slot } from './types.js';

/**
 * The asking half of snapshots: one transfer at a time, carried by the host outside the core's messages.
 *
 * A transfer may take minutes, so there is no time-out here: the host sees whether bytes come, and says so when they don't. All
 * else goes on meanwhile, log entries included; if those close the gap first, the snapshot is discarded. Installing is one
 * decision at the moment when the snapshot is here, on what is needed then.
 */
export class SnapshotFetch {
  private from: NodeId | undefined;
  private attempts = 0;
  private notBeforeMs = 0;

  constructor(
    private readonly env: Environment,
    private readonly acceptor: Acceptor,
  ) {}

  /** Asks one of `holders` for a snapshot, if none is on its way. The leader is asked last: it has the most to do. */
  request(holders: readonly NodeId[]): void {
    const { env, acceptor } = this;
    if (this.from !== undefined || acceptor.installingSlot !== undefined) return;
    if (holders.length === 0 || env.nowMs < this.notBeforeMs || !env.mayWrite) return;
    const ordered = [
      ...holders.filter((peer) => peer !== env.leader),
      ...holders.filter((peer) => peer === env.leader),
    ];
    const peer = ordered[this.attempts % ordered.length];
    if (peer === undefined) return;
    this.from = peer;
    // One below the trim where the image was lost: what the log holds begins above the trim, and the snapshot has to reach it.
    const aboveSlot = Math.max(acceptor.chosenThroughSlot, acceptor.trimmedThroughSlot - 1);
    env.outbox.emit({ type: 'fetchSnapshot', peer, aboveSlot });
  }

  /** A leader has no use for one: what it doesn't know chosen it is about to choose at its own ballot. */
  onReceived(slot: Slot, leads: boolean): void {
    const { env, acceptor } = this;
    const { counters, outbox } = env;
    const asked = this.from !== undefined;
    this.from = undefined;
    if (asked) counters.snapshotsFetched += 1;
    const reachesLog = slot > acceptor.chosenThroughSlot && slot >= acceptor.trimmedThroughSlot;
    if (!asked || leads || !reachesLog || !env.mayWrite || acceptor.installingSlot !== undefined) {
      counters.snapshotsDiscarded += 1;
      this.nextPeer();
      return outbox.emit({ type: 'discardSnapshot', slot });
    }
    acceptor.beginInstall(slot);
    outbox.emit({ type: 'installSnapshot', slot });
  }

  /** The next peer is asked, after a delay. */
  onFailed(peer: NodeId): void {
    if (this.from !== peer) return;
    this.from = undefined;
    this.env.counters.snapshotsFailed += 1;
    this.nextPeer();
  }

  onInstalled(slot: Slot, leads: boolean): void {
    assert(!leads, 'P10 nobody leads while a snapshot is installed');
    this.acceptor.finishInstall(slot);
    this.env.counters.snapshotsInstalled += 1;
  }

  private nextPeer(): void {
    this.attempts += 1;
    this.notBeforeMs = this.env.nowMs + this.env.options.resendAfterMs;
  }
}
