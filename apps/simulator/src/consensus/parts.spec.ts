import { SeededRandom, VirtualClock } from '@synod/testkit';
import { Counts } from '../events.js';
import { SimulatedImageStore } from './image-store.js';
import type { StoredImage } from './image-store.js';
import { hashOf } from './image-store.js';
import { decodeCommand, encodeCommand, KeyValueMachine } from './key-value.js';
import type { KvInput } from './key-value.js';
import { LogImage } from './log-image.js';
import { jsonCodec, packetCodec } from './packet.js';
import type { SnapshotBody } from './packet.js';
import { SnapshotTransfer } from './snapshot-transfer.js';

const ballot = { round: 1, priority: 0, nodeId: 'c1' };
const entryOf = (input: KvInput, sequence: number, lowest = 0) => ({
  kind: 'commands' as const,
  commands: [encodeCommand({ client: 1, sequence, lowest, input }, 3)],
});
const append = (value: string): KvInput => ({ kind: 'append', key: 'k', value });

function logWith(slots: number): LogImage {
  const log = new LogImage();
  for (let slot = 1; slot <= slots; slot += 1) {
    log.store({ kind: 'accepted', accepted: { slot, ballot, entry: { kind: 'noop' } } });
  }
  log.store({ kind: 'chosenThrough', slot: slots });
  return log;
}

describe('a log on the disk', () => {
  it('is replayed above the image, through the first record that cannot be read', () => {
    const log = logWith(9);
    log.damage(2);
    log.damage(7);
    const { durable, replay } = log.load(4);
    expect(replay.map(({ slot }) => slot)).toEqual([5, 6]);
    expect(durable).toMatchObject({ chosenThroughSlot: 6, damagedSlots: [2], unknownSlots: [7], imageSlot: 4 });
    expect(durable.accepted.map(({ slot }) => slot)).toEqual([8, 9]);
  });

  it('without its image is not replayed from where it is cut', () => {
    const log = logWith(9);
    log.store({ kind: 'trimmed', throughSlot: 5 });
    expect(log.load(0)).toMatchObject({ replay: [], durable: { chosenThroughSlot: 0, trimmedThroughSlot: 5 } });
  });

  it('with a gap under the image, after a snapshot, says how far it knows itself', () => {
    const log = logWith(3);
    log.store({ kind: 'accepted', accepted: { slot: 9, ballot, entry: { kind: 'noop' } } });
    const { durable, replay } = log.load(8);
    expect(durable).toMatchObject({ chosenThroughSlot: 8, logChosenThroughSlot: 3, trimmedThroughSlot: 0 });
    expect([durable.accepted.map(({ slot }) => slot), replay]).toEqual([[9], []]);
  });

  it('gives entries through the first damaged one, and says which that is; writing it anew repairs it', () => {
    const log = logWith(5);
    log.damage(4);
    expect(log.entries(2, 5, 1_000)).toMatchObject({ entries: [{ slot: 2 }, { slot: 3 }], damagedSlot: 4 });
    log.store({ kind: 'accepted', accepted: { slot: 4, ballot, entry: { kind: 'noop' } } });
    expect(log.entries(4, 5, 1_000).damagedSlot).toBeUndefined();
    expect(log.repaired).toBe(1);
  });

  it('takes writes back in the reverse order, as a power cut does to a disk that lied', () => {
    const log = logWith(2);
    const before = log.load(0).durable;
    const undo = [
      log.store({ kind: 'promised', ballot }),
      log.store({ kind: 'accepted', accepted: { slot: 3, ballot, entry: { kind: 'noop' } } }),
      log.store({ kind: 'peer', nodeId: 'c2', storageId: 'd' }),
      log.store({ kind: 'trimmed', throughSlot: 1 }),
    ];
    for (const takeBack of undo.reverse()) takeBack();
    expect(log.load(0).durable).toEqual(before);
  });
});

describe('the store of clients', () => {
  it('does a command once, however often it is in the log, and forgets what nobody waits for (P9)', () => {
    const machine = new KeyValueMachine();
    expect(machine.apply(1, entryOf(append('a'), 1))).toEqual(['.a']);
    expect(machine.apply(2, entryOf(append('a'), 1))).toEqual(['.a']);
    expect(machine.apply(3, entryOf(append('b'), 2, 2))).toEqual(['.a.b']);
    expect(machine.apply(4, entryOf(append('a'), 1))).toEqual(['forgotten']);
    expect(machine.read('k')).toBe('.a.b');
  });

  it('goes on from a snapshot as if it had seen everything itself', () => {
    const [one, other] = [new KeyValueMachine(), new KeyValueMachine()];
    one.apply(1, entryOf(append('a'), 1));
    other.restore(one.snapshot());
    for (const machine of [one, other])
      machine.apply(2, entryOf({ kind: 'cas', key: 'k', expected: '.a', value: 'x' }, 2));
    expect(other.digest()).toBe(one.digest());
    expect(Buffer.from(other.snapshot()).equals(Buffer.from(one.snapshot()))).toBe(true);
  });

  it('reads back the commands that it wrote', () => {
    const command = { client: 4, sequence: 9, lowest: 7, input: append('v') };
    expect(decodeCommand(encodeCommand(command, 5))).toMatchObject({ client: 4, sequence: 9, lowest: 7 });
  });
});

