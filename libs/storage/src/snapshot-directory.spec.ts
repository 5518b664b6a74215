import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ImageStore } from './image-store.js';
import { batchAt, contentOf, openImage, recordsOf } from './image.spec-support.js';
import type { IncomingSnapshot } from './incoming-snapshot.js';
import { SnapshotDirectory } from './snapshot-directory.js';
import type { SnapshotDirectoryOptions } from './snapshot-directory.js';
import type { SnapshotOffer } from './snapshot-format.js';
import type { SnapshotReader } from './snapshot-reader.js';
import { newDirectory, removeDirectories } from './storage.spec-support.js';

const opened: { close(): Promise<void> }[] = [];
let nowMs: number;

beforeEach(() => {
  nowMs = Date.now();
});

afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close();
  removeDirectories();
});

interface Node {
  readonly directory: string;
  readonly image: ImageStore;
  readonly snapshots: SnapshotDirectory;
  reopen(more?: Partial<SnapshotDirectoryOptions>): Promise<SnapshotDirectory>;
}

/** A node with an image of `slot`, or with none. */
async function nodeAt(slot: number, records = 200): Promise<Node> {
  const directory = newDirectory();
  const image = await openImage(directory);
  opened.push(image);
  if (slot > 0) await image.write(batchAt(slot, recordsOf(records, 'first')));
  const options = { directory, image, clusterId: 'cluster', groupId: 1, chunkBytes: 1_000, wallMs: () => nowMs };
  const open = async (more: Partial<SnapshotDirectoryOptions> = {}): Promise<SnapshotDirectory> => {
    const snapshots = await SnapshotDirectory.open({ ...options, ...more });
    opened.push(snapshots);
    return snapshots;
  };
  return { directory, image, snapshots: await open(), reopen: open };
}

async function latest(node: Node, aboveSlot = 0, resumeId?: string): Promise<SnapshotReader> {
  const reader = await node.snapshots.latest({ aboveSlot, resumeId });
  if (reader === undefined) throw new Error('no snapshot');
  opened.push(reader);
  return reader;
}

async function send(from: SnapshotReader, to: IncomingSnapshot, chunks: number): Promise<void> {
  for (let count = 0; count < chunks && !to.hasAll; count++) {
    const { index, data, checksum } = await from.chunk(to.nextChunk);
    expect(await to.add(index, data, checksum)).toBe(true);
  }
}

const filesOf = (node: Node): string[] => readdirSync(join(node.directory, 'snapshots')).sort();

test('a snapshot is handed out again while it is young or as new as the image, and made anew after that', async () => {
  const node = await nodeAt(10);
  const first = await latest(node);
  expect(first.info.slot).toBe(10);
  nowMs += 3_600_000;
  expect((await latest(node)).info).toEqual(first.info);
  await node.image.write(batchAt(20, recordsOf(5, 'second')));
  const second = await latest(node);
  expect(second.info.slot).toBe(20);
  await node.image.write(batchAt(30, recordsOf(5, 'third')));
  nowMs += 299_000;
  expect((await latest(node)).info.slot).toBe(20);
  expect((await latest(node, 20)).info.slot).toBe(30);
  expect(filesOf(node)).toEqual(['outgoing.snapshot']);
  await first.verify();
  await second.verify();
});

test('a receiver that has some chunks gets the rest of the same snapshot, however old it is', async () => {
  const node = await nodeAt(10);
  const first = await latest(node);
  await node.image.write(batchAt(20, recordsOf(5, 'second')));
  nowMs += 3_600_000;
  expect((await latest(node, 0, first.info.snapshotId)).info.slot).toBe(10);
  expect((await latest(node, 10, first.info.snapshotId)).info.slot).toBe(20);
  expect((await latest(node, 0, first.info.snapshotId)).info.slot).toBe(20);
});

test('nothing is handed out where there is no image above the slot that is asked for', async () => {
  const node = await nodeAt(10);
  expect(await node.snapshots.latest({ aboveSlot: 10 })).toBeUndefined();
  expect(await (await nodeAt(0)).snapshots.latest({ aboveSlot: 0 })).toBeUndefined();
  expect(filesOf(node)).toEqual([]);
});

