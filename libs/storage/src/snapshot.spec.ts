import { copyFileSync, existsSync, readFileSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ImageStore } from './image-store.js';
import { batchAt, contentOf, openImage, recordsOf } from './image.spec-support.js';
import { newMemoryImageDisk, openMemoryImageStore } from './memory-image-store.js';
import { SnapshotReader } from './snapshot-reader.js';
import { writeSnapshot } from './snapshot-writer.js';
import { newDirectory, removeDirectories } from './storage.spec-support.js';

const OPTIONS = { clusterId: 'cluster', groupId: 1, chunkBytes: 4096 };
const opened: { close(): Promise<void> }[] = [];
let directory: string;
let path: string;

beforeEach(() => {
  directory = newDirectory();
  path = join(directory, 'snapshot');
});

afterEach(async () => {
  for (const each of opened.splice(0)) await each.close();
  removeDirectories();
});

async function imageOf(count: number): Promise<ImageStore> {
  const image = await openImage(directory);
  opened.push(image);
  await image.write(batchAt(10, recordsOf(count, 'ten')));
  return image;
}

async function read(from = path): Promise<SnapshotReader> {
  const reader = await SnapshotReader.open(from);
  opened.push(reader);
  return reader;
}

test('a snapshot holds what the image held, in chunks of about the size asked for', async () => {
  const info = await writeSnapshot(await imageOf(1_000), path, OPTIONS);
  const reader = await read();
  expect(reader.info).toEqual(info);
  expect(info).toMatchObject({ clusterId: 'cluster', groupId: 1, slot: 10, stateHash: 'hash-10', records: 1_000 });
  expect(info?.snapshotId).toMatch(/^10-[0-9a-f]{64}$/);
  expect(reader.state).toEqual({ slot: 10, stateHash: 'hash-10', records: 1_000 });
  const sizes = [];
  for (let index = 0; index < reader.info.chunks; index++) sizes.push((await reader.chunk(index)).data.length);
  expect(sizes.length).toBeGreaterThan(4);
  for (const size of sizes.slice(0, -1)) expect(size).toBeGreaterThanOrEqual(4_096);
  expect(Math.max(...sizes)).toBeLessThan(4_200);
  expect(sizes.reduce((total, size) => total + size)).toBe(info?.bytes);
  await reader.verify();
  expect([...(await contentOf(reader.records()))]).toEqual([...(await contentOf((opened[0] as ImageStore).records()))]);
});

test('two images of one state make the same bytes, whatever their adapter; another hash or chunk size makes others', async () => {
  const first = await writeSnapshot(await imageOf(300), path, OPTIONS);
  const memory = openMemoryImageStore({ disk: newMemoryImageDisk() });
  await memory.write(batchAt(10, recordsOf(300, 'ten').reverse()));
  const second = await writeSnapshot(memory, `${path}2`, OPTIONS);
  expect(second).toEqual(first);
  expect(readFileSync(`${path}2`)).toEqual(readFileSync(path));
  const coarse = await writeSnapshot(memory, `${path}2`, { ...OPTIONS, chunkBytes: 1e6 });
  expect(coarse?.snapshotId).not.toBe(first?.snapshotId);
  await memory.write({ ...batchAt(11, []), stateHash: 'hash-10' });
  const later = await writeSnapshot(memory, `${path}2`, OPTIONS);
  expect(later?.snapshotId).not.toBe(first?.snapshotId);
});

test('an image without records has a snapshot without chunks; no image has none', async () => {
  const image = await openImage(directory);
  opened.push(image);
  expect(await writeSnapshot(image, path, OPTIONS)).toBeUndefined();
  expect(existsSync(path)).toBe(false);
  await image.write(batchAt(3, []));
  expect(await writeSnapshot(image, path, OPTIONS)).toMatchObject({ slot: 3, records: 0, chunks: 0, bytes: 0 });
  const reader = await read();
  await reader.verify();
  expect(await contentOf(reader.records())).toEqual(new Map());
});

