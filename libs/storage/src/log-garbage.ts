import type { Slot } from '@synod/consensus';
import { uint64Key } from './bytes.js';
import type { Tree } from './lmdb-environment.js';
import type { LogEnvironment } from './lmdb-log-open.js';
import { firstBlockAbove, firstSlotOf } from './slot-digest.js';

/**
 * Entries deleted by one commit at the most. More makes the appends that share it wait longer; fewer needs more flushes for
 * the same trim.
 */
const ENTRIES_PER_COMMIT = 2_000;
const DIGESTS_PER_COMMIT = 256;

/** Keys to delete in one commit. */
export interface GarbageKeys {
  readonly entries: readonly Buffer[];
  readonly digests: readonly Buffer[];
  /** There is, or may be, more to delete. */
  readonly isMore: boolean;
}

const NONE: GarbageKeys = { entries: [], digests: [], isMore: false };

/**
 * What lies below the trim, block by block: entries and digests of blocks that are trimmed in full. The trees themselves say
 * what is left, since their keys are in order: so nothing has to be written down to go on after a restart.
 */
export class LogGarbage {
  /** Below this block nothing is left. Unknown at the start. */
  #cleanBelow = 0;

  constructor(private readonly environment: LogEnvironment) {}

  /** What the next commit deletes. Call once for each commit, with no other under way. */
  next(trimmedThroughSlot: Slot): GarbageKeys {
    const block = firstBlockAbove(trimmedThroughSlot);
    if (block <= this.#cleanBelow) return NONE;
    const { trees } = this.environment;
    const entries = keysBelow(trees.entries, firstSlotOf(block), ENTRIES_PER_COMMIT);
    const digests = keysBelow(trees.digests, block, DIGESTS_PER_COMMIT);
    const isMore = entries.length === ENTRIES_PER_COMMIT || digests.length === DIGESTS_PER_COMMIT;
    if (!isMore) this.#cleanBelow = block;
    return { entries, digests, isMore };
  }
}

function keysBelow(tree: Tree, end: number, limit: number): Buffer[] {
  // The keys are copied, since LMDB's iterator may use its buffer again.
  return [...tree.getKeys({ start: uint64Key(0), end: uint64Key(end), limit })].map((key) => Buffer.from(key));
}
