import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { ImageBatch, ImageReading, ImageRecord, ImageStore } from '@synod/storage';

/** An adapter under test, on storage of its own. */
export interface ImageStoreSubject {
  readonly store: ImageStore;
  /** Opens the same storage without closing the store that is open: must be refused. */
  openAgain(): Promise<ImageStore>;
  /** Closes the store and opens what it left. */
  reopen(): Promise<ImageStore>;
  /** Removes everything. */
  dispose(): Promise<void>;
}

type Content = Readonly<Record<string, string | undefined>>;

const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
const changesOf = (content: Content): ImageBatch['changes'] =>
  Object.entries(content).map(([key, text]) => ({ key, bytes: text === undefined ? undefined : bytesOf(text) }));
const batch = (slot: number, content: Content): ImageBatch => ({
  slot,
  stateHash: `hash-${String(slot)}`,
  changes: changesOf(content),
});
const recordsOf = (content: Readonly<Record<string, string>>): ImageRecord[] =>
  Object.entries(content).map(([key, text]) => ({ key, bytes: bytesOf(text) }));

async function* inChunks(records: readonly ImageRecord[], size = 2): AsyncGenerator<readonly ImageRecord[]> {
  for (let from = 0; from < records.length; from += size) yield records.slice(from, from + size);
}

/** All records, in the order in which they come, as plain text. */
async function contentOf(source: AsyncIterable<readonly ImageRecord[]>): Promise<[string, string][]> {
  const found: [string, string][] = [];
  for await (const chunk of source) {
    for (const { key, bytes } of chunk) found.push([key, Buffer.from(bytes).toString()]);
  }
  return found;
}

function reading(store: ImageStore): ImageReading {
  const opened = store.openReading();
  if (opened === undefined) throw new Error('there is no image');
  return opened;
}

/** What every adapter of the ImageStore port has to do. */
export function imageStoreConformance(name: string, open: () => Promise<ImageStoreSubject>): void {
  describe(`image store (${name})`, () => {
    let subject: ImageStoreSubject;
    let store: ImageStore;

    beforeEach(async () => {
      subject = await open();
      store = subject.store;
    });

    afterEach(() => subject.dispose());

    const reopen = async (): Promise<ImageStore> => (store = await subject.reopen());

    writeTests(() => store, reopen);
    replaceTests(() => store, reopen);
    readingTests(() => store, reopen);

    test('a new store has no image, says so, and gives no records', async () => {
      for (let times = 0; times < 2; times++, await reopen()) {
        expect([store.state, store.absence, store.openReading()]).toEqual([undefined, 'new', undefined]);
        expect(await contentOf(store.records())).toEqual([]);
      }
    });

    test('a second opening is refused while the first has it', async () => {
      await expect(subject.openAgain()).rejects.toMatchObject({ code: 'directoryLocked' });
    });

    test('closing waits for what was written, twice is fine, and a closed store refuses', async () => {
      const written = store.write(batch(1, { a: '1' }));
      await Promise.all([store.close(), store.close()]);
      await written;
      await expect(store.write(batch(2, {}))).rejects.toMatchObject({ code: 'storeClosed' });
      await expect(store.discard()).rejects.toMatchObject({ code: 'storeClosed' });
      expect((await reopen()).state?.slot).toBe(1);
    });
  });
}

