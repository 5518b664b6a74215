import { copyFileSync, readFileSync, rmSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { seal, uint64Key } from './bytes.js';
import { encodeEntry } from './entry-record.js';
import { encodePeers, encodePromise, MANIFEST_KEY, PEERS_KEY, PROMISE_KEY } from './head-records.js';
import { getBytes, openEnvironment } from './lmdb-environment.js';
import type { WriteSink } from './lmdb-environment.js';
import { LOG_TREE_NAMES } from './lmdb-log-open.js';
import type { LogEnvironment, LogTreeName } from './lmdb-log-open.js';
import { openLogStore } from './lmdb-log-store.js';
import type { LogStore } from './log-store.js';
import { checkSnapshots } from './snapshot-check.js';
import {
  accept,
  ballotOf,
  entryOf,
  factsOf,
  identityOf,
  newDirectory,
  removeDirectories,
  textOf,
} from './storage.spec-support.js';

const open: LogStore[] = [];
let directory: string;

async function openLog(): Promise<LogStore> {
  const log = await openLogStore({ directory, identityIfNew: () => identityOf('c1'), onFatal: () => undefined });
  open.push(log);
  return log;
}

const dataFile = (): string => join(directory, 'log', 'data.mdb');

/** Writes past the log, as damage would. */
async function tamper(write: (environment: LogEnvironment, sink: WriteSink) => void): Promise<void> {
  const environment = openEnvironment<LogTreeName>({
    path: join(directory, 'log'),
    treeNames: LOG_TREE_NAMES,
    mapSizeBytes: 2 ** 24,
  });
  await environment.commit((sink) => write(environment, sink));
  await environment.close();
}

beforeEach(async () => {
  directory = newDirectory();
  const log = await openLog();
  await log.append([{ kind: 'promised', ballot: ballotOf(2) }]);
  for (let slot = 1; slot <= 300; slot++) void log.append([accept(slot, `text ${String(slot)}`)]);
  await log.append([
    { kind: 'promised', ballot: ballotOf(3) },
    { kind: 'chosenThrough', slot: 250 },
  ]);
  await log.close();
});

afterEach(async () => {
  for (const log of open.splice(0)) await log.close();
  removeDirectories();
});

/** Raises the manifest's commit sequence, as every commit of the log does, so that only the damage in question is found. */
function keepSequence(environment: LogEnvironment, sink: WriteSink): void {
  const manifest = Buffer.from(getBytes(environment.trees.head, MANIFEST_KEY) ?? []);
  manifest.writeBigUInt64BE(manifest.readBigUInt64BE(5) + 1n, 5);
  sink.put(environment.trees.head, MANIFEST_KEY, seal(manifest));
}

function codeOf(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return (error as { code: unknown }).code;
  }
}

test('a listed slot whose record vanished is unknown, bounds what is chosen, and is repaired by accepting it again', async () => {
  await tamper((environment, sink) => {
    sink.remove(environment.trees.entries, uint64Key(100));
    keepSequence(environment, sink);
  });
  const log = await openLog();
  expect(log.recover()).toMatchObject({ unknownSlots: [100], chosenThroughSlot: 99, lastSlot: 300 });
  expect(log.recover().accepted).toHaveLength(200);
  expect(codeOf(() => log.read(100, 101, 1e6))).toBe('slotUnknown');
  expect(log.read(98, 101, 1e6).map((entry) => entry.slot)).toEqual([98, 99]);
  await log.close();
  const again = await openLog();
  expect(again.recover().unknownSlots).toEqual([100]);
  await again.append([accept(100, 'repaired', 9)]);
  await again.close();
  const repaired = await openLog();
  expect(repaired.recover()).toMatchObject({ unknownSlots: [] });
  expect(repaired.read(100, 100, 1e6).map(textOf)).toEqual(['repaired']);
});

test('a valid record of an older commit, brought back by an old page, is unknown', async () => {
  await tamper((environment, sink) => {
    sink.put(environment.trees.entries, uint64Key(7), encodeEntry(entryOf(7, 'older', 0)).bytes);
    keepSequence(environment, sink);
  });
  expect((await openLog()).recover().unknownSlots).toEqual([7]);
});

test.each([
  ['its text', -1],
  ['its ballot', 21],
])('P14: one flipped bit in %s makes a record unknown, though it says the checksum that it had', async (_what, at) => {
  await tamper((environment, sink) => {
    const record = Buffer.from(getBytes(environment.trees.entries, uint64Key(270)) ?? []);
    const offset = at < 0 ? record.length + at : at;
    record[offset] = (record[offset] ?? 0) ^ 1;
    sink.put(environment.trees.entries, uint64Key(270), record);
    keepSequence(environment, sink);
  });
  const log = await openLog();
  expect(log.recover().unknownSlots).toEqual([270]);
  expect(codeOf(() => log.read(270, 270, 1e6))).toBe('slotUnknown');
});

