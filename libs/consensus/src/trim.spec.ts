import { ballot, commands, emptyDisk, HEALTHY, TestCluster } from './cluster.spec-support.js';
import { Solo } from './solo.spec-support.js';

const b2 = ballot(1, 'c2');

/** A follower that applied `count` entries of c2. */
function follower(count: number, options = {}): Solo {
  const solo = new Solo({ options });
  for (let slot = 1; slot <= count; slot += 1) solo.accept('c2', b2, slot, [`v${slot}`], slot - 1);
  solo.receive('c2', { type: 'chosen', ballot: b2, chosenThroughSlot: count });
  solo.flush();
  solo.effects = [];
  return solo;
}

describe('trim', () => {
  it('goes as far as the image, and no further (I7)', () => {
    const solo = follower(5);
    solo.input({ type: 'trim', throughSlot: 4 });
    expect(solo.status.trimmedThroughSlot).toBe(0);
    solo.input({ type: 'imageFlushed', slot: 3 });
    solo.input({ type: 'trim', throughSlot: 4 });
    solo.flush();
    expect(solo.disk.trimmedThroughSlot).toBe(3);
    expect(solo.status).toMatchObject({ trimmedThroughSlot: 3, counters: { slotsTrimmed: 3, trimsClamped: 2 } });
  });

  it('forgets in memory what it trims, and says so to who asks', () => {
    const solo = follower(5);
    const before = solo.status.cachedBytes;
    solo.input({ type: 'imageFlushed', slot: 5 });
    solo.input({ type: 'trim', throughSlot: 3 });
    expect(solo.status.cachedBytes).toBe((before / 5) * 2);
    solo.flush();
    solo.receive('c3', { type: 'fetch', fromSlot: 2, throughSlot: 5 });
    expect(solo.sent('fetched')[0]?.body).toMatchObject({ entries: [], trimmedThroughSlot: 3 });
    solo.receive('c3', { type: 'fetch', fromSlot: 4, throughSlot: 5 });
    expect(solo.sent('fetched')[0]?.body.entries.map(({ slot }) => slot)).toEqual([4, 5]);
    expect(solo.take('loadEntries')).toEqual([]);
  });

  it('never falls, and is written once', () => {
    const solo = follower(5);
    solo.input({ type: 'imageFlushed', slot: 5 });
    solo.input({ type: 'trim', throughSlot: 4 });
    solo.input({ type: 'trim', throughSlot: 2 });
    solo.input({ type: 'trim', throughSlot: 4 });
    const writes = solo.take('persist').flatMap((persist) => persist.writes);
    expect(writes.filter(({ kind }) => kind === 'trimmed')).toEqual([{ kind: 'trimmed', throughSlot: 4 }]);
  });

  it('passes a load under way: the answer that comes late is served, or found empty', () => {
    const solo = follower(5, { maxCachedBytes: 0 });
    solo.input({ type: 'imageFlushed', slot: 5 });
    for (const peer of ['c2', 'c3']) solo.receive(peer, { type: 'fetch', fromSlot: 2, throughSlot: 3 });
    const [first, second] = solo.take('loadEntries');
    solo.input({ type: 'trim', throughSlot: 5 });
    solo.flush();
    solo.input({ type: 'entriesLoaded', token: first?.token ?? 0, entries: [{ slot: 2, entry: commands('v2') }] });
    solo.input({ type: 'entriesLoaded', token: second?.token ?? 0, entries: [], damagedSlot: 2 });
    expect(solo.sent('fetched').map(({ body }) => [body.entries.length, body.trimmedThroughSlot])).toEqual([
      [1, 5],
      [0, 5],
    ]);
    // What is trimmed is not damaged.
    expect(solo.status).toMatchObject({ damagedSlots: 0, counters: { loadsPassedByTrim: 2 } });
  });

  it('is not done on a full disk', () => {
    const solo = follower(5);
    solo.input({ type: 'imageFlushed', slot: 5 });
    solo.tick(0, { ...HEALTHY, mayWrite: false });
    solo.input({ type: 'trim', throughSlot: 5 });
    expect(solo.status.trimmedThroughSlot).toBe(0);
  });

  it('an image above what is applied is a broken host (I7)', () => {
    const solo = follower(2);
    expect(() => solo.input({ type: 'imageFlushed', slot: 3 })).toThrow('I7');
  });

  it('an image that is told late does not fall', () => {
    const solo = follower(3);
    solo.input({ type: 'imageFlushed', slot: 3 });
    solo.input({ type: 'imageFlushed', slot: 2 });
    expect(solo.status.imageSlot).toBe(3);
  });

  it('outlives a restart', () => {
    const solo = follower(5);
    solo.disk.image = { slot: 5, entries: [] };
    solo.input({ type: 'imageFlushed', slot: 5 });
    solo.input({ type: 'trim', throughSlot: 4 });
    solo.flush();
    const again = new Solo({ durable: solo.disk.load() });
    again.receive('c3', { type: 'fetch', fromSlot: 4, throughSlot: 5 });
    expect(again.sent('fetched')[0]?.body).toMatchObject({ entries: [], trimmedThroughSlot: 4 });
  });

  it('(N=3, leader trims everything it applied) goes on choosing, and a candidate fetches or recovers', () => {
    const cluster = new TestCluster();
    const leader = cluster.start();
    for (let i = 0; i < 10; i += 1) {
      cluster.propose(leader.nodeId, `v${i}`);
      cluster.settle();
      cluster.trimAll(leader.nodeId);
    }
    cluster.kill(leader.nodeId);
    const next = cluster.start();
    expect(next.texts.filter((value) => value.startsWith('v'))).toHaveLength(10);
  });

  it('(N=3) a candidate behind an acceptor that trimmed gets it from the third, and counts it', () => {
    const cluster = new TestCluster({ priorities: { c1: 9 } });
    const leader = cluster.start();
    const [first = '', second = ''] = cluster.ids.filter((id) => id !== leader.nodeId);
    cluster.isolate(first);
    cluster.propose(leader.nodeId, 'x');
    cluster.run(300);
    cluster.trimAll(leader.nodeId);
    cluster.heal();
    // Only the one that is behind may stand.
    leader.healthy = false;
    cluster.node(second).healthy = false;
    cluster.drop = ({ header, body }) => body.type === 'chosen' || (body.type === 'fetched' && header.to !== first);
    cluster.runUntil(() => cluster.node(first).status.serving, 5_000);
    expect(cluster.node(first).texts).toContain('x');
  });

  it('starts on a disk that trimmed what its image covers', () => {
    const trimmed = { chosenThroughSlot: 9, imageSlot: 7, trimmedThroughSlot: 5 };
    const solo = new Solo({ durable: { ...emptyDisk(), promised: b2, ...trimmed } });
    expect(solo.status).toMatchObject({ appliedSlot: 9, imageSlot: 7, trimmedThroughSlot: 5, needsSnapshot: false });
  });
});
