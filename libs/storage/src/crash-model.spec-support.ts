import type { LogWrite, Slot } from '@synod/consensus';
import { accept, ballotOf } from './storage.spec-support.js';

/** A small generator with a seed, so that parent and child agree on what was written without talking. */
export function generator(seed: number): (below: number) => number {
  let state = (seed * 2_654_435_761 + 1) >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/**
 * Batch `number` (from 1) of the run `seed`: one call of append. Each promises its own number as the round, so that the promise
 * found later says how many batches are durable. Some are large enough for overflow pages, some go back to earlier slots, some
 * jump ahead and leave holes, some trim, far enough behind that no later batch goes back there. Every seventh brings a peer.
 */
export function batchOf(seed: number, number: number): readonly LogWrite[] {
  const random = generator(seed * 1_000_003 + number);
  const writes: LogWrite[] = [{ kind: 'promised', ballot: ballotOf(number) }];
  const count = random(6);
  let slot = Math.max(1, number * 3 - random(12));
  for (let index = 0; index < count; index++) {
    const bytes = random(8) === 0 ? 3000 + random(6000) : random(60);
    writes.push(accept(slot, `${String(number)}.${String(index)}:${'x'.repeat(bytes)}`, number));
    slot += 1 + (random(10) === 0 ? random(200) : 0);
  }
  if (random(6) === 0) writes.push({ kind: 'trimmed', throughSlot: Math.max(0, number * 3 - 60) });
  if (number % 7 === 0) writes.push({ kind: 'peer', nodeId: `n${String(number)}`, storageId: `s${String(number)}` });
  return writes;
}

export interface LogModel {
  /** What the slots above the trim hold. */
  readonly held: Map<Slot, string>;
  readonly trimmedThroughSlot: Slot;
  readonly lastSlot: Slot;
  readonly peers: Map<string, string>;
}

/** What the log holds after the first `batches` batches. */
export function modelAfter(seed: number, batches: number): LogModel {
  const held = new Map<Slot, string>();
  const peers = new Map<string, string>();
  let [trimmedThroughSlot, lastSlot] = [0, 0];
  for (let number = 1; number <= batches; number++) {
    for (const write of batchOf(seed, number)) {
      if (write.kind === 'trimmed') trimmedThroughSlot = Math.max(trimmedThroughSlot, write.throughSlot);
      if (write.kind === 'peer') peers.set(write.nodeId, write.storageId);
      if (write.kind !== 'accepted' || write.accepted.entry.kind !== 'commands') continue;
      lastSlot = Math.max(lastSlot, write.accepted.slot);
      held.set(write.accepted.slot, Buffer.from(write.accepted.entry.commands[0] ?? []).toString());
    }
  }
  for (const slot of [...held.keys()]) if (slot <= trimmedThroughSlot) held.delete(slot);
  return { held, trimmedThroughSlot, lastSlot: Math.max(lastSlot, trimmedThroughSlot), peers };
}
