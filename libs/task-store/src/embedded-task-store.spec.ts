import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { open as openLmdb } from 'lmdb';
import { chunkKey, seal } from './encoding.js';
import { openEmbeddedTaskStore } from './embedded-task-store.js';
import type { EmbeddedTaskStoreOptions } from './embedded-task-store.js';
import type { TaskStore } from './task-store.js';

const directories: string[] = [];
const stores: TaskStore[] = [];

async function open(options: Partial<EmbeddedTaskStoreOptions> = {}): Promise<{ store: TaskStore; directory: string }> {
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'synod-task-store-'));
  const store = await openEmbeddedTaskStore({ ...options, directory });
  directories.push(directory);
  stores.push(store);
  return { store, directory };
}

afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

test('a blob above the limit is refused, as soon as the source has given too much', async () => {
  const { store } = await open({ maxBlobBytes: 100 });
  let given = 0;
  function* endless(): Generator<Uint8Array> {
    for (;;) {
      given += 1;
      yield new Uint8Array(30);
    }
  }
  await expect(store.putBlob('a', endless())).rejects.toMatchObject({ code: 'blobTooLarge' });
  expect(given).toBe(4);
  expect(await store.getBlob('a')).toBeUndefined();
});

test('what waits to be written is bounded', async () => {
  const { store } = await open({ maxQueuedBytes: 100 });
  const put = (jobId: string): Promise<void> =>
    store.putRecords([{ jobId, finishedAtMs: 1, bytes: new Uint8Array(60) }]);
  const first = put('a');
  await expect(put('b')).rejects.toMatchObject({ code: 'overloaded' });
  await first;
  await put('b');
});

test('damage in a record or in a piece of a blob is reported, and putting again repairs it', async () => {
  const { store, directory } = await open();
  await store.putRecords([
    { jobId: 'a', finishedAtMs: 1, bytes: bytes('one') },
    { jobId: 'b', finishedAtMs: 2, bytes: bytes('two') },
  ]);
  await store.putBlob('blob', new Uint8Array(100_000));
  await store.close();
  const root = openLmdb<Buffer, Buffer>({ path: directory, encoding: 'binary', keyEncoding: 'binary', maxDbs: 4 });
  const records = root.openDB<Buffer, Buffer>({ name: 'records', encoding: 'binary', keyEncoding: 'binary' });
  const chunks = root.openDB<Buffer, Buffer>({ name: 'chunks', encoding: 'binary', keyEncoding: 'binary' });
  await records.put(Buffer.from('a'), seal(Buffer.from('b'), bytes('under another key')));
  await chunks.remove(chunkKey(Buffer.from('blob'), 1));
  await root.close();

  const { store: again } = await open({ directory });
  await expect(again.getRecord('a')).rejects.toMatchObject({ code: 'damaged' });
  expect((await again.listRecords({ limit: 2 })).map(({ jobId, bytes: value }) => [jobId, value])).toEqual([
    ['b', bytes('two')],
    ['a', undefined],
  ]);
  await expect(again.getBlob('blob')).rejects.toMatchObject({ code: 'damaged' });
  expect(await again.getBlob('blob', { offset: 5, length: 10 })).toEqual(new Uint8Array(10));
  await again.putRecords([{ jobId: 'a', finishedAtMs: 1, bytes: bytes('one') }]);
  await again.putBlob('blob', new Uint8Array(3));
  expect(await again.getRecord('a')).toEqual(bytes('one'));
  expect(await again.getBlob('blob')).toEqual(new Uint8Array(3));
});

test('whatever is put and pruned, the store lists what a map would', async () => {
  const jobId = fc.constantFrom('a', 'ab', 'b', 'b0', 'c', 'é');
  const step = fc.oneof(
    fc.record({ put: fc.array(fc.record({ jobId, finishedAtMs: fc.nat(20) }), { maxLength: 4 }) }),
    fc.record({ maxRecords: fc.nat(6) }),
    fc.record({ finishedBeforeMs: fc.nat(20) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const { store } = await open();
      const model = new Map<string, number>();
      const order = (): [string, number][] =>
        [...model].sort(([a, x], [b, y]) => x - y || Buffer.compare(Buffer.from(a), Buffer.from(b)));
      for (const one of steps) {
        if ('put' in one) {
          await store.putRecords(one.put.map((record) => ({ ...record, bytes: bytes(String(record.finishedAtMs)) })));
          for (const record of one.put) model.set(record.jobId, record.finishedAtMs);
          continue;
        }
        const keep = 'maxRecords' in one ? order().slice(Math.max(0, model.size - one.maxRecords)) : order();
        const before = 'finishedBeforeMs' in one ? one.finishedBeforeMs : 0;
        const kept = new Map(keep.filter(([, finishedAtMs]) => finishedAtMs >= before));
        expect(await store.prune(one)).toBe(model.size - kept.size);
        for (const id of [...model.keys()]) if (!kept.has(id)) model.delete(id);
      }
      const listed = await store.listRecords({ limit: 100 });
      const expected = [...model].sort(([a], [b]) => Buffer.compare(Buffer.from(b), Buffer.from(a)));
      expect(listed.map((record) => [record.jobId, record.finishedAtMs])).toEqual(expected);
      await store.close();
    }),
    { numRuns: 25 },
  );
});
