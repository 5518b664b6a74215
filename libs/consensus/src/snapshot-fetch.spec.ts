import { ballot, commands, emptyDisk, HEALTHY, TestCluster, text } from './cluster.spec-support.js';
import type { DurableState } from './io.js';
import { Solo } from './solo.spec-support.js';
import type { SoloOptions } from './solo.spec-support.js';

const b2 = ballot(1, 'c2');
const b3 = ballot(2, 'c3');
const trimmedReply = (chosenThroughSlot: number, trimmedThroughSlot: number) => ({
  type: 'fetched' as const,
  ballot: b2,
  entries: [],
  chosenThroughSlot,
  trimmedThroughSlot,
});
const chosen = (chosenThroughSlot: number) => ({ type: 'chosen' as const, ballot: b2, chosenThroughSlot });
const disk = (given: Partial<DurableState>): DurableState => ({ ...emptyDisk(), promised: b2, ...given });

/** c1 has nothing; c2 leads and c3 follows, both chosen through 9 and trimmed through 5. */
function behind(options: SoloOptions = {}): Solo {
  const solo = new Solo(options);
  solo.tick();
  solo.reply('c3', { chosenThroughSlot: 9 });
  solo.receive('c2', chosen(9));
  solo.receive('c2', trimmedReply(9, 5));
  for (let i = 0; i < 4; i += 1) solo.tick(100);
  solo.receive('c3', trimmedReply(9, 5));
  for (let i = 0; i < 3; i += 1) solo.tick(100);
  return solo;
}

function installing(slot = 7): Solo {
  const solo = behind();
  solo.input({ type: 'snapshotReceived', slot });
  solo.flush();
  solo.effects = [];
  return solo;
}

describe('asking for a snapshot', () => {
  it('is for when all that are ahead trimmed what is needed, and asks the leader last', () => {
    const solo = behind();
    expect(solo.take('fetchSnapshot')).toEqual([{ type: 'fetchSnapshot', peer: 'c3', aboveSlot: 0 }]);
    expect(solo.status.needsSnapshot).toBe(true);
  });

  it('does not happen while anybody who is heard may have the next slot in its log', () => {
    const solo = new Solo();
    solo.tick();
    solo.receive('c2', chosen(9));
    solo.receive('c2', trimmedReply(9, 5));
    for (let i = 0; i < 10; i += 1) {
      solo.reply('c3', { chosenThroughSlot: 9 });
      solo.tick(100);
    }
    expect(solo.take('fetchSnapshot')).toEqual([]);
    expect(solo.sent('fetch').map(({ to }) => to)).toContain('c3');
  });

  it('does not wait for ever for the only one that may have the next slot, and is silent (P19)', () => {
    const solo = new Solo();
    solo.tick();
    solo.reply('c3', { chosenThroughSlot: 9 });
    solo.receive('c2', chosen(9));
    solo.receive('c2', trimmedReply(9, 5));
    for (let i = 0; i < 10; i += 1) solo.tick(100);
    expect(solo.sent('fetch').map(({ to }) => to)).toContain('c3');
    expect(solo.take('fetchSnapshot')).toEqual([{ type: 'fetchSnapshot', peer: 'c2', aboveSlot: 0 }]);
  });

  it('asks for one at a time, and waits for as long as the host does', () => {
    const solo = behind();
    for (let i = 0; i < 600; i += 1) solo.tick(1_000);
    expect(solo.take('fetchSnapshot')).toHaveLength(1);
  });

  it('asks the next peer after a failure, not before a delay', () => {
    const solo = behind();
    solo.take('fetchSnapshot');
    solo.input({ type: 'snapshotFailed', peer: 'c3' });
    solo.tick(150);
    expect(solo.take('fetchSnapshot')).toEqual([]);
    solo.tick(100);
    expect(solo.take('fetchSnapshot')).toMatchObject([{ peer: 'c2' }]);
    expect(solo.status.counters.snapshotsFailed).toBe(1);
  });

  it('takes no notice of a failure of somebody that was not asked', () => {
    const solo = behind();
    solo.input({ type: 'snapshotFailed', peer: 'c2' });
    for (let i = 0; i < 5; i += 1) solo.tick(100);
    expect(solo.take('fetchSnapshot')).toHaveLength(1);
  });
});

