import type { Acceptor } from './acceptor.js';
import type { Catchup } from './catchup.js';
import type { Environment } from './environment.js';
import type { FetchedBody } from './messages.js';
import type { NodeId, Slot } from './types.js';

interface RepairFetch {
  readonly peer: NodeId;
  readonly fromSlot: Slot;
  readonly sentAtMs: number;
}

/**
 * Damaged records of chosen entries, fetched again from a peer and written over, in the background: one question at a time.
 *
 * They are of no harm to this replica, which has applied them; but no peer can be served from them, and a replica that starts
 * with an older image could not replay them. What every peer has trimmed is given up: the next trim here takes it along.
 */
export class Repair {
  /** In order of slots. */
  private damaged: Slot[];
  private readonly givenUp = new Set<Slot>();
  private fetch: RepairFetch | undefined;
  private attempts = 0;

  constructor(
    private readonly env: Environment,
    private readonly acceptor: Acceptor,
    private readonly catchup: Catchup,
    damagedSlots: readonly Slot[],
  ) {
    this.damaged = damagedSlots.filter((slot) => this.matters(slot)).sort((left, right) => left - right);
  }

  /** Records that are still to be repaired. */
  get length(): number {
    return this.damaged.length;
  }

  /**
   * True where the record is damaged: as good as trimmed, for who asks. It must be told so even while a repair is hoped for:
   * else two replicas wait for ever, one for the entry and one for a peer that has it (P19).
   */
  isUnreadable(slot: Slot): boolean {
    return this.givenUp.has(slot) || this.damaged.includes(slot);
  }

  /** A read of the log met a damaged record. What is trimmed by now doesn't matter any more. */
  add(slot: Slot): void {
    if (!this.matters(slot) || this.damaged.includes(slot) || this.givenUp.has(slot)) return;
    this.damaged = [...this.damaged, slot].sort((left, right) => left - right);
  }

  onTick(): void {
    const { env } = this;
    if (this.damaged.length === 0 && this.givenUp.size === 0) return;
    this.forgetTrimmed();
    if (this.fetch !== undefined) {
      if (env.nowMs - this.fetch.sentAtMs < env.options.resendAfterMs) return;
      this.fetch = undefined;
      this.attempts += 1;
    }
    if (!env.mayWrite || this.acceptor.installingSlot !== undefined) return;
    for (const slot of this.damaged) if (this.attend(slot)) return;
  }

  onDisconnected(peer: NodeId): void {
    if (this.fetch?.peer !== peer) return;
    this.fetch = undefined;
    this.attempts += 1;
  }

  /** Takes what it needs of a chunk; true when the chunk answers a question of its own. */
  onFetched(from: NodeId, { entries }: FetchedBody): boolean {
    for (const { slot, entry } of entries) {
      if (!this.damaged.includes(slot) || !this.matters(slot) || !this.env.mayWrite) continue;
      this.acceptor.rewriteChosen(slot, entry);
      this.repaired(slot);
    }
    const { fetch } = this;
    if (fetch?.peer !== from) return false;
    const first = entries[0];
    const answers = first === undefined ? !this.catchup.asks(from) : first.slot === fetch.fromSlot;
    if (!answers) return false;
    this.fetch = undefined;
    if (first === undefined) this.attempts += 1;
    return true;
  }

  /** Does what can be done now for one slot; false when nothing can. */
  private attend(slot: Slot): boolean {
    const { env, acceptor, catchup } = this;
    const held = acceptor.log.get(slot);
    if (held !== undefined) {
      acceptor.rewriteChosen(slot, held.entry);
      this.repaired(slot);
      return true;
    }
    const { others } = env.membership;
    const holders = others.filter((peer) => catchup.trimmedThroughOf(peer) < slot);
    if (holders.length === 0) {
      this.damaged = this.damaged.filter((each) => each !== slot);
      this.givenUp.add(slot);
      env.counters.recordsGivenUp += 1;
      return true;
    }
    const able = holders.filter((peer) => catchup.chosenThroughOf(peer) >= slot);
    const peer = able[this.attempts % Math.max(1, able.length)];
    if (peer === undefined) return false;
    this.fetch = { peer, fromSlot: slot, sentAtMs: env.nowMs };
    env.counters.fetchesSent += 1;
    env.outbox.send(peer, { type: 'fetch', fromSlot: slot, throughSlot: this.endOfRun(slot) });
    return true;
  }

  private endOfRun(slot: Slot): Slot {
    let end = slot;
    for (const next of this.damaged) if (next === end + 1) end = next;
    return end;
  }

  private repaired(slot: Slot): void {
    this.damaged = this.damaged.filter((each) => each !== slot);
    this.env.counters.recordsRepaired += 1;
  }

  private matters(slot: Slot): boolean {
    return slot > this.acceptor.trimmedThroughSlot && slot <= this.acceptor.chosenThroughSlot;
  }

  private forgetTrimmed(): void {
    const { trimmedThroughSlot } = this.acceptor;
    if ((this.damaged[0] ?? Infinity) <= trimmedThroughSlot) {
      this.damaged = this.damaged.filter((slot) => slot > trimmedThroughSlot);
    }
    for (const slot of this.givenUp) if (slot <= trimmedThroughSlot) this.givenUp.delete(slot);
  }
}
