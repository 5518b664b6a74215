import { ballot, commands } from './cluster.spec-support.js';
import type { MessageHeader } from './messages.js';
import type { ReplicaCounters } from './counters.js';
import { Solo } from './solo.spec-support.js';

const poll = { type: 'poll' as const, pollRound: 1 };

describe('admission', () => {
  const strangers: [string, Partial<MessageHeader>, keyof ReplicaCounters][] = [
    ['another format version', { formatVersion: 2 }, 'droppedWrongVersion'],
    ['another cluster', { clusterId: 'other' }, 'droppedWrongCluster'],
    ['another group', { groupId: 1 }, 'droppedWrongGroup'],
    ['another addressee', { to: 'c2' }, 'droppedWrongAddressee'],
    ['this node itself', { from: 'c1' }, 'droppedWrongAddressee'],
    ['a node that is no member', { from: 'c9' }, 'droppedNotMember'],
  ];
  it.each(strangers)('drops and counts a message of %s', (_, header, counter) => {
    const solo = new Solo();
    expect(solo.receive('c2', poll, header)).toEqual([]);
    expect(solo.status.counters[counter]).toBe(1);
  });

  it('answers a message that is meant for it', () => {
    const solo = new Solo();
    solo.receive('c2', poll);
    expect(solo.sent('pollReply')).toHaveLength(1);
  });

  it('refuses a second storage id under a known node id, and keeps hearing the first (I10)', () => {
    const solo = new Solo();
    solo.receive('c2', poll);
    solo.receive('c2', poll, { storageId: 'blank-disk' });
    solo.receive('c2', poll);
    expect(solo.sent('pollReply')).toHaveLength(2);
    expect(solo.status.counters.droppedStorageIdConflict).toBe(1);
  });

  it('takes no vote of a node that came back with a blank disk (P3)', () => {
    const solo = new Solo();
    solo.reply('c2');
    solo.stand();
    expect(solo.status.role).toBe('candidate');
    solo.receive(
      'c2',
      {
        type: 'promised',
        ballot: solo.status.ballot,
        chunkIndex: 0,
        chunkCount: 1,
        chosenThroughSlot: 0,
        trimmedThroughSlot: 0,
        accepted: [],
        unknownSlots: [],
      },
      { storageId: 'blank-disk' },
    );
    expect(solo.status.role).toBe('candidate');
  });

  it.each([
    { type: 'prepare' as const, ballot: ballot(5, 'c3'), fromSlot: 1 },
    {
      type: 'accept' as const,
      ballot: ballot(5, 'c3'),
      entries: [{ slot: 1, entry: commands('x') }],
      chosenThroughSlot: 0,
    },
    { type: 'chosen' as const, ballot: ballot(5, 'c3'), chosenThroughSlot: 0 },
    { type: 'confirm' as const, ballot: ballot(5, 'c3'), confirmRound: 1 },
  ])('drops a $type under a ballot that its sender does not own', (body) => {
    const solo = new Solo();
    expect(solo.receive('c2', body)).toEqual([]);
    expect(solo.status.counters.droppedForeignBallot).toBe(1);
    expect(solo.status.promised.round).toBe(0);
  });

  it('drops questions while thousands of answers wait for a disk that hangs, and goes on when it is back', () => {
    const solo = new Solo();
    solo.accept('c2', ballot(1, 'c2'), 1, ['x']);
    for (let i = 0; i < 5_000; i += 1) solo.receive('c2', { type: 'prepare', ballot: ballot(1, 'c2'), fromSlot: 1 });
    expect(solo.status.withheldMessages).toBe(4_096);
    expect(solo.status.counters.droppedOverloaded).toBeGreaterThan(0);
    solo.flush();
    expect(solo.status.withheldMessages).toBe(0);
    solo.effects = [];
    solo.receive('c2', { type: 'prepare', ballot: ballot(1, 'c2'), fromSlot: 1 });
    expect(solo.sent('promised')).toHaveLength(1);
  });
});