describe('a received snapshot', () => {
  it('is installed when it closes the gap', () => {
    const solo = behind();
    solo.input({ type: 'snapshotReceived', slot: 7 });
    expect(solo.take('installSnapshot')).toEqual([{ type: 'installSnapshot', slot: 7 }]);
    expect(solo.status).toMatchObject({ installingSnapshot: true, chosenThroughSlot: 0, unfitReason: 'snapshot' });
  });

  it('is discarded when the log closed the gap first', () => {
    const solo = behind();
    const entries = [1, 2, 3, 4, 5, 6, 7].map((slot) => ({ slot, entry: commands(`v${slot}`) }));
    solo.receive('c3', { ...trimmedReply(9, 0), entries });
    solo.input({ type: 'snapshotReceived', slot: 7 });
    expect(solo.take('installSnapshot')).toEqual([]);
    expect(solo.take('discardSnapshot')).toEqual([{ type: 'discardSnapshot', slot: 7 }]);
  });

  it.each([
    ['nobody asked for', (): Solo => new Solo()],
    ['a leader no longer needs', leaderWithTransfer],
    ['has no room', (): Solo => withoutRoom(behind())],
  ])('is discarded when %s it', (_, make) => {
    const solo = make();
    solo.input({ type: 'snapshotReceived', slot: 7 });
    expect(solo.take('installSnapshot')).toEqual([]);
    expect(solo.take('discardSnapshot')).toEqual([{ type: 'discardSnapshot', slot: 7 }]);
    expect(solo.status.counters.snapshotsDiscarded).toBe(1);
  });
});

describe('while a snapshot is installed', () => {
  it('nothing is applied, though the log learns on; afterwards the slots above follow', () => {
    const solo = installing(3);
    solo.accept('c2', b2, 1, ['a', 'b', 'c', 'd'], 0);
    solo.receive('c2', chosen(4));
    solo.flush();
    expect(solo.take('apply')).toEqual([]);
    solo.input({ type: 'snapshotInstalled', slot: 3 });
    expect(solo.take('apply').map(({ slot }) => slot)).toEqual([4]);
    // The log closed the gap by itself: nothing has to be trimmed.
    expect(solo.status).toMatchObject({ appliedSlot: 4, trimmedThroughSlot: 0, imageSlot: 3 });
  });

  it('promises and accepts go on, and are kept (P10)', () => {
    const solo = installing();
    solo.receive('c3', { type: 'prepare', ballot: b3, fromSlot: 8 });
    solo.flush();
    expect(solo.sent('promised')).toMatchObject([{ to: 'c3', body: { chosenThroughSlot: 0, accepted: [] } }]);
    solo.accept('c3', b3, 8, ['x'], 7);
    solo.flush();
    expect(solo.sent('accepted')).toMatchObject([{ to: 'c3', body: { slots: [8] } }]);
    solo.input({ type: 'snapshotInstalled', slot: 7 });
    expect(solo.status).toMatchObject({ promised: b3, chosenThroughSlot: 7, appliedSlot: 7, trimmedThroughSlot: 7 });
    solo.receive('c2', { type: 'prepare', ballot: ballot(3, 'c2'), fromSlot: 1 });
    solo.flush();
    expect(solo.sent('promised')[0]?.body.accepted).toEqual([{ slot: 8, ballot: b3, entry: commands('x') }]);
    expect(solo.status.counters.promisesWhileInstalling).toBe(1);
  });

  it('what was accepted below it is neither reported, served nor applied afterwards (P6, P10)', () => {
    const solo = installing();
    solo.accept('c2', b2, 3, ['maybe never chosen'], 0);
    solo.flush();
    solo.input({ type: 'snapshotInstalled', slot: 7 });
    solo.flush();
    expect(solo.disk.accepted.size).toBe(0);
    solo.receive('c3', { type: 'fetch', fromSlot: 3, throughSlot: 7 });
    expect(solo.sent('fetched')[0]?.body).toMatchObject({ entries: [], trimmedThroughSlot: 7 });
    expect(solo.take('loadEntries')).toEqual([]);
    expect(solo.take('apply')).toEqual([]);
  });

  it('what was accepted below it takes no room in memory afterwards', () => {
    const solo = behind({ options: { maxEntryBytes: 20, maxOpenBytes: 40 } });
    solo.accept('c2', b2, 3, ['a', 'b', 'c', 'd', 'e'], 0);
    solo.input({ type: 'snapshotReceived', slot: 7 });
    solo.flush();
    solo.input({ type: 'snapshotInstalled', slot: 7 });
    solo.flush();
    solo.effects = [];
    solo.accept('c2', b2, 9, ['x'], 0);
    solo.flush();
    expect(solo.sent('accepted')).toMatchObject([{ body: { slots: [9] } }]);
  });

  it('nobody stands', () => {
    const solo = installing();
    for (let i = 0; i < 20; i += 1) {
      solo.tick(150);
      for (const peer of solo.peers) solo.reply(peer);
    }
    expect(solo.status).toMatchObject({ role: 'follower', counters: { elections: 0 } });
  });

  it('chunks of a late catch-up are left out, so that memory does not grow', () => {
    const solo = installing();
    solo.receive('c3', { ...trimmedReply(9, 0), entries: [{ slot: 1, entry: commands('a') }] });
    expect(solo.status.chosenThroughSlot).toBe(0);
  });

  it('a trim waits: should the image be lost by a crash, the log is what is left (I7)', () => {
    const solo = new Solo({ durable: disk({ chosenThroughSlot: 3, imageSlot: 3, logChosenThroughSlot: 3 }) });
    solo.tick();
    solo.reply('c3', { chosenThroughSlot: 9 });
    solo.receive('c2', chosen(9));
    solo.receive('c2', trimmedReply(9, 5));
    for (let i = 0; i < 4; i += 1) solo.tick(100);
    solo.receive('c3', trimmedReply(9, 5));
    for (let i = 0; i < 3; i += 1) solo.tick(100);
    solo.input({ type: 'snapshotReceived', slot: 7 });
    solo.input({ type: 'trim', throughSlot: 3 });
    expect(solo.status).toMatchObject({ installingSnapshot: true, trimmedThroughSlot: 0 });
  });

  it('its trim waits for room on the disk, and is in force at once', () => {
    const solo = installing();
    withoutRoom(solo);
    solo.input({ type: 'snapshotInstalled', slot: 7 });
    expect(solo.take('persist')).toEqual([]);
    expect(solo.status.trimmedThroughSlot).toBe(7);
    solo.tick(10);
    expect(solo.take('persist')[0]?.writes).toContainEqual({ kind: 'trimmed', throughSlot: 7 });
  });

  it('another slot than asked for is a broken host', () => {
    const solo = installing(7);
    expect(() => solo.input({ type: 'snapshotInstalled', slot: 8 })).toThrow('snapshotInstalled answers');
  });
});