test('a record in a slot that is listed as a hole makes it unknown', async () => {
  const log = await openLog();
  await log.append([accept(305, 'after a hole')]);
  await log.close();
  await tamper((environment, sink) => {
    sink.put(environment.trees.entries, uint64Key(303), encodeEntry(entryOf(303, 'where from?')).bytes);
    keepSequence(environment, sink);
  });
  expect((await openLog()).recover()).toMatchObject({ unknownSlots: [303], lastSlot: 305 });
});

test('a digest that vanished makes its whole block unknown, no more', async () => {
  await tamper((environment, sink) => {
    sink.remove(environment.trees.digests, uint64Key(1));
    keepSequence(environment, sink);
  });
  const { unknownSlots } = (await openLog()).recover();
  expect(unknownSlots).toEqual(Array.from({ length: 128 }, (_, index) => 129 + index));
});

test('P14: with a digest vanishes what was known of holes: they are unknown, not empty', async () => {
  const log = await openLog();
  await log.append([accept(305, 'after a hole')]);
  await log.close();
  await tamper((environment, sink) => {
    sink.remove(environment.trees.digests, uint64Key(2));
    keepSequence(environment, sink);
  });
  const { unknownSlots } = (await openLog()).recover();
  expect(unknownSlots).toEqual(Array.from({ length: 305 - 256 }, (_, index) => 257 + index));
});

test('a digest and records of an older commit, consistent with each other, make everything unknown', async () => {
  let digest: Buffer | undefined;
  let record: Buffer | undefined;
  await tamper((environment, sink) => {
    digest = getBytes(environment.trees.digests, uint64Key(0));
    record = getBytes(environment.trees.entries, uint64Key(5));
    keepSequence(environment, sink);
  });
  const log = await openLog();
  await log.append([accept(5, 'newer', 4)]);
  await log.close();
  await tamper((environment, sink) => {
    sink.put(environment.trees.digests, uint64Key(0), digest ?? Buffer.alloc(0));
    sink.put(environment.trees.entries, uint64Key(5), record ?? Buffer.alloc(0));
    keepSequence(environment, sink);
  });
  expect((await openLog()).recover().unknownSlots).toHaveLength(300);
});

test.each([
  ['gone', undefined],
  ['an older one', encodePromise(ballotOf(2))],
  ['damaged', Buffer.alloc(25)],
])('a promise record that is %s: the disk is lost', async (_, bytes) => {
  await tamper((environment, sink) => {
    if (bytes === undefined) sink.remove(environment.trees.head, PROMISE_KEY);
    else sink.put(environment.trees.head, PROMISE_KEY, bytes);
    keepSequence(environment, sink);
  });
  await expect(openLog()).rejects.toMatchObject({ code: 'promiseDamaged' });
  await expect(openLog()).rejects.toMatchObject({ code: 'promiseDamaged' });
});

test('damage below an image is of no harm, bounds nothing, is told apart from damage above, and is repaired the same way', async () => {
  await tamper((environment, sink) => {
    for (const slot of [100, 240, 280]) sink.remove(environment.trees.entries, uint64Key(slot));
    keepSequence(environment, sink);
  });
  const log = await openLog();
  expect(log.recover(200)).toMatchObject({ chosenThroughSlot: 239, damagedSlots: [100], unknownSlots: [240, 280] });
  const beside = log.recover(260);
  expect(beside).toMatchObject({ chosenThroughSlot: 260, damagedSlots: [100, 240], unknownSlots: [280] });
  expect(beside.accepted.map(({ slot }) => slot)).toEqual(
    Array.from({ length: 40 }, (_, index) => 261 + index).filter((slot) => slot !== 280),
  );
  expect(log.read(239, 241, 1e6).map(({ slot }) => slot)).toEqual([239]);
  expect(codeOf(() => log.read(240, 241, 1e6))).toBe('slotUnknown');
  await log.append([accept(240, 'repaired'), accept(100, 'repaired')]);
  expect(log.read(239, 241, 1e6)).toHaveLength(3);
  await log.close();
  expect((await openLog()).recover(260)).toMatchObject({ damagedSlots: [], unknownSlots: [280] });
});

test('a record that is damaged while the log is open stops the read before it, and is named when it comes first', async () => {
  const log = await openLog();
  const other = openEnvironment<LogTreeName>({
    path: join(directory, 'log'),
    treeNames: LOG_TREE_NAMES,
    mapSizeBytes: 2 ** 24,
  });
  await other.commit((sink) => sink.put(other.trees.entries, uint64Key(20), Buffer.alloc(60)));
  expect(log.read(18, 25, 1e6).map(({ slot }) => slot)).toEqual([18, 19]);
  expect(factsOf(() => log.read(20, 25, 1e6))).toEqual({ code: 'slotUnknown', slot: 20 });
  await log.append([accept(20, 'fetched again')]);
  expect(log.read(18, 25, 1e6)).toHaveLength(8);
  await other.close();
});