test('several that ask at once share one that is made', async () => {
  const node = await nodeAt(10);
  const opening = jest.spyOn(node.image, 'openReading');
  const readers = await Promise.all([1, 2, 3].map(() => latest(node)));
  expect(readers.map(({ info }) => info.slot)).toEqual([10, 10, 10]);
  expect(opening).toHaveBeenCalledTimes(1);
});

test('the snapshot to hand out survives a restart; leftovers and damaged files do not', async () => {
  const node = await nodeAt(10);
  const { info } = await latest(node);
  const path = join(node.directory, 'snapshots');
  writeFileSync(join(path, 'outgoing.snapshot.part'), 'half');
  writeFileSync(join(path, 'received.snapshot'), 'damaged');
  mkdirSync(join(path, 'something'));
  await node.image.write(batchAt(11, []));
  const again = await node.reopen();
  expect(filesOf(node)).toEqual(['outgoing.snapshot']);
  const reader = await again.latest({ aboveSlot: 0 });
  expect(reader?.info).toEqual(info);
  await reader?.close();
  truncateSync(join(path, 'outgoing.snapshot'), 1_000);
  const third = await node.reopen();
  expect(filesOf(node)).toEqual([]);
  const made = await third.latest({ aboveSlot: 0 });
  expect(made?.info.slot).toBe(11);
  await made?.close();
});

test('one that turns out damaged is forgotten and made anew', async () => {
  const node = await nodeAt(10);
  const { info } = await latest(node);
  const path = join(node.directory, 'snapshots', 'outgoing.snapshot');
  const bytes = readFileSync(path);
  bytes.writeUInt8(bytes.readUInt8(500) ^ 1, 500);
  writeFileSync(path, bytes);
  const reader = await latest(node);
  await expect(reader.chunk(0)).rejects.toMatchObject({ code: 'snapshotDamaged' });
  await node.snapshots.forgetOutgoing('another');
  expect(filesOf(node)).toHaveLength(1);
  await node.snapshots.forgetOutgoing(info.snapshotId);
  expect(filesOf(node)).toEqual([]);
  const anew = await latest(node);
  expect(anew.info).toEqual(info);
  await anew.verify();
});

test('a transfer goes on after a restart of either side, and is installed as it was', async () => {
  const sender = await nodeAt(10);
  const receiver = await nodeAt(0);
  const from = await latest(sender);
  const first = await receiver.snapshots.receive(from.info);
  expect(first.nextChunk).toBe(0);
  await send(from, first, 3);
  await receiver.snapshots.close();
  await sender.image.write(batchAt(20, []));
  const restarted = await (await sender.reopen()).latest({ aboveSlot: 0, resumeId: from.info.snapshotId });
  if (restarted === undefined) throw new Error('it is gone');
  opened.push(restarted);
  expect(restarted.info).toEqual(from.info);
  const second = await (await receiver.reopen()).receive(restarted.info);
  expect([second.nextChunk, second.hasAll]).toEqual([3, false]);
  await send(restarted, second, Infinity);
  const received = await second.complete();
  opened.push(received);
  expect(received.info).toEqual(from.info);
  await receiver.image.replace(received.state, received.records());
  expect(await contentOf(receiver.image.records())).toEqual(await contentOf(from.records()));
  expect(receiver.image.state).toEqual({ slot: 10, stateHash: 'hash-10', records: 200 });
  expect(filesOf(receiver)).toEqual(['received.snapshot']);
});

test('chunks that were half written or damaged while nobody looked are wanted again', async () => {
  const from = await latest(await nodeAt(10));
  const receiver = await nodeAt(0);
  const part = join(receiver.directory, 'snapshots', `${from.info.snapshotId}.part`);
  await send(from, await receiver.snapshots.receive(from.info), 4);
  const whole = readFileSync(part);
  for (const [spoil, wanted] of [
    [() => truncateSync(part, whole.length - 1), 3],
    [() => appendFileSync(part, 'half a chunk'), 4],
    [() => writeFileSync(part, Buffer.concat([whole.subarray(0, 1_500), Buffer.alloc(whole.length - 1_500)])), 1],
    [() => truncateSync(part, 50), 0],
  ] as const) {
    writeFileSync(part, whole);
    spoil();
    const incoming = await receiver.snapshots.receive(from.info);
    expect(incoming.nextChunk).toBe(wanted);
    await send(from, incoming, Infinity);
    await (await incoming.complete()).close();
    await receiver.snapshots.discardIncoming();
    expect(filesOf(receiver)).toEqual([]);
  }
});