function writeTests(store: () => ImageStore, reopen: () => Promise<ImageStore>): void {
  test('batches add, change and remove records; state and count are those of the last', async () => {
    await store().write(batch(3, { a: '1', b: '2', c: '3' }));
    expect(store().state).toEqual({ slot: 3, stateHash: 'hash-3', records: 3 });
    await store().write(batch(7, { b: 'two', c: undefined, d: '', missing: undefined }));
    for (let times = 0; times < 2; times++, await reopen()) {
      expect([store().state, store().absence]).toEqual([{ slot: 7, stateHash: 'hash-7', records: 3 }, undefined]);
      expect(await contentOf(store().records())).toEqual([
        ['a', '1'],
        ['b', 'two'],
        ['d', ''],
      ]);
    }
  });

  test('batches that wait together become durable in order: the last change of a key counts, also within one', async () => {
    const twice = { ...batch(2, {}), changes: [...changesOf({ k: 'x', m: 'm' }), ...changesOf({ k: 'y' })] };
    await Promise.all([store().write(batch(1, { k: '1', gone: '1' })), store().write(twice)]);
    await Promise.all([
      store().write(batch(3, { gone: undefined, k: undefined })),
      store().write(batch(4, { k: '4' })),
    ]);
    const again = await reopen();
    expect(again.state).toEqual({ slot: 4, stateHash: 'hash-4', records: 2 });
    expect(await contentOf(again.records())).toEqual([
      ['k', '4'],
      ['m', 'm'],
    ]);
  });

  test('a batch without changes moves the slot, and an image without records is one', async () => {
    await store().write(batch(5, {}));
    expect((await reopen()).state).toEqual({ slot: 5, stateHash: 'hash-5', records: 0 });
    expect(await contentOf(store().records())).toEqual([]);
  });

  test('the caller may use its buffers again', async () => {
    const bytes = bytesOf('mine');
    const written = store().write({ ...batch(1, {}), changes: [{ key: 'a', bytes }] });
    bytes.fill(0);
    await written;
    expect(await contentOf(store().records())).toEqual([['a', 'mine']]);
  });

  test('an image never goes back, and keys have 1 to 511 bytes', async () => {
    await store().write(batch(5, { ['k'.repeat(511)]: 'longest' }));
    expect(() => store().write(batch(5, {}))).toThrow('never goes back');
    for (const key of ['', 'k'.repeat(512)]) {
      expect(() => store().write(batch(6, { [key]: 'x' }))).toThrow(expect.objectContaining({ code: 'keyTooLong' }));
    }
    await store().write(batch(6, {}));
    expect(store().state).toMatchObject({ slot: 6, records: 1 });
  });

  test('a record of several megabytes comes back as it was', async () => {
    const large = 'abcdefgh'.repeat(512 * 1024);
    await store().write(batch(1, { large, small: 's' }));
    const content = new Map(await contentOf((await reopen()).records()));
    expect([content.get('large') === large, content.get('small')]).toEqual([true, 's']);
  });

  test('discard leaves no image; the next batch begins a new one', async () => {
    await store().write(batch(8, { a: '1', b: '2' }));
    await store().discard();
    for (let times = 0; times < 2; times++, await reopen()) {
      expect([store().state, store().absence]).toEqual([undefined, 'discarded']);
    }
    await store().write(batch(2, { c: '3' }));
    expect((await reopen()).state).toEqual({ slot: 2, stateHash: 'hash-2', records: 1 });
    expect(await contentOf(store().records())).toEqual([['c', '3']]);
  });
}

