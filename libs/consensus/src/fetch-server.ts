import { assert } from '@synod/base';
import type { Acceptor } from './acceptor.js';
import type { Environment } from './environment.js';
import type { FetchBody } from './messages.js';
import { MAX_LOADS_IN_FLIGHT } from './options.js';
import type { Repair } from './repair.js';
import type { NodeId, Slot, SlotEntry } from './types.js';

interface Load {
  readonly peer: NodeId;
  readonly fromSlot: Slot;
  readonly throughSlot: Slot;
}

/** The answering half of catch-up: serves chosen entries from memory, or through the host from its log. */
export class FetchServer {
  private readonly loads = new Map<number, Load>();
  private lastToken = 0;

  constructor(
    private readonly env: Environment,
    private readonly acceptor: Acceptor,
    private readonly repair: Repair,
  ) {}

  get loadsInFlight(): number {
    return this.loads.size;
  }

  onFetch(from: NodeId, { fromSlot, throughSlot }: FetchBody): void {
    const { acceptor, env } = this;
    const lastSlot = Math.min(throughSlot, acceptor.chosenThroughSlot);
    if (fromSlot > lastSlot || fromSlot <= acceptor.trimmedThroughSlot) return this.reply(from, []);
    if (fromSlot >= acceptor.log.firstSlot) {
      env.counters.fetchesServedFromCache += 1;
      return this.reply(from, this.fromMemory(fromSlot, lastSlot));
    }
    if (this.repair.isUnreadable(fromSlot)) return this.reply(from, [], fromSlot);
    for (const load of this.loads.values()) if (load.peer === from) return;
    if (this.loads.size >= MAX_LOADS_IN_FLIGHT) {
      env.counters.droppedOverloaded += 1;
      return;
    }
    this.lastToken += 1;
    const token = this.lastToken;
    const load = { peer: from, fromSlot, throughSlot: Math.min(lastSlot, acceptor.log.firstSlot - 1) };
    this.loads.set(token, load);
    const maxBytes = env.options.maxTransferBytes;
    env.outbox.emit({ type: 'loadEntries', token, fromSlot, throughSlot: load.throughSlot, maxBytes });
  }

  /**
   * Entries in order from the slot that was asked for; fewer than asked for are fine, none if they can't be read or were trimmed
   * meanwhile. What was read before is what was chosen, and still served.
   */
  onEntriesLoaded(token: number, entries: readonly SlotEntry[], damagedSlot: Slot | undefined): void {
    const load = this.loads.get(token);
    assert(load !== undefined, 'entriesLoaded answers one loadEntries', () => String(token));
    this.loads.delete(token);
    entries.forEach(({ slot }, index) => {
      assert(slot === load.fromSlot + index && slot <= load.throughSlot, 'loaded entries are in order', () =>
        String(slot),
      );
    });
    if (damagedSlot !== undefined) this.repair.add(damagedSlot);
    if (load.fromSlot <= this.acceptor.trimmedThroughSlot) this.env.counters.loadsPassedByTrim += 1;
    if (entries.length > 0) this.env.counters.fetchesServedFromLog += 1;
    const isGone = entries.length === 0 && this.repair.isUnreadable(load.fromSlot);
    this.reply(load.peer, entries, isGone ? load.fromSlot : 0);
  }

  private fromMemory(fromSlot: Slot, lastSlot: Slot): SlotEntry[] {
    const entries: SlotEntry[] = [];
    let bytes = 0;
    for (let slot = fromSlot; slot <= lastSlot; slot += 1) {
      const held = this.acceptor.log.get(slot);
      if (held === undefined) break;
      if (bytes > 0 && bytes + held.sizeBytes > this.env.options.maxTransferBytes) break;
      entries.push({ slot, entry: held.entry });
      bytes += held.sizeBytes;
    }
    return entries;
  }

  /** Withheld like every message that shows a promise. `goneThroughSlot`: the record of this slot is damaged. */
  private reply(to: NodeId, entries: readonly SlotEntry[], goneThroughSlot: Slot = 0): void {
    this.env.outbox.sendAfterFlush(to, {
      type: 'fetched',
      ballot: this.acceptor.promised,
      entries,
      chosenThroughSlot: this.acceptor.chosenThroughSlot,
      trimmedThroughSlot: Math.max(this.acceptor.trimmedThroughSlot, goneThroughSlot),
    });
  }
}
