import { expect, test } from '@jest/globals';
import type { LogWrite } from '@synod/consensus';
import type { LogStore } from '@synod/storage';

const ballot = { round: 1, priority: 1, nodeId: 'c2' };
const accept = (slot: number, text = 'x'): LogWrite => ({
  kind: 'accepted',
  accepted: { slot, ballot, entry: { kind: 'commands', commands: [new Uint8Array(Buffer.from(text))] } },
});
const trim = (throughSlot: number): LogWrite => ({ kind: 'trimmed', throughSlot });
const hint = (slot: number): LogWrite => ({ kind: 'chosenThrough', slot });
const peer = (nodeId: string, storageId: string): LogWrite => ({ kind: 'peer', nodeId, storageId });
const slotsFrom = (from: number, through: number): number[] =>
  Array.from({ length: through - from + 1 }, (_, index) => from + index);

/** What a LogStore does with trims, images and peers; a part of `logStoreConformance`. */
export function logTrimConformance(store: () => LogStore, reopen: () => Promise<LogStore>): void {
  const append = (...writes: LogWrite[]): Promise<void> => store().append(writes);
  const fill = (from: number, through: number): Promise<void> =>
    append(...slotsFrom(from, through).map((slot) => accept(slot)));
  const held = (from = 1, through = 1e6): number[] =>
    store()
      .read(from, through, 1e9)
      .map(({ slot }) => slot);

  trimTests({ store, reopen, append, fill, held });
  imageTests({ store, reopen, append, fill, held });
  peerTests({ store, reopen, append, fill, held });
}

interface Tools {
  readonly store: () => LogStore;
  readonly reopen: () => Promise<LogStore>;
  readonly append: (...writes: LogWrite[]) => Promise<void>;
  readonly fill: (from: number, through: number) => Promise<void>;
  readonly held: (from?: number, through?: number) => number[];
}

function trimTests({ store, reopen, append, fill, held }: Tools): void {
  test('what is trimmed is not read any more, at once and after a reopening; the rest stays', async () => {
    await fill(1, 400);
    const trimmed = append(trim(300));
    expect(held()).toEqual(slotsFrom(301, 400));
    await trimmed;
    for (let times = 0; times < 2; times++, await reopen()) {
      expect(held()).toEqual(slotsFrom(301, 400));
      expect(held(1, 300)).toEqual([]);
      expect(held(299, 302)).toEqual([301, 302]);
    }
    const recovered = store().recover(300);
    expect(recovered).toMatchObject({ trimmedThroughSlot: 300, chosenThroughSlot: 300, lastSlot: 400 });
    expect(recovered.accepted.map(({ slot }) => slot)).toEqual(slotsFrom(301, 400));
  });

  test('trims rise, a lower one changes nothing, and several may share a flush with what they trim', async () => {
    await Promise.all([fill(1, 50), append(trim(20)), append(accept(51), trim(10)), append(trim(40), accept(52))]);
    await append(trim(5));
    await reopen();
    expect(held()).toEqual(slotsFrom(41, 52));
    expect(store().recover(40)).toMatchObject({ trimmedThroughSlot: 40, lastSlot: 52, unknownSlots: [] });
  });

  test('a trim above every slot leaves an empty log there, in which the next slot is accepted', async () => {
    await fill(1, 10);
    await append(trim(100_000));
    for (let times = 0; times < 2; times++, await reopen()) expect(held()).toEqual([]);
    const empty = { trimmedThroughSlot: 100_000, chosenThroughSlot: 100_000, lastSlot: 100_000 };
    expect(store().recover(100_000)).toMatchObject({ ...empty, accepted: [], unknownSlots: [], damagedSlots: [] });
    await append(accept(100_001), accept(100_003));
    await reopen();
    expect(held()).toEqual([100_001, 100_003]);
    expect(store().recover(100_000)).toMatchObject({ lastSlot: 100_003, unknownSlots: [] });
  });

  test.each([127, 128, 129, 255, 256, 257, 600])('a trim through %i, in and at the end of a block', async (through) => {
    await fill(1, 520);
    await append(trim(through));
    await append(accept(through + 1, 'next'), accept(through + 200, 'later'));
    await reopen();
    const { accepted, unknownSlots, lastSlot } = store().recover(through);
    const expected = [...new Set([...slotsFrom(through + 1, Math.max(520, through + 1)), through + 200])];
    expect(accepted.map(({ slot }) => slot)).toEqual(expected.sort((a, b) => a - b));
    expect([unknownSlots, lastSlot]).toEqual([[], Math.max(520, through + 200)]);
  });

  test('I7: nothing is accepted below the trim, also while it is on its way', async () => {
    await fill(1, 3);
    const trimmed = append(trim(5));
    expect(() => append(accept(5))).toThrow('I7');
    await trimmed;
    expect(() => append(accept(4))).toThrow('I7');
    await append(accept(6));
  });

  test('a large trim is worked off without anybody asking, and appends go on meanwhile', async () => {
    for (let from = 1; from < 9_000; from += 1_000) await fill(from, from + 999);
    await append(trim(8_500));
    await Promise.all(slotsFrom(9_001, 9_020).map((slot) => append(accept(slot))));
    await reopen();
    expect(held()).toEqual(slotsFrom(8_501, 9_020));
    expect(store().recover(8_500)).toMatchObject({ unknownSlots: [], lastSlot: 9_020 });
  });
}

