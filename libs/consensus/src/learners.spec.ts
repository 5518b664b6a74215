import { ballot, TestCluster } from './cluster.spec-support.js';
import { Solo } from './solo.spec-support.js';

const b2 = ballot(1, 'c2');

describe('a learner, by itself', () => {
  const learner = (): Solo => new Solo({ nodeId: 'l1', learners: ['l1'] });

  it('accepts, acknowledges and applies what a leader streams', () => {
    const solo = learner();
    solo.accept('c2', b2, 1, ['x']);
    solo.flush();
    expect(solo.sent('accepted')).toMatchObject([{ to: 'c2', body: { slots: [1] } }]);
    solo.receive('c2', { type: 'chosen', ballot: b2, chosenThroughSlot: 1 });
    expect(solo.take('apply')).toHaveLength(1);
  });

  it('gives no promise and confirms no leader', () => {
    const solo = learner();
    solo.receive('c2', { type: 'prepare', ballot: b2, fromSlot: 1 });
    solo.receive('c2', { type: 'confirm', ballot: b2, confirmRound: 1 });
    solo.flush();
    expect([...solo.sent('promised'), ...solo.sent('confirmed')]).toEqual([]);
    expect(solo.status.promised.round).toBe(0);
  });

  it('never stands, not even when all are unhappy, its connections break or a leader hands over', () => {
    const solo = learner();
    for (let i = 0; i < 10; i += 1) {
      solo.tick(150);
      for (const peer of solo.peers) solo.reply(peer);
      solo.input({ type: 'peerDisconnected', peer: 'c2' });
    }
    solo.accept('c2', b2, 1, ['x']);
    solo.receive('c2', { type: 'handOver', ballot: b2 });
    expect(solo.status).toMatchObject({ role: 'follower', counters: { elections: 0 } });
  });

  it('is no voter as well: its name stands in one of the lists', () => {
    expect(() => new Solo({ learners: ['c2'] })).toThrow('members are distinct');
    expect(() => new Solo({ nodeId: 'x' })).toThrow('one of its members or learners');
  });
});

describe('a voter, towards learners', () => {
  it('counts no acknowledgement of theirs as a vote', () => {
    const solo = new Solo({ size: 5, learners: ['l1', 'l2', 'l3'] });
    const own = solo.lead();
    solo.propose('7');
    solo.flush();
    for (const id of ['l1', 'l2', 'l3', 'c2']) solo.receive(id, { type: 'accepted', ballot: own, slots: [2] });
    expect(solo.status.chosenThroughSlot).toBe(1);
    solo.receive('c3', { type: 'accepted', ballot: own, slots: [2] });
    expect(solo.status.chosenThroughSlot).toBe(2);
  });

  it('counts no promise and no confirmation of theirs', () => {
    const solo = new Solo({ learners: ['l1'] });
    solo.stand();
    solo.promised('l1');
    expect(solo.status.role).toBe('candidate');
    const leader = new Solo({ learners: ['l1'] });
    const own = leader.lead();
    leader.input({ type: 'read', readId: 1 });
    expect(leader.sent('confirm').map(({ to }) => to)).toEqual(['c2', 'c3']);
    leader.receive('l1', { type: 'confirmed', ballot: own, confirmRound: 1 });
    expect(leader.take('readReady')).toEqual([]);
  });

  it('is neither kept from standing nor helped to it by their poll replies', () => {
    const solo = new Solo({ learners: ['l1', 'l2'] });
    solo.tick();
    for (const learner of ['l1', 'l2']) solo.reply(learner, { happy: true });
    solo.tick(150);
    expect(solo.status.role).toBe('follower');
    for (const learner of ['l1', 'l2']) solo.reply(learner, { happy: true });
    solo.reply('c2');
    solo.tick(150);
    expect(solo.status.role).toBe('candidate');
  });

  it('loses no supporter in them: a leader that only learners hear gives way', () => {
    const solo = new Solo({ learners: ['l1', 'l2'] });
    const own = solo.lead();
    for (let i = 0; i < 8; i += 1) {
      solo.tick(150);
      for (const learner of ['l1', 'l2']) solo.reply(learner, { leader: own, ballot: own, happy: true });
    }
    expect(solo.status.role).toBe('follower');
  });

  it('sends nothing again that a learner acknowledged', () => {
    const solo = new Solo({ learners: ['l1'] });
    const own = solo.lead();
    solo.propose('7');
    solo.flush();
    solo.receive('l1', { type: 'accepted', ballot: own, slots: [2] });
    solo.effects = [];
    solo.tick(250);
    expect(
      solo
        .sent('accept')
        .map(({ to }) => to)
        .filter((to) => to === 'l1'),
    ).toEqual([]);
  });
});

describe('learners in a cluster', () => {
  it('(N=3, 2 learners) apply what is chosen, in the same order', () => {
    const cluster = new TestCluster({ learners: 2 });
    const leader = cluster.start();
    for (let i = 0; i < 20; i += 1) {
      cluster.propose(leader.nodeId, `v${i}`);
      cluster.run(10);
    }
    cluster.run(300);
    expect(cluster.node('l2').texts).toEqual(leader.texts);
    expect(leader.status.peers.filter((peer) => peer.learner).map(({ nodeId }) => nodeId)).toEqual(['l1', 'l2']);
  });

  it('(N=3, 1 learner) a learner gets a snapshot, and a voter gets one from it', () => {
    const cluster = new TestCluster({ learners: 1 });
    const leader = cluster.start();
    cluster.run(300);
    cluster.crash('l1');
    cluster.propose(leader.nodeId, 'x');
    cluster.run(300);
    cluster.trimAll(...cluster.voters);
    cluster.restart('l1');
    cluster.run(2_000);
    expect(cluster.node('l1').texts).toEqual(leader.texts);
    expect(cluster.node('l1').count('snapshotsInstalled')).toBe(1);

    const away = cluster.voters.find((id) => id !== cluster.leader.nodeId) ?? '';
    cluster.crash(away);
    cluster.propose(cluster.leader.nodeId, 'y');
    cluster.run(300);
    cluster.trimAll(...cluster.ids.filter((id) => id !== away));
    // Only the learner is to be reached.
    for (const id of cluster.voters) if (id !== away) cluster.cutLink(id, away);
    cluster.restart(away);
    cluster.run(2_000);
    expect(cluster.node(away).texts).toContain('y');
  });

  it('(N=3, 2 crashed, 2 learners) nothing is chosen without a quorum of voters', () => {
    const cluster = new TestCluster({ learners: 2 });
    const leader = cluster.start();
    cluster.run(300);
    for (const id of cluster.voters) if (id !== leader.nodeId) cluster.crash(id);
    cluster.propose(leader.nodeId, 'x');
    cluster.run(3_000);
    for (const { texts } of cluster.alive) expect(texts).not.toContain('x');
  });
});