function replaceTests(store: () => ImageStore, reopen: () => Promise<ImageStore>): void {
  const content = { x1: 'a', x3: 'b', x2: 'out of order', y: 'c' };
  const state = { slot: 90, stateHash: 'other', records: 4 };

  test('replace puts other content in place of all, in whatever order it comes, and batches go on from there', async () => {
    await store().write(batch(3, { a: '1', x1: 'old' }));
    await store().replace(state, inChunks(recordsOf(content)));
    expect([(await reopen()).state, store().absence]).toEqual([state, undefined]);
    await store().write(batch(91, { y: undefined, z: 'new' }));
    expect(await contentOf((await reopen()).records())).toEqual([
      ['x1', 'a'],
      ['x2', 'out of order'],
      ['x3', 'b'],
      ['z', 'new'],
    ]);
    expect(store().state?.records).toBe(4);
  });

  test('replace may go back to an earlier slot, and to nothing at all', async () => {
    await store().write(batch(100, { a: '1' }));
    await store().replace({ slot: 4, stateHash: 'h', records: 0 }, inChunks([]));
    expect((await reopen()).state).toEqual({ slot: 4, stateHash: 'h', records: 0 });
    await store().write(batch(5, {}));
  });

  test('a replacement whose source fails leaves the image as it was before', async () => {
    await store().write(batch(3, { a: '1', b: '2' }));
    const source = async function* (): AsyncGenerator<readonly ImageRecord[]> {
      yield* inChunks(recordsOf({ x: '1' }));
      throw new Error('the peer went away');
    };
    await expect(store().replace(state, source())).rejects.toThrow('the peer went away');
    for (let times = 0; times < 2; times++, await reopen()) {
      expect(store().state).toEqual({ slot: 3, stateHash: 'hash-3', records: 2 });
    }
    await store().write(batch(4, { c: '3' }));
    const all = [
      ['a', '1'],
      ['b', '2'],
      ['c', '3'],
    ];
    expect(await contentOf((await reopen()).records())).toEqual(all);
    await store().replace(state, inChunks(recordsOf(content)));
    expect((await contentOf((await reopen()).records())).map(([key]) => key)).toEqual(['x1', 'x2', 'x3', 'y']);
  });

  test('another number of records than announced is refused', async () => {
    const short = store().replace(state, inChunks(recordsOf({ x: '1' })));
    await expect(short).rejects.toMatchObject({ code: 'imageDamaged' });
    expect([(await reopen()).state, store().absence]).toEqual([undefined, 'new']);
  });

  test('no batch is written while another image takes its place', async () => {
    let failure: unknown;
    const source = async function* (): AsyncGenerator<readonly ImageRecord[]> {
      try {
        await store().write(batch(95, {}));
      } catch (error) {
        failure = error;
      }
      yield* inChunks(recordsOf(content));
    };
    await store().replace(state, source());
    expect(String(failure)).toContain('while another takes its place');
  });
}

function readingTests(store: () => ImageStore, reopen: () => Promise<ImageStore>): void {
  test('a reading shows one moment, whatever is written meanwhile', async () => {
    const before = Object.fromEntries(
      Array.from({ length: 3_000 }, (_, index) => [`k${String(10_000 + index)}`, 'old']),
    );
    await store().write(batch(1, before));
    const opened = reading(store());
    const changed = Object.fromEntries(Object.keys(before).map((key, index) => [key, index % 2 ? undefined : 'new']));
    const found: [string, string][] = [];
    let slot = 1;
    for await (const chunk of opened.records()) {
      found.push(...(await contentOf(inChunks(chunk, chunk.length))));
      slot += 1;
      await store().write(batch(slot, { ...changed, [`a${String(slot)}`]: 'first' }));
    }
    opened.close();
    expect(opened.state).toEqual({ slot: 1, stateHash: 'hash-1', records: 3_000 });
    expect(slot).toBeGreaterThan(2);
    expect(found).toEqual(Object.entries(before));
    const fresh = reading(store());
    expect(fresh.state).toEqual(store().state);
    fresh.close();
    expect((await reopen()).state).toMatchObject({ slot, records: 1_500 + slot - 1 });
  });

  test('a reading outlives the replacement of all, and ends with its store', async () => {
    await store().write(batch(1, { a: '1' }));
    const opened = reading(store());
    await store().replace({ slot: 9, stateHash: 'h', records: 1 }, inChunks(recordsOf({ z: '9' })));
    expect(await contentOf(opened.records())).toEqual([['a', '1']]);
    opened.close();
    opened.close();
    await expect(contentOf(opened.records())).rejects.toMatchObject({ code: 'storeClosed' });
    const left = reading(store());
    await store().close();
    await expect(contentOf(left.records())).rejects.toMatchObject({ code: 'storeClosed' });
  });

  test('records come in the order of the bytes of their keys', async () => {
    const keys = ['\u{10000}', '\ufffd', 'b', 'a/2', 'a/10', 'é', 'a'];
    await store().write(batch(1, Object.fromEntries(keys.map((key) => [key, key]))));
    const found = (await contentOf(store().records())).map(([key]) => key);
    expect(found).toEqual(['a', 'a/10', 'a/2', 'b', 'é', '\ufffd', '\u{10000}']);
  });
}
