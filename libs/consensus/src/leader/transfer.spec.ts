import { ballot, HEALTHY, TestCluster } from '../cluster.spec-support.js';
import type { TestNode } from '../cluster.spec-support.js';
import type { NodeId } from '../types.js';
import { Solo } from '../solo.spec-support.js';
import type { SoloOptions } from '../solo.spec-support.js';

const transfer = (to?: NodeId, transferId = 1) => ({ type: 'transferLeadership' as const, transferId, to });

/** c1 leads and serves; its peers said lately that they follow it and are well. */
function leading(options: SoloOptions = {}): Solo {
  const solo = new Solo(options);
  const own = solo.lead();
  solo.tick(150);
  for (const peer of solo.peers) solo.reply(peer, { leader: own, ballot: own, happy: true, chosenThroughSlot: 1 });
  solo.effects = [];
  return solo;
}

function outcomes(solo: Solo): string[] {
  return solo.take('transferEnded').map(({ outcome }) => outcome);
}

describe('transfer, the leader', () => {
  it('hands over at once when the other one has everything', () => {
    const solo = leading();
    const own = solo.status.ballot;
    solo.input(transfer('c3'));
    expect(solo.sent('handOver')).toEqual([{ to: 'c3', body: { type: 'handOver', ballot: own } }]);
    expect(outcomes(solo)).toEqual([]);
  });

  it('first proposes what it took before, and waits until that is chosen and flushed there', () => {
    const solo = leading({ options: { maxFlushesInFlight: 1, maxEntryCommands: 1 } });
    const own = solo.status.ballot;
    solo.propose('1', '2');
    solo.input(transfer('c3'));
    expect(solo.sent('accept').map(({ body }) => body.entries[0]?.slot)).toEqual([2, 2]);
    solo.flush();
    solo.receive('c2', { type: 'accepted', ballot: own, slots: [2] });
    expect(solo.status.queuedProposals).toBe(0);
    solo.flush();
    solo.receive('c2', { type: 'accepted', ballot: own, slots: [3] });
    // All is chosen, by c2; c3 hasn't flushed it.
    expect(solo.status.openSlots).toBe(0);
    expect(solo.sent('handOver')).toEqual([]);
    solo.receive('c3', { type: 'accepted', ballot: own, slots: [2, 3] });
    expect(solo.sent('handOver')).toMatchObject([{ to: 'c3' }]);
  });

  it('refuses new proposals meanwhile, and still answers reads', () => {
    const solo = leading();
    solo.input(transfer('c3'));
    solo.propose('7');
    expect(solo.take('proposalsRefused')).toMatchObject([{ proposalIds: [7], reason: 'transferring', leader: 'c1' }]);
    solo.input({ type: 'read', readId: 1 });
    solo.receive('c2', { type: 'confirmed', ballot: solo.status.ballot, confirmRound: 1 });
    expect(solo.take('readReady')).toHaveLength(1);
  });

  it('is done when another proposes, not when it only stands', () => {
    const solo = leading();
    solo.input(transfer('c3'));
    const next = ballot(9, 'c3');
    solo.receive('c3', { type: 'prepare', ballot: next, fromSlot: 2 });
    expect(solo.status.role).toBe('follower');
    expect(outcomes(solo)).toEqual([]);
    solo.accept('c3', next, 2, ['x'], 1);
    expect(outcomes(solo)).toEqual(['transferred']);
    expect(solo.status.counters).toMatchObject({ leadershipTransfers: 1, transfersTimedOut: 0 });
  });

  it('resumes after a time-out, and asks again before', () => {
    const solo = leading();
    const own = solo.status.ballot;
    solo.input(transfer('c3'));
    for (let i = 0; i < 10; i += 1) {
      solo.tick(100);
      for (const peer of solo.peers) solo.reply(peer, { leader: own, ballot: own, happy: true, chosenThroughSlot: 1 });
    }
    expect(solo.sent('handOver').length).toBeGreaterThan(2);
    expect(outcomes(solo)).toEqual(['timedOut']);
    solo.propose('8');
    expect(solo.take('proposalsRefused')).toEqual([]);
    expect(solo.status.counters.transfersTimedOut).toBe(1);
  });

  it('gives up at once on one that turns out unwell, or whose connection breaks, before it has everything', () => {
    for (const spoil of [
      (solo: Solo): unknown => solo.reply('c3', { happy: false, unfitReason: 'disk' }),
      (solo: Solo): unknown => solo.input({ type: 'peerDisconnected', peer: 'c3' }),
    ]) {
      const solo = leading();
      solo.propose('1');
      solo.input(transfer('c3'));
      spoil(solo);
      expect(outcomes(solo)).toEqual(['unfitTarget']);
      solo.propose('2');
      expect(solo.take('proposalsRefused')).toEqual([]);
    }
  });

  it('chooses the voter that is well and furthest when nobody is named', () => {
    const solo = leading({ size: 5, learners: ['l1'] });
    const own = solo.status.ballot;
    const word = { leader: own, ballot: own, happy: true };
    solo.reply('c2', { ...word, chosenThroughSlot: 9, unfitReason: 'clock' });
    solo.reply('c4', { ...word, chosenThroughSlot: 2 });
    solo.reply('l1', { ...word, chosenThroughSlot: 9 });
    solo.input(transfer());
    expect(solo.sent('handOver')).toMatchObject([{ to: 'c4' }]);
  });

  it.each([
    ['itself', 'c1', 'unfitTarget'],
    ['a stranger', 'nobody', 'unfitTarget'],
    ['a learner', 'l1', 'unfitTarget'],
  ])('does not hand over to %s', (_, to, outcome) => {
    const solo = leading({ learners: ['l1'] });
    solo.reply('l1', { happy: true, chosenThroughSlot: 1 });
    solo.input(transfer(to));
    expect(outcomes(solo)).toEqual([outcome]);
  });

  it('does not hand over to who was not heard lately', () => {
    const solo = leading();
    solo.tick(510);
    solo.input(transfer('c3'));
    expect(outcomes(solo)).toEqual(['unfitTarget']);
  });

  it('does one at a time; who does not lead has nothing to hand over', () => {
    const solo = leading();
    solo.input(transfer('c3'));
    solo.input(transfer('c2', 2));
    expect(solo.take('transferEnded')).toEqual([{ type: 'transferEnded', transferId: 2, outcome: 'busy' }]);
    const follower = new Solo();
    follower.input(transfer('c3'));
    expect(outcomes(follower)).toEqual(['notLeader']);
  });
});

