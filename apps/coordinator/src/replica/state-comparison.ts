import type { CancelTimer, Logger, Timers } from '@synod/base';
import type { NodeId, Slot } from '@synod/consensus';

/** A state, by its hash. */
export interface StateAt {
  readonly slot: Slot;
  readonly hash: string;
}

export interface StateComparisonModules {
  readonly nodeId: NodeId;
  /** Those who vote; a majority of them decides who is right. */
  readonly memberIds: readonly NodeId[];
  readonly timers: Timers;
  readonly logger: Logger;
  readonly leading: () => boolean;
  /** Tells the leader these, and resolves with what a majority agrees on. */
  readonly askLeader: (hashes: readonly StateAt[]) => Promise<readonly StateAt[]>;
  /** A majority has another state at this slot than this replica (I11). */
  readonly differs: (own: StateAt, agreed: StateAt) => void;
}

/** States are compared at multiples of this. */
export const COMPARED_EVERY_SLOTS = 1_000;
/** Slots remembered: the last eight thousand slots, so that members a little apart still meet. */
const MAX_REMEMBERED = 8;
const ASK_INTERVAL_MS = 1_000;

/**
 * Compares the states of all members at the same slots (I11). The leader gathers hashes. Who is wrong? Only a state that more than
 * half of *all* members have, reachable or not, counts as right; a member with another one stops. So at most a minority ever
 * stops, the leader included, and never all of them: three states of three members, or two of two, convict nobody and are logged.
 */
export class StateComparison {
  private readonly own = new Map<Slot, string>();
  private readonly reported = new Map<Slot, Map<NodeId, string>>();
  private newestAsked = 0;
  private asking = false;
  private readonly warned = new Set<Slot>();
  private cancel: CancelTimer = () => undefined;

  constructor(private readonly modules: StateComparisonModules) {}

  start(): void {
    this.cancel = this.modules.timers.every(ASK_INTERVAL_MS, () => {
      void this.ask();
    });
  }

  stop(): void {
    this.cancel();
  }

  /** Called after each applied entry. */
  applied(slot: Slot, hash: () => string): void {
    if (slot % COMPARED_EVERY_SLOTS !== 0) return;
    this.own.set(slot, hash());
    forgetOldest(this.own);
    this.note(this.modules.nodeId, [{ slot, hash: this.own.get(slot) ?? '' }]);
  }

  /** A snapshot took the place of the state: what it was before is no fault of what it is now. */
  replaced(): void {
    this.own.clear();
    this.newestAsked = 0;
    for (const byMember of this.reported.values()) byMember.delete(this.modules.nodeId);
  }

  /** At the leader: what a member has. Gives what a majority agrees on. */
  report(nodeId: NodeId, hashes: readonly StateAt[]): readonly StateAt[] {
    if (!this.modules.memberIds.includes(nodeId)) return [];
    this.note(nodeId, hashes.slice(-MAX_REMEMBERED));
    const agreed = this.agreed();
    this.check(agreed);
    return agreed;
  }

  private note(nodeId: NodeId, hashes: readonly StateAt[]): void {
    for (const { slot, hash } of hashes) {
      const known = this.reported.get(slot) ?? new Map<NodeId, string>();
      known.set(nodeId, hash);
      this.reported.set(slot, known);
    }
    // Slots arrive from members that are apart: the highest ones stay.
    const slots = [...this.reported.keys()].sort((a, b) => b - a);
    for (const slot of slots.slice(2 * MAX_REMEMBERED)) {
      this.reported.delete(slot);
      this.warned.delete(slot);
    }
  }

  private agreed(): StateAt[] {
    const agreed: StateAt[] = [];
    for (const [slot, byMember] of this.reported) {
      const counts = new Map<string, number>();
      for (const hash of byMember.values()) counts.set(hash, (counts.get(hash) ?? 0) + 1);
      const winner = [...counts].find(([, count]) => count > this.modules.memberIds.length / 2);
      if (winner !== undefined) agreed.push({ slot, hash: winner[0] });
      else if (counts.size > 1 && !this.warned.has(slot)) {
        this.warned.add(slot);
        this.modules.logger.error(
          { slot, hashes: Object.fromEntries(byMember) },
          'members differ in their state, and no majority says which is right: keep all data directories and report it',
        );
      }
    }
    return agreed;
  }

  private async ask(): Promise<void> {
    const newest = Math.max(0, ...this.own.keys());
    if (this.asking || newest <= this.newestAsked || this.modules.leading()) return;
    this.asking = true;
    try {
      const asked = [...this.own].map(([slot, hash]) => ({ slot, hash }));
      const agreed = await this.modules.askLeader(asked);
      this.check(agreed);
      // A slot that others haven't reached is asked for again.
      if (agreed.some(({ slot }) => slot === newest)) this.newestAsked = newest;
    } catch {
      // No leader just now; the next one is asked.
    } finally {
      this.asking = false;
    }
  }

  private check(agreed: readonly StateAt[]): void {
    for (const theirs of agreed) {
      const hash = this.own.get(theirs.slot);
      if (hash !== undefined && hash !== theirs.hash) return this.modules.differs({ slot: theirs.slot, hash }, theirs);
    }
  }
}

/** Entries of a map are in order of insertion, and slots are inserted rising. */
function forgetOldest(map: Map<Slot, string>): void {
  for (const slot of map.keys()) {
    if (map.size <= MAX_REMEMBERED) return;
    map.delete(slot);
  }
}