describe('a lost image', () => {
  const lost = (): Solo => new Solo({ durable: disk({ trimmedThroughSlot: 5 }) });

  it('asks for a snapshot that reaches the log, and for no entries', () => {
    const solo = lost();
    solo.tick();
    solo.reply('c3', { chosenThroughSlot: 9 });
    solo.reply('c2', { chosenThroughSlot: 4 });
    for (let i = 0; i < 4; i += 1) solo.tick(100);
    expect(solo.take('fetchSnapshot')).toEqual([{ type: 'fetchSnapshot', peer: 'c3', aboveSlot: 4 }]);
    expect(solo.sent('fetch')).toEqual([]);
    solo.input({ type: 'snapshotReceived', slot: 5 });
    solo.input({ type: 'snapshotInstalled', slot: 5 });
    expect(solo.status).toMatchObject({ chosenThroughSlot: 5, appliedSlot: 5, unfitReason: '' });
  });

  it('promises that it knows chosen what it trimmed: no hole below is filled (P4)', () => {
    const solo = lost();
    solo.receive('c3', { type: 'prepare', ballot: b3, fromSlot: 1 });
    solo.flush();
    expect(solo.sent('promised')[0]?.body).toMatchObject({ chosenThroughSlot: 5, trimmedThroughSlot: 5, accepted: [] });
  });

  it('does not stand, and is not happy to be handed the lead', () => {
    const solo = lost();
    for (let i = 0; i < 10; i += 1) {
      solo.tick(150);
      for (const peer of solo.peers) solo.reply(peer);
    }
    solo.receive('c2', { type: 'handOver', ballot: b2 });
    expect(solo.status).toMatchObject({ role: 'follower', unfitReason: 'snapshot' });
  });

  it('votes for what was trimmed without writing it: the slot is chosen, with that value', () => {
    const solo = lost();
    solo.accept('c3', b3, 4, ['d', 'e', 'f']);
    const writes = solo.take('persist').flatMap((persist) => persist.writes);
    expect(writes.filter(({ kind }) => kind === 'accepted')).toHaveLength(1);
    solo.flush();
    expect(solo.sent('accepted')[0]?.body.slots).toEqual([4, 5, 6]);
  });

  it('a snapshot below the trim is of no use', () => {
    const solo = lost();
    solo.tick();
    solo.reply('c3', { chosenThroughSlot: 9 });
    for (let i = 0; i < 4; i += 1) solo.tick(100);
    solo.input({ type: 'snapshotReceived', slot: 4 });
    expect(solo.take('discardSnapshot')).toHaveLength(1);
  });

  it('(N=3) of the only one that knew is made good by recovery from the others', () => {
    const cluster = new TestCluster();
    const leader = cluster.start();
    cluster.run(200);
    cluster.drop = ({ body }) => body.type === 'chosen' || body.type === 'pollReply';
    cluster.propose(leader.nodeId, 'x');
    cluster.settle();
    cluster.trimAll(leader.nodeId);
    cluster.crash(leader.nodeId);
    leader.disk.image = { slot: 0, entries: [] };
    cluster.drop = () => false;
    cluster.restart(leader.nodeId);
    cluster.run(3_000);
    cluster.trimAll(...cluster.ids);
    cluster.run(2_000);
    for (const log of cluster.logs()) expect(log).toContain('x');
    expect(new Set(cluster.logs()).size).toBe(1);
  });
});