test('a snapshot is of one slot, though batches become durable while it is written', async () => {
  const image = await imageOf(5_000);
  const before = await contentOf(image.records());
  let [slot, isDone] = [10, false];
  const writing = writeSnapshot(image, path, OPTIONS).finally(() => (isDone = true));
  while (!isDone) await image.write(batchAt(++slot, recordsOf(200, `at ${String(slot)}`)));
  expect(await writing).toMatchObject({ slot: 10, stateHash: 'hash-10', records: 5_000 });
  expect(slot).toBeGreaterThan(11);
  const reader = await read();
  await reader.verify();
  expect(await contentOf(reader.records())).toEqual(before);
});

test('one that takes too long is given up, leaves nothing, and does not touch the one before', async () => {
  const image = await imageOf(3_000);
  await writeSnapshot(image, path, OPTIONS);
  const kept = readFileSync(path);
  let nowMs = 0;
  const slow = openMemoryImageStore({ disk: newMemoryImageDisk(), monotonicMs: () => (nowMs += 100_000) });
  await slow.write(batchAt(11, recordsOf(3_000, 'eleven')));
  for (const [source, options] of [
    [image, { ...OPTIONS, maxDurationMs: 1 }],
    [slow, OPTIONS],
  ] as const) {
    await expect(writeSnapshot(source, path, options)).rejects.toMatchObject({ code: 'readingTooLong' });
    expect(readFileSync(path)).toEqual(kept);
    expect(readdirSync(directory).filter((name) => name.endsWith('.part'))).toEqual([]);
  }
});

test('a damaged image makes no snapshot', async () => {
  const disk = newMemoryImageDisk();
  const image = openMemoryImageStore({ disk });
  await image.write(batchAt(1, recordsOf(10, 'x')));
  disk.damagedKeys.add('j/000004');
  await expect(writeSnapshot(image, path, OPTIONS)).rejects.toMatchObject({ code: 'imageDamaged' });
  expect(readdirSync(directory)).toEqual([]);
});

test('where the file system refuses, its code is told', async () => {
  const image = await imageOf(10);
  const there = join(directory, 'nowhere', 'snapshot');
  const refused = { facts: { code: 'snapshotFailed', path: there, reason: 'ENOENT' } };
  await expect(writeSnapshot(image, there, OPTIONS)).rejects.toMatchObject(refused);
  await expect(SnapshotReader.open(there)).rejects.toMatchObject(refused);
});

/** `opens`, `chunk` or `digest`: where damage shows; `never` must not happen. */
async function whereItShows(file: string): Promise<string> {
  let reader: SnapshotReader;
  try {
    reader = await SnapshotReader.open(file);
  } catch (error) {
    const { code } = error as { code: string };
    return code === 'snapshotDamaged' || code === 'unsupportedFormat' ? 'opening' : `wrong ${String(error)}`;
  }
  try {
    await contentOf(reader.records());
    await reader.verify();
    return 'never';
  } catch (error) {
    return (error as { code: string }).code === 'snapshotDamaged' ? 'reading' : `wrong ${String(error)}`;
  } finally {
    await reader.close();
  }
}

test('every flipped bit in a snapshot shows, when it is opened or when it is read', async () => {
  await writeSnapshot(await imageOf(60), path, { ...OPTIONS, chunkBytes: 500 });
  const right = readFileSync(path);
  const counts = new Map<string, number>();
  const step = Number(process.env['SYNOD_SNAPSHOT_FLIP_STEP'] ?? 13);
  for (let bit = 0; bit < right.length * 8; bit += step) {
    const bytes = Buffer.from(right);
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    writeFileSync(`${path}.flipped`, bytes);
    const shown = await whereItShows(`${path}.flipped`);
    counts.set(shown, (counts.get(shown) ?? 0) + 1);
  }
  expect([...counts.keys()].sort()).toEqual(['opening', 'reading']);
});

test('a snapshot that is cut short anywhere is refused', async () => {
  await writeSnapshot(await imageOf(60), path, { ...OPTIONS, chunkBytes: 500 });
  for (let length = statSync(path).size - 1; length >= 0; length -= 17) {
    copyFileSync(path, `${path}.cut`);
    truncateSync(`${path}.cut`, length);
    expect(await whereItShows(`${path}.cut`)).toBe('opening');
  }
});
