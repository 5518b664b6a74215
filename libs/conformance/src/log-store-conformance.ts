import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { AcceptedEntry, Ballot, LogWrite } from '@synod/consensus';
import type { LogIdentity, LogStore } from '@synod/storage';
import { logTrimConformance } from './log-trim-conformance.js';

/** An adapter under test, on storage of its own. */
export interface LogStoreSubject {
  readonly store: LogStore;
  /** Opens the same storage without closing the store that is open: must be refused. */
  openAgain(identityIfNew: () => LogIdentity): Promise<LogStore>;
  /** Closes the store and opens what it left; `identityIfNew` must not be asked. */
  reopen(identityIfNew?: () => LogIdentity): Promise<LogStore>;
  /** Removes everything. */
  dispose(): Promise<void>;
}

export function conformanceIdentity(nodeId = 'c1'): LogIdentity {
  const initialMembers = [{ id: nodeId, address: '127.0.0.1:7401' }];
  return { formatVersion: 1, clusterId: 'cluster', groupId: 1, nodeId, storageId: `storage-${nodeId}`, initialMembers };
}

const ballot = (round: number): Ballot => ({ round, priority: 1, nodeId: 'c2' });
const promise = (round: number): LogWrite => ({ kind: 'promised', ballot: ballot(round) });
const noop = (slot: number, round = 1): LogWrite => ({
  kind: 'accepted',
  accepted: { slot, ballot: ballot(round), entry: { kind: 'noop' } },
});
const accept = (slot: number, texts: readonly string[], round = 1): LogWrite => ({
  kind: 'accepted',
  accepted: {
    slot,
    ballot: ballot(round),
    entry: { kind: 'commands', commands: texts.map((text) => new Uint8Array(Buffer.from(text))) },
  },
});
/** An entry as plain values: slot, round, and the commands as text or 'noop'. */
const plain = ({ slot, ballot: { round }, entry }: AcceptedEntry): unknown[] => [
  slot,
  round,
  entry.kind === 'noop' ? 'noop' : entry.commands.map((command) => Buffer.from(command).toString()),
];

/** What every adapter of the LogStore port has to do. */
export function logStoreConformance(name: string, open: () => Promise<LogStoreSubject>): void {
  describe(`log store (${name})`, () => {
    let subject: LogStoreSubject;
    let store: LogStore;

    beforeEach(async () => {
      subject = await open();
      store = subject.store;
    });

    afterEach(() => subject.dispose());

    const reopen = async (): Promise<LogStore> => (store = await subject.reopen());

    recoveryTests(() => store, reopen);
    readTests(() => store, reopen);
    logTrimConformance(() => store, reopen);

    test('a new log is empty, of incarnation 1, and keeps its identity when it is opened again', async () => {
      expect(store.identity).toEqual(conformanceIdentity());
      expect(store.incarnation).toBe(1);
      const zero = { round: 0, priority: 0, nodeId: '' };
      const empty = { promised: zero, chosenThroughSlot: 0, accepted: [], lastSlot: 0, unknownSlots: [] };
      expect(store.recover()).toMatchObject(empty);
      store = await subject.reopen(() => conformanceIdentity('c9'));
      expect(store.identity).toEqual(conformanceIdentity());
      expect(store.incarnation).toBe(2);
      expect(store.recover()).toMatchObject(empty);
      expect((await reopen()).incarnation).toBe(3);
    });

    test('a second opening is refused while the first has it', async () => {
      await expect(subject.openAgain(conformanceIdentity)).rejects.toMatchObject({ code: 'directoryLocked' });
    });

    test('closing waits for what was appended, twice is fine, and a closed log refuses', async () => {
      const appended = store.append([accept(1, ['a'])]);
      await Promise.all([store.close(), store.close()]);
      await appended;
      await expect(store.append([accept(2, ['b'])])).rejects.toMatchObject({ code: 'storeClosed' });
      await expect((async () => store.read(1, 1, 1))()).rejects.toMatchObject({ code: 'storeClosed' });
      expect((await reopen()).recover().lastSlot).toBe(1);
    });
  });
}

