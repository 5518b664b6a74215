/**
 * The program that tests run as a process of its own, to kill it, to trace it, or because a damaged file may crash it. Its
 * first argument says what to do; it reports by lines on stdout.
 */
import { lockDirectory } from './directory-lock.js';
import { openLogStore } from './lmdb-log-store.js';
import { accept, identityOf } from './storage.spec-support.js';
import { batchOf } from './crash-model.spec-support.js';
import { flipAndCheck } from './bit-flip.spec-support.js';
import { flipImageAndCheck } from './image-flip.spec-support.js';
import { imageBatchOf } from './image-model.spec-support.js';
import { inChunks, openImage, OWNER, recordsOf } from './image.spec-support.js';
import { openImageStore } from './lmdb-image-store.js';
import type { ImageRecord } from './image-store.js';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function heardLine(): Promise<void> {
  await new Promise((resolve) => process.stdin.once('data', resolve));
}

/** Appends batch after batch, a few at a time, and says which are acknowledged, until it's killed. */
async function appendForever(directory: string, seed: number, from: number): Promise<void> {
  const log = await openLogStore({ directory, identityIfNew: () => identityOf('c1') });
  for (let number = from; ; number += 4) {
    const calls = [0, 1, 2, 3].map((offset) =>
      log.append(batchOf(seed, number + offset)).then(() => say(`acknowledged ${String(number + offset)}`)),
    );
    await Promise.all(calls);
  }
}

/** Appends and trims a thousand slots behind, time after time, until it's killed. */
async function trimForever(directory: string): Promise<void> {
  const log = await openLogStore({ directory, identityIfNew: () => identityOf('c1') });
  for (let slot = 1; ; slot++) {
    const appended = log.append([accept(slot, `text ${String(slot)}`)]);
    if (slot % 5_000 !== 0) continue;
    await appended;
    await log.append([{ kind: 'trimmed', throughSlot: slot - 1_000 }]);
    say(`trimmed ${String(slot)}`);
  }
}

/** Writes batch after batch, a few at a time, until it's killed. */
async function writeImage(directory: string, seed: number, from: number): Promise<void> {
  const image = await openImage(directory);
  for (let number = from; ; number += 3) {
    const calls = [0, 1, 2].map((offset) =>
      image.write(imageBatchOf(seed, number + offset)).then(() => say(`acknowledged ${String(number + offset)}`)),
    );
    await Promise.all(calls);
  }
}

async function writeImageOnce(directory: string): Promise<void> {
  const image = await openImageStore({ directory, owner: OWNER });
  say('opened');
  await heardLine();
  await image.write(imageBatchOf(1, 1));
  say('acknowledged');
}

/** Replaces the image time after time, and says when some of it is on the disk, and when all is. */
async function replaceImage(directory: string): Promise<void> {
  const image = await openImage(directory);
  for (let round = 1; ; round++) {
    const records = recordsOf(7_000 + round, `round ${String(round)}`);
    const source = async function* (): AsyncGenerator<readonly ImageRecord[]> {
      yield* inChunks(records.slice(0, 5_000));
      say(`amid ${String(round)}`);
      yield* inChunks(records.slice(5_000));
    };
    await image.replace({ slot: round * 1_000, stateHash: 'h', records: records.length }, source());
    say(`done ${String(round)}`);
  }
}

async function appendOnce(directory: string, onFatal: 'report' | 'default'): Promise<void> {
  const fatal = onFatal === 'report' ? { onFatal: () => say('fatal') } : {};
  const log = await openLogStore({ directory, identityIfNew: () => identityOf('c1'), ...fatal });
  process.on('unhandledRejection', () => say('unhandledRejection'));
  say('opened');
  await heardLine();
  await log.append([accept(1, 'one')]).then(
    () => say('acknowledged'),
    (error: unknown) => say(`rejected ${(error as { code: string }).code}`),
  );
  await log.append([accept(2, 'two')]).then(
    () => say('acknowledged'),
    (error: unknown) => say(`rejected ${(error as { code: string }).code}`),
  );
  say('end');
  process.exit(0);
}

/** Appends large entries until a commit fails. */
async function fillDisk(directory: string): Promise<void> {
  const log = await openLogStore({ directory, identityIfNew: () => identityOf('c1'), onFatal: () => say('fatal') });
  for (let slot = 1; ; slot++) {
    await log.append([accept(slot, 'x'.repeat(50_000))]);
    say(`acknowledged ${String(slot)}`);
  }
}

function hold(directory: string, flockProgram: string): void {
  lockDirectory(directory, { flockProgram });
  say('held');
  setInterval(() => undefined, 1000);
}

async function main([mode = '', directory = '', first = '', second = '']: readonly string[]): Promise<void> {
  if (mode === 'appendForever') await appendForever(directory, Number(first), Number(second));
  else if (mode === 'writeImage') await writeImage(directory, Number(first), Number(second));
  else if (mode === 'writeImageOnce') await writeImageOnce(directory);
  else if (mode === 'replaceImage') await replaceImage(directory);
  else if (mode === 'flipImage') await flipImageAndCheck(directory, first.split(',').map(Number), say);
  else if (mode === 'trimForever') await trimForever(directory);
  else if (mode === 'appendOnce') await appendOnce(directory, first === 'report' ? 'report' : 'default');
  else if (mode === 'fillDisk')
    await fillDisk(directory).catch((error: unknown) => say((error as { code: string }).code));
  else if (mode === 'hold') hold(directory, first);
  else if (mode === 'flip') await flipAndCheck(directory, first.split(',').map(Number), say);
  else throw new Error(`no mode ${mode}`);
}

void main(process.argv.slice(2));
