import type { Entry, Slot } from '@synod/consensus';
import { assert } from '@synod/base';
import type { LogStore } from '@synod/storage';

const CHUNK_BYTES = 8 * 1024 * 1024;

/**
 * Applies the slots behind the image that the log knows chosen, before the replica takes its first step. After each chunk it
 * waits for `pause`, so that what applying sets off does not pile up.
 */
export async function replay(
  log: Pick<LogStore, 'read'>,
  imageSlot: Slot,
  throughSlot: Slot,
  apply: (slot: Slot, entry: Entry) => void,
  pause: () => Promise<void>,
): Promise<void> {
  let next = imageSlot + 1;
  while (next <= throughSlot) {
    const entries = log.read(next, throughSlot, CHUNK_BYTES);
    assert(entries.length > 0, 'I5 every chosen slot is in the log', () => `slot ${String(next)}`);
    for (const { slot, entry } of entries) {
      assert(slot === next, 'I5 every chosen slot is in the log', () => `slot ${String(next)}`);
      apply(slot, entry);
      next = slot + 1;
    }
    // The process stays able to hear a signal during a long replay.
    await new Promise((resolve) => setImmediate(resolve));
    await pause();
  }
}
