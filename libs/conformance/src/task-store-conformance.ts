import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { TaskStore } from '@synod/task-store';

/** An adapter under test, on storage of its own. */
export interface TaskStoreSubject {
  readonly store: TaskStore;
  /** Closes the store and opens what it left. */
  reopen(): Promise<TaskStore>;
  /** Removes everything. */
  dispose(): Promise<void>;
}

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
const text = (value: Uint8Array | undefined): string | undefined =>
  value === undefined ? undefined : Buffer.from(value).toString();
const record = (
  jobId: string,
  finishedAtMs: number,
  value = `record of ${jobId}`,
): Parameters<TaskStore['putRecords']>[0][0] => ({
  jobId,
  finishedAtMs,
  bytes: bytes(value),
});

/** What every adapter of the TaskStore port has to do. */
export function taskStoreConformance(name: string, open: () => Promise<TaskStoreSubject>): void {
  describe(`task store (${name})`, () => {
    let subject: TaskStoreSubject;
    let store: TaskStore;

    beforeEach(async () => {
      subject = await open();
      store = subject.store;
    });

    afterEach(() => subject.dispose());

    const listed = async (options: Parameters<TaskStore['listRecords']>[0]): Promise<string[]> =>
      (await store.listRecords(options)).map(({ jobId }) => jobId);

    recordTests(() => store, listed);
    pruneTests(() => store, listed);
    blobTests(() => store);

    test('records and blobs are there after a reopening', async () => {
      await store.putRecords([record('a', 1)]);
      await store.putBlob('a/result', bytes('large'));
      store = await subject.reopen();
      expect(text(await store.getRecord('a'))).toBe('record of a');
      expect(text(await store.getBlob('a/result'))).toBe('large');
      expect(store.stats()).toMatchObject({ records: 1, blobs: 1 });
    });

    test('closing twice is fine, and a closed store refuses', async () => {
      await store.close();
      await store.close();
      await expect(store.getRecord('a')).rejects.toMatchObject({ code: 'closed' });
      await expect(store.putRecords([record('a', 1)])).rejects.toMatchObject({ code: 'closed' });
    });
  });
}

type Listed = (options: Parameters<TaskStore['listRecords']>[0]) => Promise<string[]>;

function recordTests(store: () => TaskStore, listed: Listed): void {
  test('a record that was put is read as it was, and another is undefined', async () => {
    const value = bytes('first');
    await store().putRecords([{ jobId: 'a', finishedAtMs: 5, bytes: value }]);
    value.fill(0);
    expect(text(await store().getRecord('a'))).toBe('first');
    expect(await store().getRecord('b')).toBeUndefined();
    expect(await store().listRecords({ limit: 5 })).toEqual([{ jobId: 'a', finishedAtMs: 5, bytes: bytes('first') }]);
  });

  test('putting a record again, also in one call and with another time, has the effect of putting it once', async () => {
    await store().putRecords([record('a', 5), record('b', 5)]);
    await store().putRecords([record('a', 5), record('a', 9, 'newer')]);
    await store().putRecords([record('a', 9, 'newer')]);
    expect(store().stats().records).toBe(2);
    expect(text(await store().getRecord('a'))).toBe('newer');
    expect(await store().prune({ finishedBeforeMs: 6 })).toBe(1);
    expect(await listed({ limit: 10 })).toEqual(['a']);
  });

  test('records are listed newest job first, page by page', async () => {
    await store().putRecords(['j3', 'j1', 'j5', 'j2', 'j4'].map((jobId, index) => record(jobId, index)));
    expect(await listed({ limit: 2 })).toEqual(['j5', 'j4']);
    expect(await listed({ limit: 2, beforeJobId: 'j4' })).toEqual(['j3', 'j2']);
    expect(await listed({ limit: 10, beforeJobId: 'j2' })).toEqual(['j1']);
    expect(await listed({ limit: 10, beforeJobId: 'j1' })).toEqual([]);
    expect(await listed({ limit: 10, beforeJobId: 'j35' })).toEqual(['j3', 'j2', 'j1']);
  });

  test('arguments out of range are refused', async () => {
    await expect(store().listRecords({ limit: 0 })).rejects.toMatchObject({ code: 'invalidArgument' });
    await expect(store().putRecords([record('', 1)])).rejects.toMatchObject({ code: 'invalidArgument' });
    await expect(store().putRecords([record('a', -1)])).rejects.toMatchObject({ code: 'invalidArgument' });
    await expect(store().putBlob('a\0b', bytes(''))).rejects.toMatchObject({ code: 'invalidArgument' });
    await expect(store().getBlob('a', { offset: -1, length: 1 })).rejects.toMatchObject({ code: 'invalidArgument' });
  });

  test('a call with one record that is refused writes none of the others', async () => {
    const huge = { jobId: 'b', finishedAtMs: 1, bytes: new Uint8Array(2 ** 21) };
    await expect(store().putRecords([record('a', 1), huge])).rejects.toMatchObject({ code: 'recordTooLarge' });
    expect(store().stats().records).toBe(0);
  });
}

