import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Slot } from '@synod/consensus';
import { uint64Key } from './bytes.js';
import { entryMatches } from './entry-record.js';
import type { Manifest } from './head-records.js';
import { getBytes } from './lmdb-environment.js';
import type { LogEnvironment } from './lmdb-log-open.js';
import {
  firstBlockAbove,
  firstSlotOf,
  lastBlockThrough,
  SLOT_HELD,
  SLOT_UNKNOWN,
  SlotDigest,
  SLOTS_PER_BLOCK,
} from './slot-digest.js';

export interface LogScan {
  /** Digests that have to be written again, because the scan found damage that they don't show. */
  readonly repaired: ReadonlyMap<number, SlotDigest>;
  /** Whether any slot of (trimmedThroughSlot, lastSlot] is unknown. */
  readonly hasUnknown: boolean;
  /** Sum of all digests once those in `repaired` are written. */
  readonly digestSum: number;
}

/** Digests read between two turns of the event loop. */
const BLOCKS_PER_TURN = 16;

/**
 * Holds every record up against its digest, and the digests against the manifest. What doesn't fit is unknown: a digest that
 * is gone or damaged takes its whole block with it, and a sum that is wrong although every digest is valid (an old page came
 * back, so nothing says which) takes all.
 */
export async function scanLog(environment: LogEnvironment, manifest: Manifest): Promise<LogScan> {
  const digests: SlotDigest[] = [];
  const repaired = new Map<number, SlotDigest>();
  let sum = 0;
  let firstBlock = firstBlockAbove(manifest.trimmedThroughSlot);
  const lastBlock = lastBlockThrough(manifest.lastSlot);
  for (let block = firstBlock; block <= lastBlock; block++) {
    const bytes = readSafely(() => getBytes(environment.trees.digests, uint64Key(block)));
    const digest = SlotDigest.decode(bytes, block);
    if (digest !== undefined && bytes !== undefined) sum = (sum + bytes.readUInt32BE(0)) >>> 0;
    else repaired.set(block, allUnknown(block, manifest));
    digests.push(digest ?? repaired.get(block) ?? new SlotDigest(block));
    if (block % BLOCKS_PER_TURN === 0) await nextTurn();
  }
  const sumIsWrong = repaired.size === 0 && sum !== manifest.digestSum;
  for (const digest of digests) {
    const changed = sumIsWrong ? forgetAll(digest, manifest) : forgetDamaged(digest, environment, manifest);
    if (changed) repaired.set(digest.block, digest);
    if (++firstBlock % BLOCKS_PER_TURN === 0) await nextTurn();
  }
  return summarize(digests, repaired, manifest, sum);
}

function summarize(
  digests: readonly SlotDigest[],
  repaired: ReadonlyMap<number, SlotDigest>,
  manifest: Manifest,
  sum: number,
): LogScan {
  let hasUnknown = false;
  for (const digest of digests) {
    for (const slot of slotsOf(digest.block, manifest)) hasUnknown ||= digest.stateOf(slot) === SLOT_UNKNOWN;
  }
  let digestSum = sum;
  if (repaired.size > 0) {
    digestSum = digests.reduce((total, digest) => (total + digest.encode().readUInt32BE(0)) >>> 0, 0);
  }
  return { repaired, hasUnknown, digestSum };
}

function* slotsOf(block: number, manifest: Manifest): Generator<Slot> {
  const first = firstSlotOf(block);
  const from = Math.max(first, manifest.trimmedThroughSlot + 1);
  const through = Math.min(first + SLOTS_PER_BLOCK - 1, manifest.lastSlot);
  for (let slot = from; slot <= through; slot++) yield slot;
}

function allUnknown(block: number, manifest: Manifest): SlotDigest {
  const digest = new SlotDigest(block);
  forgetAll(digest, manifest);
  return digest;
}

/** True: something changed. Holes become unknown too, since an old digest doesn't know what was accepted after it. */
function forgetAll(digest: SlotDigest, manifest: Manifest): boolean {
  for (const slot of slotsOf(digest.block, manifest)) digest.markUnknown(slot);
  return true;
}

function forgetDamaged(digest: SlotDigest, environment: LogEnvironment, manifest: Manifest): boolean {
  let changed = false;
  for (const slot of slotsOf(digest.block, manifest)) {
    const state = digest.stateOf(slot);
    if (state === SLOT_UNKNOWN) continue;
    const bytes = readSafely(() => getBytes(environment.trees.entries, uint64Key(slot)));
    const fits = state === SLOT_HELD ? entryMatches(bytes, slot, digest.checksumOf(slot)) : bytes === undefined;
    if (fits) continue;
    digest.markUnknown(slot);
    changed = true;
  }
  return changed;
}

/** A page that LMDB itself finds damaged reads as nothing here; the digest then says that there should be something. */
function readSafely(read: () => Buffer | undefined): Buffer | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
