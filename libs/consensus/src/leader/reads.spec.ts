import { ballot, commands } from '../cluster.spec-support.js';
import { Solo } from '../solo.spec-support.js';

const read = (solo: Solo, readId: number) => solo.input({ type: 'read', readId });
const confirmed = (at: ReturnType<typeof ballot>, confirmRound: number) => ({
  type: 'confirmed' as const,
  ballot: at,
  confirmRound,
});

describe('reads by read-index', () => {
  it('are answered when a quorum confirmed the ballot in a round sent after they arrived (P7)', () => {
    const solo = new Solo();
    const own = solo.lead();
    read(solo, 1);
    expect(solo.sent('confirm').map(({ to, body }) => [to, body.confirmRound])).toEqual([
      ['c2', 1],
      ['c3', 1],
    ]);
    expect(solo.take('readReady')).toEqual([]);
    solo.receive('c3', confirmed(own, 1));
    expect(solo.take('readReady')).toEqual([{ type: 'readReady', readIds: [1], appliedSlot: 1 }]);
  });

  it('are not answered by a confirmation of an earlier round (P7)', () => {
    const solo = new Solo();
    const own = solo.lead();
    read(solo, 1);
    read(solo, 2);
    solo.receive('c2', confirmed(own, 1));
    expect(solo.take('readReady')).toMatchObject([{ readIds: [1] }]);
    solo.receive('c2', confirmed(own, 1));
    solo.receive('c3', confirmed(own, 1));
    expect(solo.take('readReady')).toEqual([]);
    solo.receive('c3', confirmed(own, 2));
    expect(solo.take('readReady')).toMatchObject([{ readIds: [2] }]);
  });

  it('share the round that follows the one under way', () => {
    const solo = new Solo();
    const own = solo.lead();
    for (const readId of [1, 2, 3, 4]) read(solo, readId);
    expect(solo.status.queuedReads).toBe(4);
    solo.receive('c2', confirmed(own, 1));
    solo.receive('c2', confirmed(own, 2));
    expect(solo.take('readReady').map(({ readIds }) => readIds)).toEqual([[1], [2, 3, 4]]);
    expect(solo.status.counters.confirmRounds).toBe(2);
    expect(solo.status.queuedReads).toBe(0);
  });

  it.each([
    [5, 2],
    [3, 1],
  ])('(N=%i) need %i followers, each counted once', (size, needed) => {
    const solo = new Solo({ size });
    const own = solo.lead();
    read(solo, 1);
    for (let index = 0; index < needed - 1; index += 1) {
      solo.receive(solo.peers[index] ?? '', confirmed(own, 1));
      solo.receive(solo.peers[index] ?? '', confirmed(own, 1));
    }
    expect(solo.take('readReady')).toEqual([]);
    solo.receive(solo.peers[needed - 1] ?? '', confirmed(own, 1));
    expect(solo.take('readReady')).toHaveLength(1);
  });

  it('do not count confirmations of another ballot', () => {
    const solo = new Solo();
    const own = solo.lead();
    read(solo, 1);
    solo.receive('c2', confirmed({ ...own, round: own.round - 1 }, 1));
    expect(solo.take('readReady')).toEqual([]);
  });

  it('wait until all that phase 1 recovered is chosen, not only the first slot of the ballot (P7)', () => {
    const solo = new Solo();
    const own = solo.stand();
    solo.promised('c2', { accepted: [{ slot: 2, ballot: ballot(1, 'c9'), entry: commands('acknowledged before') }] });
    solo.flush();
    read(solo, 1);
    expect(solo.sent('confirm')).toEqual([]);
    solo.receive('c2', { type: 'accepted', ballot: own, slots: [1] });
    expect(solo.status.appliedSlot).toBe(1);
    expect(solo.sent('confirm')).toEqual([]);
    solo.receive('c2', { type: 'accepted', ballot: own, slots: [2] });
    expect(solo.sent('confirm')).toHaveLength(2);
    solo.receive('c2', confirmed(own, 1));
    expect(solo.take('readReady')).toMatchObject([{ appliedSlot: 2 }]);
  });

  it('wait until what was chosen when the round began is applied here', () => {
    const solo = new Solo();
    const own = solo.lead();
    solo.propose('x');
    solo.receive('c2', { type: 'accepted', ballot: own, slots: [2] });
    solo.receive('c3', { type: 'accepted', ballot: own, slots: [2] });
    read(solo, 1);
    solo.receive('c2', confirmed(own, 1));
    expect(solo.status).toMatchObject({ chosenThroughSlot: 2, appliedSlot: 1 });
    expect(solo.take('readReady')).toEqual([]);
    solo.flush();
    expect(solo.take('readReady')).toMatchObject([{ appliedSlot: 2 }]);
  });

  it('are asked for again, in the same round, when confirmations are lost', () => {
    const solo = new Solo({ size: 5 });
    const own = solo.lead();
    read(solo, 1);
    solo.receive('c2', confirmed(own, 1));
    solo.sent('confirm');
    solo.tick(200);
    expect(solo.sent('confirm').map(({ to, body }) => [to, body.confirmRound])).toEqual([
      ['c3', 1],
      ['c4', 1],
      ['c5', 1],
    ]);
  });

  it('are refused with a hint where this node does not lead', () => {
    const solo = new Solo();
    solo.accept('c2', ballot(1, 'c2'), 1, ['x']);
    read(solo, 9);
    expect(solo.take('readsRefused')).toEqual([{ type: 'readsRefused', readIds: [9], leader: 'c2' }]);
  });

  it('are all refused when the lead is lost, whatever state they were in', () => {
    const solo = new Solo();
    const own = solo.lead();
    solo.propose('x');
    solo.receive('c2', { type: 'accepted', ballot: own, slots: [2] });
    solo.receive('c3', { type: 'accepted', ballot: own, slots: [2] });
    read(solo, 1);
    solo.receive('c2', confirmed(own, 1));
    read(solo, 2);
    read(solo, 3);
    solo.receive('c3', { type: 'prepare', ballot: ballot(own.round + 1, 'c3'), fromSlot: 1 });
    expect(solo.take('readsRefused')).toMatchObject([{ readIds: [1, 2, 3], leader: 'c3' }]);
  });

  it('are refused above the limit of waiting reads', () => {
    const solo = new Solo({ options: { maxQueuedReads: 2 } });
    solo.lead();
    for (const readId of [1, 2, 3]) read(solo, readId);
    expect(solo.take('readsRefused')).toMatchObject([{ readIds: [3], leader: 'c1' }]);
  });

  it('(N=1) are answered without asking anybody', () => {
    const solo = new Solo({ size: 1 });
    solo.tick();
    solo.flush();
    solo.flush();
    read(solo, 1);
    expect(solo.take('readReady')).toMatchObject([{ readIds: [1], appliedSlot: 1 }]);
  });
});

describe('acceptor asked to confirm', () => {
  it('confirms a ballot at or above its promise', () => {
    const solo = new Solo();
    solo.receive('c2', { type: 'confirm', ballot: ballot(3, 'c2'), confirmRound: 7 });
    expect(solo.sent('confirmed')).toEqual([{ to: 'c2', body: confirmed(ballot(3, 'c2'), 7) }]);
  });

  it('refuses a deposed leader, even before its own promise is flushed (P7)', () => {
    const solo = new Solo();
    solo.receive('c3', { type: 'prepare', ballot: ballot(4, 'c3'), fromSlot: 1 });
    solo.receive('c2', { type: 'confirm', ballot: ballot(3, 'c2'), confirmRound: 7 });
    expect(solo.sent('confirmed')).toEqual([]);
    solo.flush();
    expect(solo.sent('nacked')).toMatchObject([{ to: 'c2', body: { promised: ballot(4, 'c3') } }]);
  });
});