function pruneTests(store: () => TaskStore, listed: Listed): void {
  test('prune keeps the records that finished last, by count, and those that finished late enough', async () => {
    await store().putRecords(['a', 'b', 'c', 'd', 'e'].map((jobId, index) => record(jobId, 100 - index)));
    expect(await store().prune({ maxRecords: 5 })).toBe(0);
    expect(await store().prune({ maxRecords: 4 })).toBe(1);
    expect(await listed({ limit: 10 })).toEqual(['d', 'c', 'b', 'a']);
    expect(await store().prune({ finishedBeforeMs: 99 })).toBe(2);
    expect(await listed({ limit: 10 })).toEqual(['b', 'a']);
    expect(await store().prune({ maxRecords: 0 })).toBe(2);
    expect(store().stats().records).toBe(0);
  });

  test('prune takes the blobs of the jobs that it drops, and no others', async () => {
    await store().putRecords([record('j1', 1), record('j10', 2)]);
    for (const name of ['j1/result', 'j1/log/1', 'j10/result', 'j1x', 'j1']) await store().putBlob(name, bytes(name));
    expect(await store().prune({ maxRecords: 1 })).toBe(1);
    expect(await store().getBlob('j1/result')).toBeUndefined();
    expect(await store().getBlob('j1/log/1')).toBeUndefined();
    for (const name of ['j10/result', 'j1x', 'j1']) expect(text(await store().getBlob(name))).toBe(name);
  });

  test('prune drops records until their blobs are few enough, those that finished first before others', async () => {
    await store().putRecords([record('a', 3), record('b', 1), record('c', 2)]);
    for (const jobId of ['a', 'b', 'c']) await store().putBlob(`${jobId}/log`, new Uint8Array(100_000));
    await store().putBlob('a/log', new Uint8Array(150_000));
    expect(store().stats().blobBytes).toBe(350_000);
    expect(await store().prune({ maxBlobBytes: 350_000 })).toBe(0);
    expect(await store().prune({ maxBlobBytes: 249_999 })).toBe(2);
    expect(await listed({ limit: 10 })).toEqual(['a']);
    expect(store().stats()).toMatchObject({ blobs: 1, blobBytes: 150_000 });
    await store().deleteBlob('a/log');
    await store().deleteBlob('a/log');
    expect(store().stats().blobBytes).toBe(0);
  });

  test('prune of more records than one transaction takes drops them all', async () => {
    const many = Array.from({ length: 1_203 }, (_, index) => record(`j${String(index).padStart(5, '0')}`, index));
    await store().putRecords(many);
    expect(await store().prune({ maxRecords: 2 })).toBe(1_201);
    expect(await listed({ limit: 10 })).toEqual(['j01202', 'j01201']);
  });
}

function blobTests(store: () => TaskStore): void {
  async function* pieces(...parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
    for (const part of parts) yield await Promise.resolve(part);
  }

  /** Not toEqual, which takes a second for each large array. */
  const isEqual = (found: Uint8Array | undefined, expected: Uint8Array): boolean =>
    found !== undefined && Buffer.compare(found, expected) === 0;
  const large = Uint8Array.from({ length: 200_000 }, (_, index) => (index * 7) & 0xff);

  test('a blob is read as a whole and in ranges, wherever they begin', async () => {
    await store().putBlob('a', large);
    expect(isEqual(await store().getBlob('a'), large)).toBe(true);
    const edges = [0, 1, 65_535, 65_536, 65_537, 131_072, 199_999, 200_000, 300_000];
    for (const offset of edges) {
      for (const length of [0, 1, 65_536, 70_000, 400_000]) {
        const found = await store().getBlob('a', { offset, length });
        expect(isEqual(found, large.subarray(offset, offset + length))).toBe(true);
      }
    }
  });

  test('a blob may come in pieces, and an empty one is there', async () => {
    await store().putBlob('a', pieces(large.subarray(0, 3), large.subarray(3, 3), large.subarray(3)));
    await store().putBlob('empty', pieces());
    expect(isEqual(await store().getBlob('a'), large)).toBe(true);
    expect(await store().getBlob('empty')).toEqual(new Uint8Array(0));
    expect(await store().getBlob('none')).toBeUndefined();
  });

  test('putting a blob again replaces it, also by a shorter one; deleting it twice is fine', async () => {
    await store().putBlob('a', large);
    await store().putBlob('a/b', bytes('other'));
    await store().putBlob('a', bytes('short'));
    expect(text(await store().getBlob('a'))).toBe('short');
    await store().deleteBlob('a');
    await store().deleteBlob('a');
    expect(await store().getBlob('a')).toBeUndefined();
    expect(text(await store().getBlob('a/b'))).toBe('other');
    expect(store().stats().blobs).toBe(1);
  });

  test('a source that fails leaves the blob as it was', async () => {
    await store().putBlob('a', bytes('before'));
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(large);
      throw new Error('the worker is gone');
    }
    await expect(store().putBlob('a', failing())).rejects.toThrow('the worker is gone');
    expect(text(await store().getBlob('a'))).toBe('before');
  });
}