function recoveryTests(store: () => LogStore, reopen: () => Promise<LogStore>): void {
  test('what was appended is there after a reopening: promise, entries by slot, holes left out', async () => {
    await store().append([promise(4), accept(3, ['c', ''], 4), noop(1, 2)]);
    await store().append([accept(9, [], 4)]);
    const recovered = (await reopen()).recover();
    expect(recovered).toMatchObject({ promised: ballot(4), lastSlot: 9, chosenThroughSlot: 0, unknownSlots: [] });
    expect(recovered.accepted.map(plain)).toEqual([
      [1, 2, 'noop'],
      [3, 4, ['c', '']],
      [9, 4, []],
    ]);
  });

  test('a slot accepted again holds the last entry, in one call, in one flush and in later ones', async () => {
    await store().append([accept(1, ['a'], 1), accept(1, ['b'], 2)]);
    await Promise.all([store().append([accept(2, ['a'], 1)]), store().append([accept(2, ['b'], 2)])]);
    await store().append([accept(3, ['a'], 1)]);
    await store().append([noop(3, 5)]);
    expect((await reopen()).recover().accepted.map(plain)).toEqual([
      [1, 2, ['b']],
      [2, 2, ['b']],
      [3, 5, 'noop'],
    ]);
  });

  test('a hint of what is chosen resolves without a flush and rides along with the next', async () => {
    await store().append([accept(1, ['a']), accept(2, ['b']), accept(3, ['c'])]);
    const { flushes } = store().stats();
    await store().append([{ kind: 'chosenThrough', slot: 2 }]);
    expect(store().stats().flushes).toBe(flushes);
    await store().append([{ kind: 'chosenThrough', slot: 1 }, promise(2)]);
    const recovered = (await reopen()).recover();
    expect(recovered.chosenThroughSlot).toBe(2);
    expect(recovered.accepted.map(plain)).toEqual([[3, 1, ['c']]]);
    expect(
      store()
        .read(1, 3, 1e6)
        .map(({ slot }) => slot),
    ).toEqual([1, 2, 3]);
  });

  test('every slot up to chosenThroughSlot is present, whatever the hint said', async () => {
    await store().append([accept(1, ['a']), accept(3, ['c']), { kind: 'chosenThrough', slot: 3 }]);
    const recovered = (await reopen()).recover();
    expect(recovered.chosenThroughSlot).toBe(1);
    expect(recovered.accepted.map(plain)).toEqual([[3, 1, ['c']]]);
  });

  test('I1: a promise below the one before is a programmer error', async () => {
    await store().append([promise(5)]);
    expect(() => store().append([promise(4)])).toThrow('I1');
    await store().append([promise(5)]);
    expect((await reopen()).recover().promised).toEqual(ballot(5));
  });
}

function readTests(store: () => LogStore, reopen: () => Promise<LogStore>): void {
  test('appends of one tick share a flush, and resolve in order', async () => {
    const { flushes } = store().stats();
    const order: number[] = [];
    const slots = [1, 2, 3, 4, 5];
    await Promise.all(
      slots.map((slot) =>
        store()
          .append([accept(slot, ['x'])])
          .then(() => order.push(slot)),
      ),
    );
    expect(order).toEqual(slots);
    expect(store().stats().flushes).toBe(flushes + 1);
    expect(store().stats().queuedAppends).toBe(0);
  });

  test('what was appended is read at once, and the caller may use its buffers again', async () => {
    const command = new Uint8Array(Buffer.from('mine'));
    const appended = store().append([
      { kind: 'accepted', accepted: { slot: 1, ballot: ballot(1), entry: { kind: 'commands', commands: [command] } } },
    ]);
    command.fill(0);
    await appended;
    expect(store().read(1, 1, 1e6).map(plain)).toEqual([[1, 1, ['mine']]]);
  });

  test('a read stops at its bytes but gives one entry at least, and leaves out holes and what is beyond', async () => {
    await store().append([1, 2, 3, 5].map((slot) => accept(slot, ['x'.repeat(100)])));
    const slotsOf = (from: number, through: number, maxBytes: number): number[] =>
      store()
        .read(from, through, maxBytes)
        .map(({ slot }) => slot);
    expect(slotsOf(1, 9, 250)).toEqual([1, 2]);
    expect(slotsOf(2, 9, 1)).toEqual([2]);
    expect(slotsOf(3, 9, 1e6)).toEqual([3, 5]);
    expect(slotsOf(4, 4, 1e6)).toEqual([]);
    expect(slotsOf(6, 1e12, 1e6)).toEqual([]);
    await reopen();
    expect(slotsOf(1, 2, 1e6)).toEqual([1, 2]);
  });

  test('a jump to a far slot leaves holes, which can be filled later', async () => {
    await store().append([accept(1, ['a']), accept(2_000, ['far'])]);
    await store().append([accept(700, ['late'])]);
    const recovered = (await reopen()).recover();
    expect(recovered).toMatchObject({ lastSlot: 2_000, unknownSlots: [] });
    expect(recovered.accepted.map(({ slot }) => slot)).toEqual([1, 700, 2_000]);
  });

  test('an entry of several megabytes comes back as it was', async () => {
    const large = 'abcdefgh'.repeat(512 * 1024);
    await store().append([accept(1, [large, 'small'])]);
    const [entry] = (await reopen()).read(1, 1, 1);
    expect(entry === undefined ? undefined : plain(entry)).toEqual([1, 1, [large, 'small']]);
  });
}
