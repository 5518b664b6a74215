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
 * jump ahead and leave holes.
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
  return writes;
}

/** What the slots hold after the first `batches` batches. */
export function modelAfter(seed: number, batches: number): Map<Slot, string> {
  const held = new Map<Slot, string>();
  for (let number = 1; number <= batches; number++) {
    for (const write of batchOf(seed, number)) {
      if (write.kind !== 'accepted' || write.accepted.entry.kind !== 'commands') continue;
      held.set(write.accepted.slot, Buffer.from(write.accepted.entry.commands[0] ?? []).toString());
    }
  }
  return held;
}
