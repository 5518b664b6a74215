import { ballot, commands, emptyDisk, HEALTHY, TestCluster } from './cluster.spec-support.js';
import { Solo } from './solo.spec-support.js';
import type { SlotEntry } from './types.js';

const b2 = ballot(3, 'c2');
const entriesOf = (...slots: number[]): SlotEntry[] => slots.map((slot) => ({ slot, entry: commands(`v${slot}`) }));
const fetched = (entries: SlotEntry[], trimmedThroughSlot = 0) => ({
  type: 'fetched' as const,
  ballot: b2,
  entries,
  chosenThroughSlot: 9,
  trimmedThroughSlot,
});

/** Chosen and applied through 9, with damaged records; both peers know as much. */
function damaged(damagedSlots: number[], size = 3): Solo {
  const durable = { ...emptyDisk(), promised: b2, chosenThroughSlot: 9, imageSlot: 8, damagedSlots };
  const solo = new Solo({ size, durable });
  solo.tick();
  for (const peer of solo.peers) solo.reply(peer, { chosenThroughSlot: 9, leader: b2, ballot: b2, happy: true });
  solo.tick(10);
  return solo;
}

function rewritten(solo: Solo): unknown[] {
  return solo
    .take('persist')
    .flatMap(({ writes }) => writes)
    .flatMap((write) => (write.kind === 'accepted' ? [write.accepted] : []));
}

