import { ballot, commands, emptyDisk, TestCluster, text } from './cluster.spec-support.js';
import { entrySizeBytes } from './entry.js';
import { Solo } from './solo.spec-support.js';
import type { SlotEntry } from './types.js';

const b2 = ballot(1, 'c2');
const entriesOf = (fromSlot: number, ...values: string[]): SlotEntry[] =>
  values.map((value, index) => ({ slot: fromSlot + index, entry: commands(value) }));
const fetched = (entries: SlotEntry[], chosenThroughSlot: number, trimmedThroughSlot = 0) => ({
  type: 'fetched' as const,
  ballot: b2,
  entries,
  chosenThroughSlot,
  trimmedThroughSlot,
});
const chosen = (chosenThroughSlot: number) => ({ type: 'chosen' as const, ballot: b2, chosenThroughSlot });

function applied(solo: Solo): string[] {
  return solo.take('apply').map(({ slot, entry }) => `${slot}:${text(entry)}`);
}

/** A follower that applied `count` entries of c2. */
function follower(count: number, options = {}): Solo {
  const solo = new Solo({ options });
  const values = Array.from({ length: count }, (_, index) => `v${index + 1}`);
  for (const [index, value] of values.entries()) solo.accept('c2', b2, index + 1, [value], index);
  solo.receive('c2', chosen(count));
  solo.flush();
  solo.effects = [];
  return solo;
}

describe('asking for entries', () => {
  it('goes on chunk by chunk until nothing is missing', () => {
    const solo = new Solo();
    solo.receive('c2', chosen(5));
    expect(solo.sent('fetch')).toMatchObject([{ to: 'c2', body: { fromSlot: 1, throughSlot: 5 } }]);
    solo.receive('c2', fetched(entriesOf(1, 'a', 'b'), 5));
    expect(solo.sent('fetch')).toMatchObject([{ to: 'c2', body: { fromSlot: 3, throughSlot: 5 } }]);
    solo.receive('c2', fetched(entriesOf(3, 'c', 'd', 'e'), 5));
    expect(solo.sent('fetch')).toEqual([]);
    solo.flush();
    expect(applied(solo)).toEqual(['1:a', '2:b', '3:c', '4:d', '5:e']);
  });

  it('asks one peer at a time, and another when no answer comes', () => {
    const solo = new Solo();
    solo.tick();
    solo.reply('c3', { chosenThroughSlot: 2 });
    solo.receive('c2', chosen(2));
    solo.receive('c2', chosen(2));
    expect(solo.sent('fetch').map(({ to }) => to)).toEqual(['c2']);
    solo.tick(200);
    solo.tick(200);
    expect(
      solo
        .sent('fetch')
        .map(({ to }) => to)
        .sort(),
    ).toEqual(['c2', 'c3']);
  });

  it('asks another at once when the connection to the asked peer breaks', () => {
    const solo = new Solo();
    solo.tick();
    solo.reply('c3', { chosenThroughSlot: 2 });
    solo.receive('c2', chosen(2));
    solo.sent('fetch');
    solo.input({ type: 'peerDisconnected', peer: 'c2' });
    expect(solo.sent('fetch').map(({ to }) => to)).toEqual(['c3']);
  });

  it('waits a while before it fetches on the word of a poll reply: the leader’s word may be on its way', () => {
    const solo = new Solo();
    solo.tick();
    solo.reply('c3', { chosenThroughSlot: 1 });
    solo.tick(100);
    expect(solo.sent('fetch')).toEqual([]);
    solo.tick(100);
    solo.tick(100);
    expect(solo.sent('fetch')).toMatchObject([{ to: 'c3', body: { fromSlot: 1, throughSlot: 1 } }]);
  });

  it('does not ask a peer in a tight loop that has less than it said', () => {
    const solo = new Solo();
    solo.receive('c2', chosen(3));
    solo.sent('fetch');
    solo.receive('c2', fetched([], 0));
    solo.receive('c3', { type: 'poll', pollRound: 1 });
    expect(solo.sent('fetch')).toEqual([]);
  });

  it('takes overlapping, repeated and late chunks once', () => {
    const solo = new Solo();
    solo.receive('c2', chosen(3));
    solo.receive('c2', fetched(entriesOf(1, 'a', 'b'), 3));
    solo.receive('c2', fetched(entriesOf(1, 'a', 'b', 'c'), 3));
    solo.receive('c2', fetched(entriesOf(2, 'b'), 3));
    solo.flush();
    expect(applied(solo)).toEqual(['1:a', '2:b', '3:c']);
  });

  it('takes nothing past a gap in a chunk', () => {
    const solo = new Solo();
    solo.receive('c2', chosen(3));
    solo.receive('c2', fetched(entriesOf(2, 'b', 'c'), 3));
    solo.flush();
    expect(applied(solo)).toEqual([]);
  });

  it('does not write again what it holds already with that value', () => {
    const solo = new Solo();
    solo.accept('c3', ballot(0, 'c3'), 1, ['a']);
    solo.flush();
    solo.effects = [];
    solo.receive('c2', chosen(1));
    solo.receive('c2', fetched(entriesOf(1, 'a'), 1));
    const writes = solo.take('persist').flatMap((persist) => persist.writes);
    expect(writes.filter(({ kind }) => kind === 'accepted')).toEqual([]);
    solo.flush();
    expect(applied(solo)).toEqual(['1:a']);
  });

  it('raises its promise to that of who served it, so that what it holds names no second value (I2, I3)', () => {
    const solo = new Solo();
    solo.receive('c2', chosen(1));
    solo.receive('c3', { ...fetched(entriesOf(1, 'a'), 1), ballot: ballot(9, 'c9') });
    solo.flush();
    expect(solo.disk.promised).toEqual(ballot(9, 'c9'));
    expect(solo.disk.accepted.get(1)?.ballot).toEqual(ballot(9, 'c9'));
    expect(solo.status.promised).toEqual(ballot(9, 'c9'));
  });

  it('says that it needs a snapshot when everybody trimmed what it lacks', () => {
    const solo = new Solo();
    solo.receive('c2', chosen(9));
    solo.receive('c2', fetched([], 9, 5));
    expect(solo.status.needsSnapshot).toBe(false);
    for (let i = 0; i < 5; i += 1) solo.tick(200);
    expect(solo.status.needsSnapshot).toBe(true);
    expect(solo.status.counters.snapshotsNeeded).toBe(1);
    for (let i = 0; i < 5; i += 1) {
      solo.tick(60);
      solo.reply('c3', { chosenThroughSlot: 9 });
    }
    expect(solo.sent('fetch').at(-1)?.to).toBe('c3');
    expect(solo.status.needsSnapshot).toBe(false);
  });
});

