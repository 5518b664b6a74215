import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Logger } from '@synod/base';
import type { Gap, GapNote } from './history-gap.js';

/** The gap of a history, in a small file beside it. */
export function fileGapNote(path: string, logger: Logger): GapNote {
  return {
    load: async () => {
      const text = await readIfThere(path);
      if (text === undefined) return undefined;
      const gap = parse(text);
      // Fetching everything is slower and never wrong.
      if (gap === undefined) logger.warn({ path }, 'the note of what is missing in history is damaged: all is fetched');
      return gap ?? { finishedFromMs: 0, beforeJobId: '', preferredId: '' };
    },
    save: async (gap) => {
      if (gap === undefined) await rm(path, { force: true });
      else await replaceFile(path, JSON.stringify(gap));
    },
  };
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function parse(text: string): Gap | undefined {
  try {
    const { finishedFromMs, beforeJobId, preferredId } = JSON.parse(text) as Partial<Gap>;
    const isGap = typeof finishedFromMs === 'number' && typeof beforeJobId === 'string';
    return isGap && typeof preferredId === 'string' ? { finishedFromMs, beforeJobId, preferredId } : undefined;
  } catch {
    return undefined;
  }
}

/** The old content or the new one, whatever happens. */
async function replaceFile(path: string, text: string): Promise<void> {
  const fresh = `${path}.new`;
  const file = await open(fresh, 'w');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(fresh, path);
  const directory = await open(dirname(path));
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