describe('packets', () => {
  it('carry commands byte by byte, and share nothing with their sender', () => {
    const header = { formatVersion: 1, clusterId: 'c', groupId: 0, from: 'a', to: 'b', storageId: 's' };
    const commands = [Uint8Array.from([0, 34, 92, 127, 200, 255])];
    const body = {
      type: 'accept' as const,
      ballot,
      chosenThroughSlot: 0,
      entries: [{ slot: 1, entry: { kind: 'commands' as const, commands } }],
    };
    const codec = packetCodec(jsonCodec);
    const decoded = codec.decode(codec.encode({ kind: 'core', message: { header, body } }));
    const read =
      decoded.kind === 'core' && decoded.message.body.type === 'accept' ? decoded.message.body.entries[0] : undefined;
    expect(read?.entry.kind === 'commands' && [...(read.entry.commands[0] ?? [])]).toEqual([0, 34, 92, 127, 200, 255]);
    expect(commands[0]?.[0]).toBe(0);
  });
});

describe('an image', () => {
  const setUp = () => {
    const clock = new VirtualClock();
    return { clock, store: new SimulatedImageStore(clock, new SeededRandom(1), 10) };
  };

  it('is durable after a while, is lost with damage that is found by its hash, and stays while it is replaced', () => {
    const { clock, store } = setUp();
    store.write(5, Buffer.from('a'), () => undefined);
    expect([store.slot, store.newestSlot]).toEqual([0, 5]);
    clock.advance(20);
    expect(store.read()).toMatchObject({ slot: 5 });
    store.replace(9, Buffer.from('b'), () => undefined);
    expect(store.slot).toBe(5);
    clock.advance(20);
    expect(store.slot).toBe(9);
    store.damage();
    expect(store.read()).toBeUndefined();
  });

  it('that a crash interrupts is as it was before, also when it was being replaced', () => {
    const { clock, store } = setUp();
    store.write(5, Buffer.from('a'), () => undefined);
    clock.advance(20);
    store.write(6, Buffer.from('b'), () => undefined);
    store.crash();
    clock.advance(20);
    expect(store.slot).toBe(5);
    store.replace(9, Buffer.from('c'), () => undefined);
    store.crash();
    clock.advance(20);
    expect(store.slot).toBe(5);
  });
});

/** A fetcher and two servers, whose messages a test may lose. */
function transfers(content: string) {
  const clock = new VirtualClock();
  const events = new Counts();
  const image: StoredImage = { slot: 7, content: Buffer.from(content), hash: hashOf(Buffer.from(content)) };
  const received: number[] = [];
  const failed: string[] = [];
  const lost = { from: '', after: Infinity };
  const nodes = new Map<string, SnapshotTransfer>();
  for (const nodeId of ['a', 'b', 'c']) {
    let sent = 0;
    const send = (to: string, body: SnapshotBody): void => {
      sent += 1;
      if (nodeId === lost.from && sent > lost.after) return;
      clock.after(1, () => nodes.get(to)?.receive(nodeId, body));
    };
    const modules = { clock, events, chunkBytes: 4, send, image: () => (nodeId === 'a' ? undefined : image) };
    nodes.set(
      nodeId,
      new SnapshotTransfer({
        ...modules,
        received: (slot) => received.push(slot),
        failed: (peer) => failed.push(peer),
      }),
    );
  }
  return { clock, events, received, failed, lost, fetcher: nodes.get('a') as SnapshotTransfer };
}

describe('a transfer of a snapshot', () => {
  it('comes in chunks, whole', () => {
    const { clock, received, fetcher, events } = transfers('twelve bytes');
    fetcher.fetch('b', 3);
    clock.advance(100);
    expect(received).toEqual([7]);
    expect(fetcher.take(7)?.content.toString()).toBe('twelve bytes');
    expect(events.of('snapshotChunksServed')).toBe(3);
  });

  it('that breaks goes on where it was, with another peer', () => {
    const { clock, received, failed, lost, fetcher, events } = transfers('twelve bytes');
    lost.from = 'b';
    lost.after = 2;
    fetcher.fetch('b', 3);
    clock.advance(1_000);
    expect([failed, received]).toEqual([['b'], []]);
    fetcher.fetch('c', 3);
    clock.advance(100);
    expect(received).toEqual([7]);
    expect(events.of('snapshotsResumed')).toBe(1);
    expect(events.of('snapshotChunksServed')).toBe(2 + 5 + 1);
  });

  it('fails where the peer has none that is far enough', () => {
    const { clock, failed, fetcher } = transfers('x');
    fetcher.fetch('b', 7);
    clock.advance(100);
    expect(failed).toEqual(['b']);
  });
});
