import { assert } from '@synod/base';
import type { AcceptedEntry, Ballot, NodeId, Slot } from '@synod/consensus';
import { MAX_ID_BYTES, MAX_PEERS } from './log-store.js';
import type { RecoveredLog } from './log-store.js';

export type SlotState = 'held' | 'hole' | 'unknown';

/** What an adapter knows of its log, for {@link recoverLog}. */
export interface LogView {
  readonly promised: Ballot;
  /** As the last hint said; it may lie above a slot that is missing by now. */
  readonly chosenThroughHint: Slot;
  readonly lastSlot: Slot;
  readonly trimmedThroughSlot: Slot;
  readonly peers: ReadonlyMap<NodeId, string>;
  stateOf(slot: Slot): SlotState;
  read(slot: Slot): AcceptedEntry | 'unknown' | undefined;
}

/**
 * Fits the log to an image of applied state at `imageSlot`.
 *
 * What the image covers is chosen, however the log's records look; a damaged one is of no harm here. But a hole below the image
 * is no damage: a snapshot was installed, and the process ended before the trim that follows it was durable. No peer can be
 * served across that hole, so all through it counts as trimmed, which the image allows (I7).
 */
export function recoverLog(view: LogView, imageSlot: Slot): RecoveredLog {
  const trimmedThroughSlot = trimBelowImage(view, imageSlot);
  const lastSlot = Math.max(view.lastSlot, trimmedThroughSlot);
  const chosenThroughSlot = imageSlot < trimmedThroughSlot ? imageSlot : replayable(view, imageSlot);
  const damagedSlots: Slot[] = [];
  for (let slot = trimmedThroughSlot + 1; slot <= chosenThroughSlot; slot++) {
    if (view.stateOf(slot) === 'unknown') damagedSlots.push(slot);
  }
  const accepted: AcceptedEntry[] = [];
  const unknownSlots: Slot[] = [];
  for (let slot = Math.max(chosenThroughSlot, trimmedThroughSlot) + 1; slot <= lastSlot; slot++) {
    const found = view.read(slot);
    if (found === 'unknown') unknownSlots.push(slot);
    else if (found !== undefined) accepted.push(found);
  }
  const { promised } = view;
  const peers = new Map(view.peers);
  const logChosenThroughSlot = Math.min(view.chosenThroughHint, lastSlot);
  const covered = { imageSlot, chosenThroughSlot, logChosenThroughSlot, trimmedThroughSlot, damagedSlots };
  return { promised, ...covered, lastSlot, accepted, unknownSlots, peers };
}

function trimBelowImage(view: LogView, imageSlot: Slot): Slot {
  if (imageSlot > view.lastSlot) return imageSlot;
  for (let slot = imageSlot; slot > view.trimmedThroughSlot; slot--) {
    if (view.stateOf(slot) === 'hole') return slot;
  }
  return view.trimmedThroughSlot;
}

/** Slots known chosen that can be replayed on top of the image: below the first that is unknown or a hole. */
function replayable(view: LogView, imageSlot: Slot): Slot {
  const bound = Math.min(view.chosenThroughHint, view.lastSlot);
  let slot = imageSlot;
  while (slot < bound && view.stateOf(slot + 1) === 'held') slot += 1;
  return slot;
}

/** Adds a peer to `known` and says whether that changes anything. Another storage id for a known node id breaks I10. */
export function notePeer(known: Map<NodeId, string>, nodeId: NodeId, storageId: string): boolean {
  const before = known.get(nodeId);
  assert(before === undefined || before === storageId, 'I10 one storage id per node id', () => nodeId);
  if (before !== undefined) return false;
  for (const id of [nodeId, storageId]) {
    assert(id !== '' && Buffer.byteLength(id) <= MAX_ID_BYTES, 'an id of a peer has 1 to 255 bytes', () => id);
  }
  assert(known.size < MAX_PEERS, 'a log keeps the storage ids of at most 256 peers');
  known.set(nodeId, storageId);
  return true;
}
