import { join } from 'node:path';
import { buildChild, startChild } from './child-process.spec-support.js';
import { LOG_TREE_NAMES } from './lmdb-log-open.js';
import type { LogTreeName } from './lmdb-log-open.js';
import { openEnvironment } from './lmdb-environment.js';
import { openLogStore } from './lmdb-log-store.js';
import type { LogStore } from './log-store.js';
import { accept, identityOf, newDirectory, removeDirectories } from './storage.spec-support.js';

let directory: string;
let log: LogStore;

async function openLog(): Promise<LogStore> {
  log = await openLogStore({ directory, identityIfNew: () => identityOf('c1'), onFatal: () => undefined });
  return log;
}

/** How many entries and digests the file holds, trimmed or not. Only while no store has it open. */
async function countOnDisk(): Promise<{ entries: number; digests: number }> {
  const environment = openEnvironment<LogTreeName>({
    path: join(directory, 'log'),
    treeNames: LOG_TREE_NAMES,
    mapSizeBytes: 2 ** 26,
  });
  const { entries, digests } = environment.trees;
  const counts = { entries: [...entries.getKeys()].length, digests: [...digests.getKeys()].length };
  await environment.close();
  return counts;
}

async function fill(from: number, through: number): Promise<void> {
  for (let slot = from; slot <= through; slot++) void log.append([accept(slot, `text ${String(slot)}`)]);
  await log.append([{ kind: 'chosenThrough', slot: through }, accept(through, 'last')]);
}

beforeEach(async () => {
  directory = newDirectory();
  await openLog();
});

afterEach(async () => {
  await log.close();
  removeDirectories();
});

test('a commit deletes at most 2,000 entries; the rest of a large trim follows in commits of its own', async () => {
  await fill(1, 9_000);
  const { flushes } = log.stats();
  await log.append([{ kind: 'trimmed', throughSlot: 8_800 }]);
  expect(log.stats().flushes).toBe(flushes + 1);
  await log.close();
  const left = await countOnDisk();
  expect(left.entries).toBeGreaterThanOrEqual(9_000 - 4_000);
  expect(left.entries).toBeLessThanOrEqual(9_000 - 2_000);
  await openLog();
  const before = log.stats().flushes;
  while (log.stats().queuedAppends > 0) await log.append([accept(9_001, 'again')]);
  expect(log.stats().flushes - before).toBeGreaterThan(1);
  await log.close();
  // The block of the trim stays whole until it is trimmed in full: slots 8,705 to 8,800 are read no more, but are there.
  expect(await countOnDisk()).toEqual({ entries: 9_001 - 8_704, digests: 3 });
  await openLog();
  expect(log.recover(8_800)).toMatchObject({ unknownSlots: [], damagedSlots: [], lastSlot: 9_001 });
});

test('a trim goes on after kill -9, and what is left to delete does not come back', async () => {
  await log.close();
  const child = startChild(buildChild(newDirectory()), ['trimForever', directory]);
  child.process.stderr.pipe(process.stderr);
  await child.untilLine((line) => line === 'trimmed 20000');
  child.process.kill('SIGKILL');
  expect(await child.ended).toBe('SIGKILL');
  const trimmed = Math.max(...child.lines.map((line) => Number(line.split(' ')[1])));
  await openLog();
  const { trimmedThroughSlot, unknownSlots, lastSlot } = log.recover();
  expect(unknownSlots).toEqual([]);
  expect(trimmedThroughSlot).toBeGreaterThanOrEqual(trimmed - 1_000);
  while (log.stats().queuedAppends > 0) await log.append([accept(lastSlot + 1, 'end')]);
  await log.append([accept(lastSlot + 1, 'end')]);
  await log.close();
  expect((await countOnDisk()).entries).toBeLessThanOrEqual(lastSlot + 1 - trimmedThroughSlot + 128);
}, 60_000);

test('a jump of a trim far ahead costs no digests of blocks that nobody needs', async () => {
  await fill(1, 300);
  await log.append([{ kind: 'trimmed', throughSlot: 50_000_000 }]);
  await log.append([accept(50_000_001, 'next')]);
  await log.close();
  expect(await countOnDisk()).toEqual({ entries: 1, digests: 1 });
  await openLog();
  expect(log.recover(50_000_000)).toMatchObject({ unknownSlots: [], lastSlot: 50_000_001 });
});