describe('repair', () => {
  it('fetches damaged records in the background, a run at a time, and writes them again at the promise', () => {
    const solo = damaged([6, 3, 4]);
    expect(solo.sent('fetch')).toMatchObject([{ to: 'c2', body: { fromSlot: 3, throughSlot: 4 } }]);
    solo.receive('c2', fetched(entriesOf(3, 4)));
    expect(rewritten(solo)).toEqual(entriesOf(3, 4).map((each) => ({ ...each, ballot: b2 })));
    solo.tick(10);
    expect(solo.sent('fetch')).toMatchObject([{ body: { fromSlot: 6, throughSlot: 6 } }]);
    solo.receive('c2', fetched(entriesOf(6)));
    expect(solo.status).toMatchObject({ damagedSlots: 0, counters: { recordsRepaired: 3 } });
    expect(solo.take('apply')).toEqual([]);
  });

  it('raises the promise to that of who served it, first (I2, I3)', () => {
    const solo = damaged([3]);
    const higher = ballot(9, 'c3');
    solo.receive('c3', { ...fetched(entriesOf(3)), ballot: higher });
    solo.flush();
    expect(solo.disk.promised).toEqual(higher);
    expect(solo.disk.accepted.get(3)?.ballot).toEqual(higher);
  });

  it('asks another when one does not answer, or its connection breaks', () => {
    const solo = damaged([3]);
    expect(solo.sent('fetch').map(({ to }) => to)).toEqual(['c2']);
    solo.tick(200);
    expect(solo.sent('fetch').map(({ to }) => to)).toEqual(['c3']);
    solo.input({ type: 'peerDisconnected', peer: 'c3' });
    solo.tick(10);
    expect(solo.sent('fetch').map(({ to }) => to)).toEqual(['c2']);
  });

  it('learns of a damaged record by reading it for a peer, who is told that it is gone', () => {
    const solo = damaged([]);
    solo.receive('c3', { type: 'fetch', fromSlot: 2, throughSlot: 9 });
    const [load] = solo.take('loadEntries');
    solo.input({ type: 'entriesLoaded', token: load?.token ?? 0, entries: [], damagedSlot: 2 });
    expect(solo.sent('fetched')[0]?.body).toMatchObject({ entries: [], trimmedThroughSlot: 2 });
    solo.tick(10);
    expect(solo.sent('fetch')).toMatchObject([{ body: { fromSlot: 2, throughSlot: 2 } }]);
    solo.receive('c3', { type: 'fetch', fromSlot: 3, throughSlot: 9 });
    expect(solo.take('loadEntries')).toHaveLength(1);
  });

  it('gives up what every peer trimmed, and does not ask again', () => {
    const solo = damaged([3]);
    solo.receive('c2', fetched([], 5));
    solo.tick(10);
    solo.receive('c3', fetched([], 5));
    solo.tick(10);
    expect(solo.status).toMatchObject({ damagedSlots: 0, counters: { recordsGivenUp: 1, recordsRepaired: 0 } });
    solo.sent('fetch');
    solo.receive('c3', { type: 'fetch', fromSlot: 3, throughSlot: 9 });
    expect(solo.sent('fetched')[0]?.body).toMatchObject({ entries: [], trimmedThroughSlot: 3 });
    solo.tick(300);
    expect(solo.sent('fetch')).toEqual([]);
  });

  it('forgets what a trim takes along', () => {
    const solo = damaged([3, 8]);
    solo.input({ type: 'trim', throughSlot: 5 });
    solo.tick(200);
    expect(solo.status.damagedSlots).toBe(1);
  });

  it('rests on a full disk', () => {
    const solo = damaged([3]);
    solo.sent('fetch');
    solo.tick(300, { ...HEALTHY, mayWrite: false });
    expect(solo.sent('fetch')).toEqual([]);
    solo.receive('c2', fetched(entriesOf(3)));
    expect(solo.status.damagedSlots).toBe(1);
  });

  it('does not get in the way of catch-up', () => {
    const solo = damaged([3]);
    solo.sent('fetch');
    solo.receive('c2', { type: 'chosen', ballot: b2, chosenThroughSlot: 11 });
    expect(solo.sent('fetch')).toMatchObject([{ to: 'c2', body: { fromSlot: 10, throughSlot: 11 } }]);
    solo.receive('c2', { ...fetched(entriesOf(10, 11)), chosenThroughSlot: 11 });
    solo.receive('c2', { ...fetched(entriesOf(3)), chosenThroughSlot: 11 });
    expect(solo.status).toMatchObject({ chosenThroughSlot: 11, damagedSlots: 0 });
  });

  it('in a log of one member there is nobody to ask', () => {
    const solo = damaged([3], 1);
    expect(solo.status.counters.recordsGivenUp).toBe(1);
  });

  it('(N=3) a leader repairs too, and leads on', () => {
    const cluster = new TestCluster({ options: { maxCachedBytes: 0 } });
    const leader = cluster.start();
    for (let i = 0; i < 3; i += 1) {
      cluster.propose(leader.nodeId, `v${i}`);
      cluster.settle();
    }
    cluster.run(300);
    leader.disk.unknownSlots.add(2);
    const away = cluster.ids.find((id) => id !== leader.nodeId) ?? '';
    cluster.inject(away, leader.nodeId, { type: 'fetch', fromSlot: 2, throughSlot: 4 });
    cluster.run(300);
    expect(leader.disk.unknownSlots.size).toBe(0);
    expect(leader.status).toMatchObject({ role: 'leader', counters: { recordsRepaired: 1, depositions: 0 } });
  });

  it('(N=3) who lacks a slot that is trimmed at one and damaged at the other gets a snapshot (P19)', () => {
    const cluster = new TestCluster({ options: { maxCachedBytes: 0 } });
    const leader = cluster.start();
    cluster.run(200);
    const [trimmer = '', away = ''] = cluster.ids.filter((id) => id !== leader.nodeId);
    cluster.crash(away);
    for (let i = 0; i < 3; i += 1) {
      cluster.propose(leader.nodeId, `v${i}`);
      cluster.settle();
    }
    cluster.trimAll(trimmer);
    leader.disk.unknownSlots.add(2);
    cluster.restart(away);
    cluster.run(3_000);
    expect(cluster.node(away).texts).toEqual(leader.texts);
    expect(cluster.node(away).count('snapshotsInstalled')).toBe(1);
  });
});
