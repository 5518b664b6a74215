import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { batchAt, contentOf, inChunks, openImage, OWNER, recordsOf } from './image.spec-support.js';
import type { ImageStore } from './image-store.js';
import { encodeKeyedRecord } from './keyed-record.js';
import { openEnvironment } from './lmdb-environment.js';
import type { WriteSink } from './lmdb-environment.js';
import { IMAGE_MANIFEST_KEY, IMAGE_TREES } from './lmdb-image-open.js';
import type { ImageEnvironment, ImageTreeName } from './lmdb-image-open.js';
import { openImageStore } from './lmdb-image-store.js';
import { newDirectory, removeDirectories } from './storage.spec-support.js';

const opened: ImageStore[] = [];
let directory: string;

async function open(): Promise<ImageStore> {
  const image = await openImage(directory);
  opened.push(image);
  return image;
}

const dataFile = (): string => join(directory, 'image', 'data.mdb');

/** Writes past the store, as damage would. */
async function tamper(write: (environment: ImageEnvironment, sink: WriteSink) => void): Promise<void> {
  const environment = openEnvironment<ImageTreeName>({
    path: join(directory, 'image'),
    treeNames: IMAGE_TREES,
    mapSizeBytes: 2 ** 24,
  });
  await environment.commit((sink) => write(environment, sink));
  await environment.close();
}

beforeEach(async () => {
  directory = newDirectory();
  const image = await open();
  await image.write(batchAt(5, recordsOf(300, 'older')));
  await image.write(batchAt(9, recordsOf(300, 'newer')));
  await image.close();
});

afterEach(async () => {
  for (const image of opened.splice(0)) await image.close();
  removeDirectories();
});

const key = Buffer.from('j/000007');

test.each<[string, (environment: ImageEnvironment, sink: WriteSink) => void]>([
  ['is damaged', ({ trees }, sink) => sink.put(trees.records0, key, Buffer.alloc(40))],
  [
    'is that of another key',
    ({ trees }, sink) => sink.put(trees.records0, key, encodeKeyedRecord(Buffer.from('x'), key)),
  ],
  ['vanished', ({ trees }, sink) => sink.remove(trees.records0, key)],
  [
    'is valid, but of an older batch',
    ({ trees }, sink) => sink.put(trees.records0, key, encodeKeyedRecord(key, Buffer.from('older 7'))),
  ],
  [
    'came from nowhere',
    ({ trees }, sink) => sink.put(trees.records0, Buffer.from('z'), encodeKeyedRecord(Buffer.from('z'), key)),
  ],
])('a record that %s is found when all are read', async (_, write) => {
  await tamper(write);
  const image = await open();
  expect(image.state?.slot).toBe(9);
  await expect(contentOf(image.records())).rejects.toMatchObject({ code: 'imageDamaged' });
  await image.discard();
  await image.write(batchAt(1, recordsOf(10, 'anew')));
  await image.close();
  const again = await open();
  expect(again.state).toEqual({ slot: 1, stateHash: 'hash-1', records: 10 });
  expect((await contentOf(again.records())).size).toBe(10);
});

test.each<[string, (environment: ImageEnvironment, sink: WriteSink) => void]>([
  ['damaged', ({ trees }, sink) => sink.put(trees.head, IMAGE_MANIFEST_KEY, Buffer.alloc(60))],
  ['gone', ({ trees }, sink) => sink.remove(trees.head, IMAGE_MANIFEST_KEY)],
])('a manifest that is %s: no image, and the next batch begins a new one', async (_, write) => {
  await tamper(write);
  const image = await open();
  expect([image.state, image.absence]).toEqual([undefined, 'damaged']);
  await image.write(batchAt(2, recordsOf(3, 'anew')));
  await image.close();
  const again = await open();
  expect([again.state?.records, (await contentOf(again.records())).size]).toEqual([3, 3]);
});

test('a file that LMDB itself refuses is no image and no refusal: it is put aside, and made anew', async () => {
  writeFileSync(dataFile(), Buffer.alloc(statSync(dataFile()).size, 7));
  const image = await open();
  expect([image.state, image.absence]).toEqual([undefined, 'damaged']);
  expect(readFileSync(`${dataFile()}.damaged`)[0]).toBe(7);
  await image.write(batchAt(3, recordsOf(300, 'anew')));
  await image.close();
  const again = await open();
  expect((await contentOf(again.records())).size).toBe(300);
});

test('an image of another owner counts as none, and goes with the first batch', async () => {
  const image = await openImageStore({ directory, owner: `${OWNER}2`, onFatal: () => undefined });
  expect([image.state, image.absence]).toEqual([undefined, 'foreign']);
  await image.write(batchAt(1, recordsOf(1, 'mine')));
  await image.close();
  const again = await open();
  expect([again.state, again.absence]).toEqual([undefined, 'foreign']);
});

test('an older snapshot of LMDB, opened in silence, is the image of an earlier batch as it was', async () => {
  const bytes = readFileSync(dataFile());
  const newest = [0, 1].map((page) => bytes.readBigUInt64LE(page * 4096 + 152));
  const page = (newest[0] ?? 0n) > (newest[1] ?? 0n) ? 0 : 1;
  bytes.writeBigUInt64LE(1n, page * 4096 + 152);
  writeFileSync(dataFile(), bytes);
  const image = await open();
  expect(image.state).toEqual({ slot: 5, stateHash: 'hash-5', records: 300 });
  expect((await contentOf(image.records())).get('j/000007')).toBe('older 7');
});

test('a reading that is not finished in time ends by itself, so that LMDB uses its pages again', async () => {
  const image = await open();
  const reading = image.openReading({ maxDurationMs: 1 });
  const untilItEnds = async (): Promise<void> => {
    for (;;) {
      for await (const chunk of reading?.records() ?? []) expect(chunk.length).toBeGreaterThan(0);
      await nextTurn();
    }
  };
  await expect(untilItEnds()).rejects.toMatchObject({ facts: { code: 'readingTooLong', limitMs: 1 } });
  const growth: number[] = [];
  for (let slot = 10; slot < 40; slot++) {
    await image.write(batchAt(slot, recordsOf(300, `at ${String(slot)}`)));
    growth.push(image.stats().bytesOnDisk);
  }
  expect(growth.at(-1)).toBe(growth[9]);
  reading?.close();
});

test('a replacement goes in transactions of at most 2,000 records, beside the image, which stays until its end', async () => {
  const image = await open();
  await image.write(batchAt(11, recordsOf(10, 'old')));
  const before = image.state;
  const { flushes } = image.stats();
  const source = async function* (): AsyncGenerator<ReturnType<typeof recordsOf>> {
    yield* inChunks(recordsOf(5_000, 'x')) as AsyncGenerator<ReturnType<typeof recordsOf>>;
    expect(image.state).toEqual(before);
  };
  await image.replace({ slot: 50, stateHash: 'h', records: 5_000 }, source());
  expect(image.stats().flushes - flushes).toBe(6);
  expect(image.state).toMatchObject({ slot: 50, records: 5_000 });
});