describe('serving entries', () => {
  const fetch = (fromSlot: number, throughSlot: number) => ({ type: 'fetch' as const, fromSlot, throughSlot });

  it('serves from memory, through what it knows chosen', () => {
    const solo = follower(4);
    solo.receive('c3', fetch(2, 99));
    const [answer] = solo.sent('fetched');
    expect(answer).toMatchObject({ to: 'c3', body: { ballot: b2, chosenThroughSlot: 4, trimmedThroughSlot: 0 } });
    expect(answer?.body.entries).toEqual(entriesOf(2, 'v2', 'v3', 'v4'));
    expect(solo.status.counters.fetchesServedFromCache).toBe(1);
  });

  it('bounds a chunk in bytes, with one entry at the least', () => {
    const one = entrySizeBytes(commands('v1'));
    const solo = follower(5, { maxTransferBytes: 2 * one, maxEntryBytes: 2 });
    solo.receive('c3', fetch(1, 5));
    expect(solo.sent('fetched')[0]?.body.entries.map(({ slot }) => slot)).toEqual([1, 2]);
    const tiny = follower(5, { maxTransferBytes: 2, maxEntryBytes: 2 });
    tiny.receive('c3', fetch(1, 5));
    expect(tiny.sent('fetched')[0]?.body.entries.map(({ slot }) => slot)).toEqual([1]);
  });

  it('answers without entries, but with what it knows, when it has none of them', () => {
    const solo = follower(2);
    solo.receive('c3', fetch(3, 5));
    expect(solo.sent('fetched')[0]?.body).toMatchObject({ entries: [], chosenThroughSlot: 2 });
  });

  it('never serves what is accepted and not chosen', () => {
    const solo = follower(2);
    solo.accept('c2', b2, 3, ['open'], 2);
    solo.flush();
    solo.receive('c3', fetch(1, 3));
    expect(solo.sent('fetched')[0]?.body.entries.map(({ slot }) => slot)).toEqual([1, 2]);
  });

  it('asks its host for entries that are no longer in memory, and passes them on', () => {
    const solo = follower(4, { maxCachedBytes: 0 });
    solo.receive('c3', fetch(2, 4));
    const [load] = solo.take('loadEntries');
    expect(load).toMatchObject({ fromSlot: 2, throughSlot: 4 });
    expect(solo.sent('fetched')).toEqual([]);
    solo.input({ type: 'entriesLoaded', token: load?.token ?? 0, entries: entriesOf(2, 'v2', 'v3') });
    expect(solo.sent('fetched')[0]).toMatchObject({ to: 'c3', body: { entries: entriesOf(2, 'v2', 'v3') } });
    expect(solo.status.counters.fetchesServedFromLog).toBe(1);
  });

  it('loads for one peer once at a time, and for few peers together', () => {
    const solo = new Solo({ size: 7, durable: { ...emptyDisk(), promised: b2, chosenThroughSlot: 9 } });
    for (const peer of ['c2', 'c2', 'c3', 'c4', 'c5', 'c6']) solo.receive(peer, fetch(1, 9));
    expect(solo.take('loadEntries')).toHaveLength(4);
    expect(solo.status.loadsInFlight).toBe(4);
    expect(solo.status.counters.droppedOverloaded).toBe(1);
  });

  it('serves from its log after a restart', () => {
    const solo = new Solo({ durable: { ...emptyDisk(), promised: b2, chosenThroughSlot: 9 } });
    solo.receive('c3', fetch(3, 9));
    expect(solo.take('loadEntries')).toMatchObject([{ fromSlot: 3, throughSlot: 9 }]);
  });

  it('says what it trimmed instead of serving it', () => {
    const trimmed = { chosenThroughSlot: 9, imageSlot: 7, trimmedThroughSlot: 5 };
    const solo = new Solo({ durable: { ...emptyDisk(), promised: b2, ...trimmed } });
    solo.receive('c3', fetch(3, 9));
    expect(solo.sent('fetched')[0]?.body).toMatchObject({ entries: [], chosenThroughSlot: 9, trimmedThroughSlot: 5 });
  });

  it('stops when its host answers out of order', () => {
    const solo = new Solo({ durable: { ...emptyDisk(), promised: b2, chosenThroughSlot: 9 } });
    solo.receive('c3', fetch(3, 9));
    const entries = entriesOf(4, 'x');
    expect(() => solo.input({ type: 'entriesLoaded', token: 1, entries })).toThrow('loaded entries are in order');
  });

  it('withholds its answer while the promise that it names is not flushed', () => {
    const solo = follower(2);
    solo.receive('c3', { type: 'prepare', ballot: ballot(9, 'c3'), fromSlot: 1 });
    solo.receive('c3', fetch(1, 2));
    expect(solo.sent('fetched')).toEqual([]);
    solo.flush();
    expect(solo.sent('fetched')[0]?.body.ballot).toEqual(ballot(9, 'c3'));
  });
});

