import { randomBytes } from 'node:crypto';
import { open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { diskHealth, watermarksOf } from './disk-health.js';
import type { DiskHealthOptions } from './disk-health.js';
import { flushDirectory, renameDurably, writeAll } from './durable-file.js';

export interface BallastOptions extends DiskHealthOptions {
  /** Default 64 MiB, or 3 % of a smaller disk: as much as the mark below which the disk is full. */
  readonly ballastBytes?: number;
}

/** `held`: it's there · `released`: it was given up now, for the sake of a start · `absent`: there is no room for it. */
export type BallastState = 'held' | 'released' | 'absent';

const BALLAST_FILE = 'ballast';
const STEP_BYTES = 2 ** 20;

/**
 * A file that is there to be given up. A full disk must not keep a node from starting: recovery has to write, if only a few pages.
 *
 * Call before the stores of `directory` are opened, with the directory there. Where less is free than the mark of a full disk, the
 * ballast goes, and with it a node can start, say what is wrong, and trim.
 */
export async function releaseBallastIfFull(directory: string, options: BallastOptions = {}): Promise<BallastState> {
  const file = join(directory, BALLAST_FILE);
  await rm(`${file}.new`, { force: true });
  const { level } = await diskHealth(directory, options);
  const isHeld = (await allocatedBytes(file)) > 0;
  if (level !== 'full' || !isHeld) return isHeld ? 'held' : 'absent';
  await rm(file, { force: true });
  await flushDirectory(directory);
  return 'released';
}

/**
 * Makes the ballast when it isn't there and the disk would not be low with it: when a directory is formatted, and again when there
 * is room. Call now and then; one call at a time. Rejects with what the file system says, and leaves nothing then.
 */
export async function makeBallastIfRoom(directory: string, options: BallastOptions = {}): Promise<BallastState> {
  const file = join(directory, BALLAST_FILE);
  const { freeBytes, totalBytes } = await diskHealth(directory, options);
  const ballastBytes = Math.floor(options.ballastBytes ?? Math.min(64 * 2 ** 20, totalBytes * 0.03));
  const held = await allocatedBytes(file);
  if (held >= ballastBytes) return 'held';
  if (freeBytes - ballastBytes < watermarksOf(totalBytes, options).lowBytes) return held > 0 ? 'held' : 'absent';
  try {
    await fill(`${file}.new`, ballastBytes);
    await renameDurably(`${file}.new`, file);
  } catch (error) {
    await rm(`${file}.new`, { force: true });
    throw error;
  }
  return 'held';
}

/** Random bytes, which no file system leaves out or makes smaller. */
async function fill(path: string, bytes: number): Promise<void> {
  const step = randomBytes(Math.min(STEP_BYTES, bytes));
  const file = await open(path, 'w', 0o644);
  try {
    for (let position = 0; position < bytes;) {
      position = await writeAll(file, step.subarray(0, Math.min(step.length, bytes - position)), position);
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

/** What a file takes on the disk, which a sparse one doesn't; 0 when there is none. */
async function allocatedBytes(path: string): Promise<number> {
  try {
    const { blocks, size } = await stat(path);
    return Math.min(size, blocks * 512);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}
