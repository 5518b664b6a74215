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
