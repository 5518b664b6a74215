import { generator } from './crash-model.spec-support.js';
import type { ImageBatch, ImageChange } from './image-store.js';
import { batchAt } from './image.spec-support.js';

/** Batch `number` (from 1) of the run `seed`, at the slot of that number: adds, changes and removes some of 400 records. */
export function imageBatchOf(seed: number, number: number): ImageBatch {
  const random = generator(seed * 1_000_003 + number);
  const changes = Array.from({ length: 1 + random(40) }, (_, index): ImageChange => {
    const key = `j/${String(random(400)).padStart(4, '0')}`;
    if (random(5) === 0) return { key, bytes: undefined };
    const text = `${String(number)}.${String(index)}:${'x'.repeat(random(12) === 0 ? 5_000 : random(80))}`;
    return { key, bytes: new Uint8Array(Buffer.from(text)) };
  });
  return batchAt(number, changes);
}

/** What the image holds after the first `batches` batches. */
export function imageAfter(seed: number, batches: number): Map<string, string> {
  const held = new Map<string, string>();
  for (let number = 1; number <= batches; number++) {
    for (const { key, bytes } of imageBatchOf(seed, number).changes) {
      if (bytes === undefined) held.delete(key);
      else held.set(key, Buffer.from(bytes).toString());
    }
  }
  return held;
}