describe('transfer, the other one', () => {
  const own = ballot(3, 'c2');
  const followsC2 = (): Solo => {
    const solo = new Solo();
    solo.tick();
    solo.accept('c2', own, 1, ['x'], 0);
    solo.flush();
    solo.effects = [];
    return solo;
  };

  it('stands at once, though its leader is happy', () => {
    const solo = followsC2();
    solo.receive('c2', { type: 'handOver', ballot: own });
    expect(solo.status).toMatchObject({ role: 'candidate', ballot: { round: 4, nodeId: 'c1' } });
    expect(solo.sent('prepare')).toEqual([]);
    solo.flush();
    expect(solo.sent('prepare')).toHaveLength(2);
  });

  it.each([
    ['an old leader', (solo: Solo) => solo.receive('c3', { type: 'handOver', ballot: ballot(2, 'c3') })],
    ['who does not own the ballot', (solo: Solo) => solo.receive('c3', { type: 'handOver', ballot: own })],
    [
      'its leader while it is unwell itself',
      (solo: Solo) => {
        solo.tick(10, { ...HEALTHY, happy: false, reason: 'disk' });
        return solo.receive('c2', { type: 'handOver', ballot: own });
      },
    ],
  ])('takes no hand-over of %s', (_, send) => {
    const solo = followsC2();
    send(solo);
    expect(solo.status).toMatchObject({ role: 'follower', counters: { handOversTaken: 0 } });
  });

  it('takes it once: a repetition changes nothing', () => {
    const solo = followsC2();
    solo.receive('c2', { type: 'handOver', ballot: own });
    solo.receive('c2', { type: 'handOver', ballot: own });
    expect(solo.status.counters).toMatchObject({ handOversTaken: 1, elections: 1 });
  });
});

describe('transfer in a cluster', () => {
  const settled = (size: number): { cluster: TestCluster; leader: TestNode } => {
    const cluster = new TestCluster({ size });
    const leader = cluster.start();
    cluster.run(300);
    return { cluster, leader };
  };

  it.each([3, 5])('(N=%i) goes once around, loses nothing and waits for no round', (size) => {
    const { cluster } = settled(size);
    const ids: number[] = [];
    for (const to of cluster.ids.filter((id) => id !== cluster.leader.nodeId)) {
      const from = cluster.leader.nodeId;
      ids.push(cluster.propose(from, `before ${to}`));
      cluster.input(from, transfer(to));
      cluster.settle();
      expect(cluster.leader.nodeId).toBe(to);
      cluster.run(300);
    }
    const answered = cluster.ids.flatMap((id) => cluster.node(id).answered);
    expect(answered).toEqual(expect.arrayContaining(ids));
    expect(cluster.count('leadershipTransfers')).toBe(size - 1);
  });

  it('(N=3) to one that dies at that moment ends with a leader that accepts', () => {
    const { cluster, leader } = settled(3);
    const to = cluster.ids.find((id) => id !== leader.nodeId) ?? '';
    cluster.input(leader.nodeId, transfer(to));
    cluster.kill(to);
    cluster.run(1_500);
    const id = cluster.propose(cluster.leader.nodeId, 'after');
    cluster.run(100);
    expect(cluster.leader.answered).toContain(id);
    expect(leader.transfers).toHaveLength(1);
  });
});