describe('catch-up in a cluster', () => {
  it.each([
    ['from memory', 64 * 1024 * 1024, 'fetchesServedFromCache'],
    ['from the log', 0, 'fetchesServedFromLog'],
  ] as const)('(N=3) a replica that was away catches up %s', (_, maxCachedBytes, counter) => {
    const cluster = new TestCluster({ options: { maxCachedBytes, maxTransferBytes: 200, maxEntryBytes: 100 } });
    const leader = cluster.start();
    const away = cluster.ids.find((id) => id !== leader.nodeId) ?? '';
    cluster.crash(away);
    for (let i = 0; i < 50; i += 1) {
      cluster.propose(leader.nodeId, `value ${i}`);
      cluster.settle();
    }
    cluster.restart(away);
    cluster.run(1_500);
    expect(cluster.node(away).texts).toEqual(leader.texts);
    const served = cluster.ids.reduce((sum, id) => sum + cluster.node(id).status.counters[counter], 0);
    expect(served).toBeGreaterThan(1);
  });

  it('(N=3) a replica catches up while commands keep coming (P19)', () => {
    const cluster = new TestCluster({
      options: { maxOpenSlots: 4, maxTransferBytes: 500, maxEntryBytes: 100, maxCachedBytes: 300 },
    });
    const leader = cluster.start();
    const away = cluster.ids.find((id) => id !== leader.nodeId) ?? '';
    cluster.crash(away);
    const load = (rounds: number): void => {
      for (let i = 0; i < rounds; i += 1) {
        cluster.propose(leader.nodeId, `value ${cluster.nowMs} ${i}`);
        cluster.run(10);
      }
    };
    load(200);
    cluster.restart(away);
    load(100);
    expect(leader.applied.length - cluster.node(away).applied.length).toBeLessThanOrEqual(5);
  });

  it('(N=3, leader alone knows the newest) a follower learns after the leader’s death by recovery', () => {
    const cluster = new TestCluster();
    const leader = cluster.start();
    cluster.run(200);
    cluster.drop = ({ body }) => body.type === 'chosen' || body.type === 'pollReply';
    cluster.propose(leader.nodeId, 'x');
    cluster.settle();
    expect(leader.texts).toContain('x');
    cluster.kill(leader.nodeId);
    cluster.drop = () => false;
    cluster.start();
    for (const log of cluster.logs()) expect(log).toContain('x');
  });
});