function imageTests({ store, reopen, append, fill, held }: Tools): void {
  test('beside an image the log gives what is above it, and replays what it knows chosen', async () => {
    await fill(1, 10);
    await append(hint(7), accept(11));
    await reopen();
    const chosenAt = (imageSlot: number): number[] => {
      const { chosenThroughSlot, accepted } = store().recover(imageSlot);
      return [chosenThroughSlot, accepted[0]?.slot ?? 0];
    };
    expect([0, 4, 7, 9, 11].map(chosenAt)).toEqual([
      [7, 8],
      [7, 8],
      [7, 8],
      [9, 10],
      [11, 0],
    ]);
    expect(store().recover(4)).toMatchObject({ imageSlot: 4, damagedSlots: [], trimmedThroughSlot: 0 });
  });

  test('an image that is lost, or below the trim, leaves chosenThroughSlot with it: a snapshot is needed', async () => {
    await fill(1, 10);
    await append(trim(6), hint(9));
    await append(accept(11));
    await reopen();
    for (const imageSlot of [0, 5]) {
      const recovered = store().recover(imageSlot);
      expect(recovered).toMatchObject({ imageSlot, chosenThroughSlot: imageSlot, trimmedThroughSlot: 6 });
      expect(recovered.accepted.map(({ slot }) => slot)).toEqual([7, 8, 9, 10, 11]);
    }
    expect(store().recover(6).chosenThroughSlot).toBe(9);
  });

  test('a hole below the image is where a snapshot was installed: through it the log counts as trimmed, durably', async () => {
    await append(accept(1), accept(2), accept(6), accept(7), accept(9));
    await reopen();
    expect(store().recover(8)).toMatchObject({ trimmedThroughSlot: 8, chosenThroughSlot: 8, lastSlot: 9 });
    expect(() => append(accept(8))).toThrow('I7');
    await append(accept(10));
    await reopen();
    expect(held()).toEqual([9, 10]);
    expect(store().recover(8)).toMatchObject({ trimmedThroughSlot: 8 });
  });

  test('an image above all that the log holds: the log counts as trimmed through it', async () => {
    await fill(1, 5);
    await reopen();
    const state = { trimmedThroughSlot: 50, chosenThroughSlot: 50, lastSlot: 50, accepted: [] };
    expect(store().recover(50)).toMatchObject(state);
    await append(accept(51));
    await reopen();
    expect(held()).toEqual([51]);
  });
}

function peerTests({ store, reopen, append }: Tools): void {
  test('peers are kept with their storage ids, through trims and reopenings', async () => {
    expect(store().recover().peers).toEqual(new Map());
    await append(peer('c3', 'storage-3'), peer('c2', 'storage-2'));
    await append(peer('c2', 'storage-2'));
    await append(accept(1), trim(1));
    await reopen();
    await append(peer('é', 'storage-é'));
    await reopen();
    const peers = new Map([
      ['c2', 'storage-2'],
      ['c3', 'storage-3'],
      ['é', 'storage-é'],
    ]);
    expect(store().recover(1).peers).toEqual(peers);
  });

  test('thirty peers with ids as long as they may be', async () => {
    const peers = new Map(slotsFrom(1, 30).map((number) => [`${String(number)}`.padEnd(255, 'n'), 's'.repeat(255)]));
    for (const [nodeId, storageId] of peers) await append(peer(nodeId, storageId));
    await reopen();
    expect(store().recover().peers).toEqual(peers);
    await append(accept(1));
    await reopen();
    expect(store().recover().lastSlot).toBe(1);
  });

  test('I10: another storage id under a known node id is a programmer error, as is an id that is too long', async () => {
    const known = append(peer('c2', 'storage-2'));
    expect(() => append(peer('c2', 'another'))).toThrow('I10');
    await known;
    expect(() => append(peer('c2', 'another'))).toThrow('I10');
    expect(() => append(peer('n'.repeat(256), 's'))).toThrow('255 bytes');
    await reopen();
    expect(() => append(peer('c2', 'another'))).toThrow('I10');
  });
}