describe('identity of peers (I10)', () => {
  const b2 = ballot(1, 'c2');

  it('is written when a peer is first heard, once, and known after a restart', () => {
    const solo = new Solo({ strangers: true });
    solo.receive('c2', poll);
    solo.receive('c2', poll);
    const writes = solo.take('persist').flatMap((persist) => persist.writes);
    expect(writes).toEqual([{ kind: 'peer', nodeId: 'c2', storageId: 'disk-c2' }]);
    solo.flush();
    const again = new Solo({ durable: solo.disk.load() });
    again.receive('c2', poll, { storageId: 'blank-disk' });
    expect(again.sent('rejected')).toEqual([{ to: 'c2', body: { type: 'rejected', storageId: 'blank-disk' } }]);
    expect(again.status.counters.rejectedStrangers).toBe(1);
  });

  it('lets polls and their replies pass before it is flushed, and nothing that counts', () => {
    const solo = new Solo({ strangers: true });
    solo.receive('c2', poll);
    expect(solo.sent('pollReply')).toHaveLength(1);
    solo.receive('c2', { type: 'prepare', ballot: b2, fromSlot: 1 });
    solo.accept('c2', b2, 1, ['x']);
    const entries = [{ slot: 1, entry: commands('x') }];
    solo.receive('c2', { type: 'fetched', ballot: b2, entries, chosenThroughSlot: 1, trimmedThroughSlot: 0 });
    expect(solo.status).toMatchObject({ promised: { round: 0 }, chosenThroughSlot: 0 });
    expect(solo.status.counters.droppedUnidentified).toBe(3);
    solo.flush();
    solo.accept('c2', b2, 1, ['x']);
    solo.flush();
    expect(solo.sent('accepted')).toHaveLength(1);
  });

  it('counts no promise of a stranger', () => {
    const solo = new Solo({ strangers: true });
    solo.tick();
    for (const peer of solo.peers) solo.reply(peer);
    solo.promised('c2');
    expect(solo.status.role).toBe('candidate');
    solo.flush();
    solo.promised('c2');
    expect(solo.status.role).toBe('leader');
  });

  it('takes no stranger’s word for what is chosen: it could be said of a ballot of its predecessor', () => {
    const known = new Map([['c3', 'disk-c3']]);
    const accepted = [{ slot: 1, ballot: b2, entry: commands('not chosen') }];
    const solo = new Solo({ durable: { promised: b2, chosenThroughSlot: 0, accepted, peers: known } });
    solo.tick();
    solo.reply('c2', { ballot: b2, leader: b2, happy: true, chosenThroughSlot: 1 });
    expect(solo.status).toMatchObject({ leader: 'c2', chosenThroughSlot: 0 });
    solo.flush();
    solo.reply('c2', { ballot: b2, leader: b2, happy: true, chosenThroughSlot: 1 });
    expect(solo.status.chosenThroughSlot).toBe(1);
  });

  it('of the first wins, though it is not flushed yet: the second is told once it is', () => {
    const solo = new Solo({ strangers: true });
    solo.receive('c2', poll);
    solo.receive('c2', poll, { storageId: 'second' });
    expect(solo.sent('rejected')).toEqual([]);
    solo.flush();
    expect(solo.sent('rejected')).toMatchObject([{ body: { storageId: 'second' } }]);
  });

  it('refused by a known peer stops this node for good, without another message', () => {
    const solo = new Solo();
    const effects = solo.receive('c2', { type: 'rejected', storageId: 'disk-c1' });
    expect(effects).toMatchObject([{ type: 'fatal', code: 'storageIdRefused' }]);
    expect(solo.status.stopped).toBe(true);
    expect(solo.tick(100)).toEqual([]);
  });

  it('refused of another storage id, or by a stranger, is no reason to stop', () => {
    const solo = new Solo();
    solo.receive('c2', { type: 'rejected', storageId: 'of its predecessor' });
    expect(solo.status.stopped).toBe(false);
    const fresh = new Solo({ strangers: true });
    fresh.receive('c2', { type: 'rejected', storageId: 'disk-c1' });
    expect(fresh.status.stopped).toBe(false);
    fresh.flush();
    fresh.receive('c2', { type: 'rejected', storageId: 'disk-c1' });
    expect(fresh.status.stopped).toBe(true);
  });

  it('is not argued about: a refusal of a stranger is not answered with another', () => {
    const solo = new Solo();
    solo.receive('c2', { type: 'rejected', storageId: 'disk-c1' }, { storageId: 'another' });
    expect(solo.sent('rejected')).toEqual([]);
    expect(solo.status.stopped).toBe(false);
  });

  it('is told with the level of features', () => {
    const solo = new Solo({ featureLevel: 7 });
    solo.receive('c2', poll);
    expect(solo.sent('pollReply')[0]?.body).toMatchObject({ featureLevel: 7, unfitReason: '' });
    solo.tick();
    solo.reply('c3', { featureLevel: 4 });
    expect(solo.status.peers.map(({ featureLevel }) => featureLevel)).toEqual([0, 4]);
  });
});