test('what is trimmed takes its damage with it, and the sum of the digests stays right', async () => {
  await tamper((environment, sink) => {
    sink.remove(environment.trees.entries, uint64Key(100));
    sink.remove(environment.trees.digests, uint64Key(1));
    keepSequence(environment, sink);
  });
  const log = await openLog();
  expect(log.recover(300).damagedSlots).toHaveLength(129);
  await log.append([{ kind: 'trimmed', throughSlot: 120 }]);
  await log.close();
  const second = await openLog();
  expect(second.recover(300).damagedSlots).toHaveLength(128);
  await second.append([{ kind: 'trimmed', throughSlot: 270 }]);
  await second.close();
  expect((await openLog()).recover(270)).toMatchObject({ damagedSlots: [], unknownSlots: [], lastSlot: 300 });
});

test.each([
  ['gone', undefined],
  ['an older one', encodePeers(new Map([['c2', 'storage-2']]))],
  ['damaged', Buffer.alloc(40)],
])('I10: a record of peers that is %s: refused, for a peer could come back as another', async (_, bytes) => {
  const log = await openLog();
  await log.append([{ kind: 'peer', nodeId: 'c2', storageId: 'storage-2' }]);
  await log.append([{ kind: 'peer', nodeId: 'c3', storageId: 'storage-3' }]);
  await log.close();
  await tamper((environment, sink) => {
    if (bytes === undefined) sink.remove(environment.trees.peers, PEERS_KEY);
    else sink.put(environment.trees.peers, PEERS_KEY, bytes);
    keepSequence(environment, sink);
  });
  for (let times = 0; times < 2; times++) {
    await expect(openLog()).rejects.toMatchObject({ code: 'storeDamaged' });
  }
});

test('the head tree stays one leaf, which the check of snapshots relies on, whatever members and peers there are', async () => {
  const fresh = newDirectory();
  const initialMembers = Array.from({ length: 60 }, (_, index) => ({
    id: `coordinator-${String(index)}`.padEnd(60, 'x'),
    address: `host-${String(index)}.example.com:7401`,
  }));
  for (const members of [initialMembers.slice(0, 13), initialMembers]) {
    directory = `${fresh}/${String(members.length)}`;
    const identity = { ...identityOf('c1'), initialMembers: members };
    const log = await openLogStore({ directory, identityIfNew: () => identity, onFatal: () => undefined });
    open.push(log);
    await log.append([{ kind: 'promised', ballot: ballotOf(7, 'n'.repeat(255)) }]);
    for (const { id } of members) await log.append([{ kind: 'peer', nodeId: id, storageId: 's'.repeat(255) }]);
    await log.close();
    expect(checkSnapshots(dataFile(), 'head').kind).toBe('intact');
    const again = await openLog();
    expect([again.identity.initialMembers, again.recover().peers.size]).toEqual([members, members.length]);
    await again.close();
  }
  directory = fresh;
});

test('a commit that did not raise the sequence is found: the snapshots are not consecutive', async () => {
  await tamper((environment, sink) => sink.remove(environment.trees.entries, uint64Key(300)));
  await expect(openLog()).rejects.toMatchObject({ code: 'storeDamaged' });
});

test('a log that is gone, blank or cut short in a formatted directory is never formatted again', async () => {
  const file = dataFile();
  const kept = `${file}.kept`;
  copyFileSync(file, kept);
  const breakages = [
    (): void => unlinkSync(file),
    (): void => truncateSync(file),
    (): void => truncateSync(file, 5_000),
  ];
  for (const breakIt of [...breakages, (): void => writeFileSync(file, Buffer.alloc(40_960))]) {
    breakIt();
    await expect(openLog()).rejects.toMatchObject({ name: 'StorageError' });
    copyFileSync(kept, file);
  }
  expect((await openLog()).recover().lastSlot).toBe(300);
});

test('the identity file is written again when damaged, and refused when it is of another storage id', async () => {
  const file = join(directory, 'identity');
  const right = readFileSync(file);
  for (const damaged of [Buffer.alloc(0), Buffer.from('{')]) {
    writeFileSync(file, damaged);
    await (await openLog()).close();
    expect(readFileSync(file)).toEqual(right);
  }
  writeFileSync(file, JSON.stringify(identityOf('other')));
  await expect(openLog()).rejects.toMatchObject({ code: 'unsupportedFormat' });
  rmSync(file);
  await (await openLog()).close();
  expect(readFileSync(file)).toEqual(right);
});

test.each([0, 1])(
  'every bit of the transaction id in meta page %i: LMDB never opens an older snapshot in silence',
  (page) => {
    const file = dataFile();
    const bytes = readFileSync(file);
    expect(checkSnapshots(file, 'head').kind).toBe('intact');
    for (let bit = 0; bit < 64; bit++) {
      const at = page * 4096 + 152 + (bit >> 3);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit & 7));
      writeFileSync(file, bytes);
      expect(checkSnapshots(file, 'head').kind).toBe('damaged');
      bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit & 7));
    }
  },
);
