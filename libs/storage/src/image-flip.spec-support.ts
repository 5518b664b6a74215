import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { imageAfter, imageBatchOf } from './image-model.spec-support.js';
import { contentOf, openImage } from './image.spec-support.js';

const SEED = 7;
const BATCHES = 40;

/** Makes the file that bits are flipped in: trees of two levels, overflow pages, free pages, several commits. */
export async function writeImageSubject(directory: string): Promise<void> {
  const image = await openImage(directory);
  for (let number = 1; number <= BATCHES; number++) await image.write(imageBatchOf(SEED, number));
  await image.close();
}

/**
 * For each bit: a copy of the subject with that bit flipped, opened, read in full. Says `start <bit>` and then `right`, `older` (a
 * whole image of an earlier batch), `damaged` (found while reading), `absent <why>` or `wrong <why>`.
 */
export async function flipImageAndCheck(
  subject: string,
  bits: readonly number[],
  say: (line: string) => void,
): Promise<void> {
  const file = readFileSync(join(subject, 'image', 'data.mdb'));
  for (const bit of bits) {
    const directory = `${subject}.flipped`;
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(join(directory, 'image'), { recursive: true });
    const copy = Buffer.from(file);
    copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    writeFileSync(join(directory, 'image', 'data.mdb'), copy);
    say(`start ${String(bit)}`);
    say(await outcomeOf(directory));
  }
  process.exit(0);
}

async function outcomeOf(directory: string): Promise<string> {
  const image = await openImage(directory);
  try {
    if (image.state === undefined) return `absent ${String(image.absence)}`;
    const { slot, stateHash } = image.state;
    const found = await contentOf(image.records());
    if (stateHash !== `hash-${String(slot)}`) return `wrong hash ${stateHash}`;
    const expected = imageAfter(SEED, slot);
    if (JSON.stringify([...found]) !== JSON.stringify([...expected].sort(([a], [b]) => (a < b ? -1 : 1))))
      return `wrong content at ${String(slot)}`;
    return slot === BATCHES ? 'right' : 'older';
  } catch (error) {
    return (error as { code?: string }).code === 'imageDamaged' ? 'damaged' : `wrong error ${String(error)}`;
  } finally {
    await image.close();
  }
}