test('a chunk that is damaged, out of order or no chunk is refused, and wanted still; one that is here is passed over', async () => {
  const from = await latest(await nodeAt(10));
  const incoming = await (await nodeAt(0)).snapshots.receive(from.info);
  const chunk = await from.chunk(0);
  const damaged = Buffer.from(chunk.data);
  damaged.writeUInt8(damaged.readUInt8(7) ^ 4, 7);
  const refused = (reason: string) => ({ facts: { code: 'chunkRefused', reason } });
  await expect(incoming.add(0, damaged, chunk.checksum)).rejects.toMatchObject(refused('checksum'));
  await expect(incoming.add(1, chunk.data, chunk.checksum)).rejects.toMatchObject(refused('order'));
  // CRC-32 of "abc", from zlib.
  await expect(incoming.add(0, Buffer.from('abc'), 0x352441c2)).rejects.toMatchObject(refused('content'));
  expect(incoming.nextChunk).toBe(0);
  expect(await incoming.add(0, chunk.data, chunk.checksum)).toBe(true);
  expect(await incoming.add(0, chunk.data, chunk.checksum)).toBe(false);
  await send(from, incoming, Infinity);
  const beyond = incoming.add(from.info.chunks, chunk.data, chunk.checksum);
  await expect(beyond).rejects.toMatchObject(refused('order'));
});

test('what is whole but not what was offered is never complete, and goes', async () => {
  const from = await latest(await nodeAt(10));
  const receiver = await nodeAt(0);
  const claims: Partial<SnapshotOffer>[] = [
    { stateHash: 'another' },
    { records: 199 },
    { snapshotId: `10-${'0'.repeat(64)}` },
    { chunks: from.info.chunks - 1 },
  ];
  for (const claim of claims) {
    const incoming = await receiver.snapshots.receive({ ...from.info, ...claim });
    await send(from, incoming, Infinity);
    await expect(incoming.complete()).rejects.toMatchObject({ code: 'snapshotDamaged' });
    expect(filesOf(receiver)).toEqual([]);
  }
});

test('offers that make no sense are refused before anything is written: names are not taken from the network', async () => {
  const { snapshots, directory } = await nodeAt(0);
  const sound = { clusterId: 'cluster', groupId: 1, slot: 10, stateHash: 'h', records: 1, chunks: 1 };
  const snapshotId = `10-${'a'.repeat(64)}`;
  const senseless: SnapshotOffer[] = [
    { ...sound, snapshotId: '../../etc/passwd' },
    { ...sound, snapshotId: `11-${'a'.repeat(64)}` },
    { ...sound, snapshotId, clusterId: 'other' },
    { ...sound, snapshotId, groupId: 2 },
    { ...sound, snapshotId, chunks: -1 },
    { ...sound, snapshotId, records: NaN },
  ];
  for (const offer of senseless) {
    await expect(snapshots.receive(offer)).rejects.toMatchObject({ code: 'snapshotDamaged' });
  }
  expect(readdirSync(join(directory, 'snapshots'))).toEqual([]);
});

test('one snapshot at a time is received; what was received can be taken again, until the image is above it', async () => {
  const sender = await nodeAt(10);
  const receiver = await nodeAt(0);
  const ten = await latest(sender);
  await send(ten, await receiver.snapshots.receive(ten.info), 2);
  await sender.image.write(batchAt(20, []));
  const twenty = await latest(sender, 10);
  const incoming = await receiver.snapshots.receive(twenty.info);
  expect(filesOf(receiver)).toEqual([`${twenty.info.snapshotId}.part`]);
  await send(twenty, incoming, Infinity);
  await (await incoming.complete()).close();
  const restarted = await receiver.reopen();
  const received = await restarted.received();
  expect(received?.info).toEqual(twenty.info);
  await received?.close();
  const again = await restarted.receive(twenty.info);
  expect(again.hasAll).toBe(true);
  await (await again.complete()).close();
  await receiver.image.write(batchAt(20, []));
  await receiver.reopen();
  expect(existsSync(join(receiver.directory, 'snapshots', 'received.snapshot'))).toBe(false);
});
