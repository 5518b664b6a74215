import type { Acceptor } from './acceptor.js';
import type { Environment } from './environment.js';
import type { FetchedBody } from './messages.js';
import type { SnapshotFetch } from './snapshot-fetch.js';
import type { NodeId, Slot } from './types.js';

interface Fetch {
  readonly peer: NodeId;
  readonly sentAtMs: number;
}

/**
 * The asking half of catch-up: pulls chosen entries that this replica lacks, one bounded chunk at a time, from one peer at a
 * time; the next peer is asked when one doesn't answer or has less than it said.
 *
 * A gap that the leader's own word shows is fetched at once, for the missing accept isn't coming. One that only a peer's poll
 * reply shows is fetched when it lasts: usually the leader's word is on its way already.
 */
export class Catchup {
  /** How far each peer said that it knows slots chosen. */
  private readonly chosenAt = new Map<NodeId, Slot>();
  /** Peers that trimmed what this replica needs next, through the slot they named. */
  private readonly trimmedAt = new Map<NodeId, Slot>();
  /**
   * Peers that left a fetch unanswered and weren't heard since. They are asked on, and are no reason to wait: one that is gone
   * for good may be the only one that never said that it trimmed what is needed, and then only a snapshot helps (P19).
   */
  private readonly silent = new Set<NodeId>();
  private readonly heardAtMs = new Map<NodeId, number>();
  /** Peers whose connection broke, until they are heard again: asking them would only cost time. */
  private readonly gone = new Set<NodeId>();
  private fetch: Fetch | undefined;
  private nextPeer = 0;
  /** After a peer had less than it said: no other is asked before, unless it shows that it has more. */
  private notBeforeMs = 0;
  private laggingSinceMs: number | undefined;
  private lastChosenThroughSlot: Slot = 0;
  private snapshotNeeded = false;

  constructor(
    private readonly env: Environment,
    private readonly acceptor: Acceptor,
    private readonly snapshots: SnapshotFetch,
  ) {}

  /** True while no peer has what this replica needs next other than in a snapshot. */
  get needsSnapshot(): boolean {
    return this.acceptor.imageLost || (this.snapshotNeeded && this.isBehind);
  }

  /** The highest slot that any peer said is chosen. */
  get highestKnownChosen(): Slot {
    let highest = 0;
    for (const slot of this.chosenAt.values()) highest = Math.max(highest, slot);
    return highest;
  }

  chosenThroughOf(peer: NodeId): Slot {
    return this.chosenAt.get(peer) ?? 0;
  }

  trimmedThroughOf(peer: NodeId): Slot {
    return this.trimmedAt.get(peer) ?? 0;
  }

  /** True while an answer of `peer` is awaited. */
  asks(peer: NodeId): boolean {
    return this.fetch?.peer === peer;
  }

  noteTrimmed(peer: NodeId, trimmedThroughSlot: Slot): void {
    if (trimmedThroughSlot > this.trimmedThroughOf(peer)) this.trimmedAt.set(peer, trimmedThroughSlot);
  }

  note(peer: NodeId, chosenThroughSlot: Slot): void {
    this.chosenAt.set(peer, chosenThroughSlot);
    this.gone.delete(peer);
    this.silent.delete(peer);
    this.heardAtMs.set(peer, this.env.nowMs);
  }

  /** Fetches now, unless a fetch is under way; prefers the peer that showed the gap. */
  start(preferred?: NodeId): void {
    if (this.fetch !== undefined || this.acceptor.installingSlot !== undefined || !this.env.mayWrite) return;
    if (preferred === undefined && this.env.nowMs < this.notBeforeMs) return;
    const fromSlot = this.acceptor.chosenThroughSlot + 1;
    const peer = this.choosePeer(fromSlot, preferred);
    if (peer === undefined) return;
    this.fetch = { peer, sentAtMs: this.env.nowMs };
    this.env.counters.fetchesSent += 1;
    this.env.outbox.send(peer, { type: 'fetch', fromSlot, throughSlot: this.chosenThroughOf(peer) });
  }

  /** Takes a chunk; asks for the next one while this peer has more. */
  onFetched(from: NodeId, body: FetchedBody): void {
    this.note(from, body.chosenThroughSlot);
    if (this.fetch?.peer === from) this.fetch = undefined;
    const before = this.acceptor.chosenThroughSlot;
    for (const { slot, entry } of this.mayTake ? body.entries : []) {
      if (slot !== this.acceptor.chosenThroughSlot + 1) continue;
      this.acceptor.takeChosen(slot, entry);
      this.env.counters.entriesFetched += 1;
    }
    this.noteTrimmed(from, body.trimmedThroughSlot);
    const progressed = this.acceptor.chosenThroughSlot > before;
    if (progressed) return this.start(from);
    this.nextPeer += 1;
    this.notBeforeMs = this.env.nowMs + this.env.options.resendAfterMs;
  }

  onDisconnected(peer: NodeId): void {
    this.gone.add(peer);
    if (this.fetch?.peer !== peer) return;
    this.fetch = undefined;
    this.nextPeer += 1;
    this.start();
  }

  onTick(): void {
    const { nowMs, options } = this.env;
    const chosenThroughSlot = this.acceptor.chosenThroughSlot;
    if (this.fetch !== undefined && nowMs - this.fetch.sentAtMs >= options.resendAfterMs) {
      if ((this.heardAtMs.get(this.fetch.peer) ?? 0) < this.fetch.sentAtMs) this.silent.add(this.fetch.peer);
      this.fetch = undefined;
      this.nextPeer += 1;
      this.start();
    }
    const lagging = this.isBehind;
    if (!lagging || chosenThroughSlot > this.lastChosenThroughSlot) this.laggingSinceMs = lagging ? nowMs : undefined;
    this.lastChosenThroughSlot = chosenThroughSlot;
    if (!lagging) return;
    this.laggingSinceMs ??= nowMs;
    if (nowMs - this.laggingSinceMs >= options.resendAfterMs) this.start();
  }

  private get isBehind(): boolean {
    return this.highestKnownChosen > this.acceptor.chosenThroughSlot;
  }

  /**
   * Chunks that come while a snapshot is installed are left out: nothing is applied, so memory would grow. After a lost image no
   * entry is of use before the snapshot: the log holds nothing below its trim.
   */
  private get mayTake(): boolean {
    return this.env.mayWrite && this.acceptor.installingSlot === undefined && !this.acceptor.imageLost;
  }

  /**
   * Who can be asked for `fromSlot`. When all that are ahead trimmed it, a snapshot is asked for instead; and beside it, when those
   * that didn't are silent.
   */
  private choosePeer(fromSlot: Slot, preferred: NodeId | undefined): NodeId | undefined {
    const { acceptor, env } = this;
    const ahead = env.membership.others.filter(
      (peer) => !this.gone.has(peer) && this.chosenThroughOf(peer) >= Math.max(fromSlot, acceptor.trimmedThroughSlot),
    );
    const able = acceptor.imageLost ? [] : ahead.filter((peer) => this.trimmedThroughOf(peer) < fromSlot);
    const holders = ahead.filter((peer) => !this.silent.has(peer) || !able.includes(peer));
    const needed = holders.length > 0 && able.every((peer) => this.silent.has(peer));
    if (needed && !this.snapshotNeeded) env.counters.snapshotsNeeded += 1;
    this.snapshotNeeded = needed;
    if (needed) this.snapshots.request(holders);
    if (preferred !== undefined && able.includes(preferred)) return preferred;
    return able[this.nextPeer % Math.max(1, able.length)];
  }
}
