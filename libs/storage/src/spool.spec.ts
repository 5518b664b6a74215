import { StorageError } from './storage-error.js';
import { lockDirectory } from './directory-lock.js';
import { openSpool } from './spool.js';
import type { Spool, SpoolOptions } from './spool.js';
import { newDirectory, removeDirectories } from './storage.spec-support.js';

const spools: Spool[] = [];

async function open(options: SpoolOptions): Promise<Spool> {
  const spool = await openSpool({ onFatal: () => undefined, ...options });
  spools.push(spool);
  return spool;
}

afterEach(async () => {
  for (const spool of spools.splice(0)) await spool.close();
  removeDirectories();
});

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
const contents = (spool: Spool): [string, string][] =>
  spool.entries().map(({ key, value }) => [key, value === undefined ? '(damaged)' : Buffer.from(value).toString()]);

test('a spool opened again has what was put and lacks what was deleted', async () => {
  const directory = newDirectory();
  const first = await open({ directory });
  await first.putMany([
    ['b', bytes('2')],
    ['a', bytes('1')],
    ['c', bytes('')],
  ]);
  await first.put('b', bytes('22'));
  await first.deleteMany(['a', 'never there']);
  const before = first.stats();
  await first.close();
  const second = await open({ directory });
  expect(contents(second)).toEqual([
    ['b', '22'],
    ['c', ''],
  ]);
  expect(second.stats()).toEqual(before);
});

test('a put and a later delete of one tick leave nothing', async () => {
  const spool = await open({ directory: newDirectory() });
  await Promise.all([spool.put('a', bytes('1')), spool.delete('a'), spool.put('b', bytes('2'))]);
  expect(contents(spool)).toEqual([['b', '2']]);
  expect(spool.stats().count).toBe(1);
});

test('a full spool refuses more by count and by bytes, and takes replacements and what fits again', async () => {
  const spool = await open({ directory: newDirectory(), maxCount: 2, maxBytes: 100 });
  await spool.putMany([
    ['a', bytes('1')],
    ['b', bytes('2')],
  ]);
  await expect(spool.put('c', bytes('3'))).rejects.toMatchObject({ facts: { code: 'spoolFull', limit: 'count' } });
  await spool.put('a', bytes('x'.repeat(70)));
  await expect(spool.put('b', bytes('x'.repeat(70)))).rejects.toMatchObject({ facts: { limit: 'bytes' } });
  await spool.delete('a');
  await spool.put('b', bytes('x'.repeat(70)));
  expect(spool.stats().count).toBe(1);
});

test('keys that LMDB could not hold are refused before anything is written', async () => {
  const spool = await open({ directory: newDirectory() });
  for (const key of ['', 'ä'.repeat(256)]) {
    await expect(spool.put(key, bytes('1'))).rejects.toMatchObject({ code: 'keyTooLong' });
  }
  expect(spool.stats().count).toBe(0);
});

test('a spool locks its directory, or uses the lock that its caller holds', async () => {
  const directory = newDirectory();
  const spool = await open({ directory });
  await expect(openSpool({ directory })).rejects.toMatchObject({ code: 'directoryLocked' });
  await spool.close();
  await expect(spool.put('a', bytes('1'))).rejects.toBeInstanceOf(StorageError);
  const lock = lockDirectory(directory);
  const second = await open({ directory, lock });
  await second.close();
  expect(() => lockDirectory(directory)).toThrow(StorageError);
  lock.release();
});