describe('a start with an image above what the log knows chosen', () => {
  const gap = { chosenThroughSlot: 7, imageSlot: 7, accepted: [{ slot: 8, ballot: b2, entry: commands('h') }] };

  it.each([
    ['the log says so', { logChosenThroughSlot: 3 }],
    ['nobody says otherwise', {}],
  ])('trims through the image before it serves anybody, when %s', (_, known) => {
    const solo = new Solo({ durable: disk({ ...gap, ...known }) });
    solo.receive('c3', { type: 'fetch', fromSlot: 4, throughSlot: 7 });
    expect(solo.take('loadEntries')).toEqual([]);
    expect(solo.take('persist')[0]?.writes).toEqual([
      { kind: 'trimmed', throughSlot: 7 },
      { kind: 'chosenThrough', slot: 7 },
    ]);
    expect(solo.status.counters.startsWithGap).toBe(1);
  });

  it('keeps the log that knows it', () => {
    const solo = new Solo({ durable: disk({ ...gap, logChosenThroughSlot: 7 }) });
    solo.receive('c3', { type: 'fetch', fromSlot: 4, throughSlot: 7 });
    expect(solo.take('loadEntries')).toHaveLength(1);
    expect(solo.status).toMatchObject({ trimmedThroughSlot: 0, counters: { startsWithGap: 0 } });
  });

  it('does not arise from an image alone: the log is told what the image covers', () => {
    const solo = new Solo();
    solo.accept('c2', b2, 1, ['a']);
    solo.flush();
    solo.receive('c2', chosen(1));
    expect(solo.take('apply').map(({ entry }) => text(entry))).toEqual(['a']);
    solo.input({ type: 'imageFlushed', slot: 1 });
    solo.flush();
    expect(solo.disk.chosenThroughSlot).toBe(1);
  });
});

/** Asked for a snapshot as a follower, and leads by now. */
function leaderWithTransfer(): Solo {
  const solo = behind();
  const answers = { chosenThroughSlot: 0, ballot: b2 };
  for (let i = 0; i < 3 && solo.status.role === 'follower'; i += 1) {
    solo.tick(150);
    for (const peer of solo.peers) solo.reply(peer, answers);
  }
  solo.flush();
  for (const peer of solo.peers) solo.promised(peer);
  expect(solo.status.role).toBe('leader');
  return solo;
}

function withoutRoom(solo: Solo): Solo {
  solo.tick(0, { ...HEALTHY, mayWrite: false });
  solo.effects = [];
  return solo;
}
