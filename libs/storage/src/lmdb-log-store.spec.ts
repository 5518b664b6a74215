import { openLogStore } from './lmdb-log-store.js';
import type { LogStore } from './log-store.js';
import { accept, ballotOf, identityOf, newDirectory, removeDirectories, textOf } from './storage.spec-support.js';

const open: LogStore[] = [];

async function openLog(directory: string): Promise<LogStore> {
  const log = await openLogStore({ directory, identityIfNew: () => identityOf('c1'), onFatal: () => undefined });
  open.push(log);
  return log;
}

afterEach(async () => {
  for (const log of open.splice(0)) await log.close();
  removeDirectories();
});

test('a log opened again has what was appended, and one incarnation more', async () => {
  const directory = newDirectory();
  const first = await openLog(directory);
  expect(first.incarnation).toBe(1);
  expect(first.recover()).toMatchObject({ lastSlot: 0, accepted: [], unknownSlots: [], chosenThroughSlot: 0 });
  await first.append([{ kind: 'promised', ballot: ballotOf(3) }, accept(1, 'a'), accept(2, 'b')]);
  await first.append([{ kind: 'chosenThrough', slot: 1 }, accept(5, 'e')]);
  await first.close();
  const second = await openLog(directory);
  expect(second.incarnation).toBe(2);
  const recovered = second.recover();
  expect(recovered).toMatchObject({ promised: ballotOf(3), lastSlot: 5, unknownSlots: [], chosenThroughSlot: 1 });
  expect(recovered.accepted.map((entry) => [entry.slot, textOf(entry)])).toEqual([
    [2, 'b'],
    [5, 'e'],
  ]);
  expect(second.read(1, 10, 1e9).map(textOf)).toEqual(['a', 'b', 'e']);
});

test('appends of one tick share a flush', async () => {
  const log = await openLog(newDirectory());
  const before = log.stats().flushes;
  await Promise.all([1, 2, 3, 4].map((slot) => log.append([accept(slot, 'x')])));
  expect(log.stats().flushes).toBe(before + 1);
  expect(log.stats()).toMatchObject({ queuedAppends: 0, oldestOutstandingFlushMs: 0 });
});
