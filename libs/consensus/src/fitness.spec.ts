import { ballot, HEALTHY, TestCluster } from './cluster.spec-support.js';
import { Solo } from './solo.spec-support.js';

/** A node of `size` whose peers' clocks are off by so much, in this round. */
function withOffsets(offsetsMs: readonly number[], size = 3): Solo {
  const solo = new Solo({ size });
  solo.tick();
  offsetsMs.forEach((offsetMs, index) => {
    const leader = { leader: ballot(1, 'c2'), ballot: ballot(1, 'c2'), happy: true };
    solo.reply(`c${index + 2}`, { ...leader, wallMs: 1_000_000 + offsetMs });
  });
  solo.tick(10);
  return solo;
}

describe('clock', () => {
  it.each([
    ['alone against two that agree', [2_000, 2_010], 3, 'clock'],
    ['behind two that differ, but not from the middle by much', [400, 2_000], 3, ''],
    ['in the middle of two', [-2_000, 2_000], 3, ''],
    ['ahead of both', [-2_000, -1_000], 3, 'clock'],
    ['one of two: nobody knows which is right, and somebody has to lead', [2_000], 3, ''],
    ['alone, of three that are heard of five', [3_000, 3_000], 5, 'clock'],
    ['one of two that are heard of five, no quorum', [3_000], 5, ''],
    ['within the bound', [500, 500], 3, ''],
    ['just outside', [501, 501], 3, 'clock'],
  ])('%s', (_, offsetsMs, size, reason) => {
    const solo = withOffsets(offsetsMs, size);
    expect(solo.status.unfitReason).toBe(reason);
    expect(solo.status.counters.clockUnfit).toBe(reason === '' ? 0 : 1);
  });

  it('is told to peers, and forgotten some rounds after they fell silent', () => {
    const solo = withOffsets([2_000, 2_000]);
    solo.receive('c2', { type: 'poll', pollRound: 1 });
    expect(solo.sent('pollReply')[0]?.body).toMatchObject({ happy: false, unfitReason: 'clock' });
    solo.tick(501);
    expect(solo.status.unfitReason).toBe('');
  });

  it('is not judged by a reply that was a long time on its way, as after a pause', () => {
    const solo = new Solo({ options: { electionRoundMs: 5_000 } });
    solo.tick();
    solo.tick(3_000);
    for (const peer of solo.peers) solo.reply(peer, { wallMs: 1_000_000, happy: true });
    solo.tick(10);
    expect(solo.status.unfitReason).toBe('');
  });

  it('counts half of the way of the reply', () => {
    const solo = new Solo();
    solo.tick();
    solo.tick(90);
    // Sent at 45 ms by clocks that are 510 ms behind: without the way it would look like 555 ms and be off.
    for (const peer of solo.peers) solo.reply(peer, { wallMs: 1_000_045 - 490, happy: true });
    solo.tick(1);
    expect(solo.status.unfitReason).toBe('');
  });

  it('(N=3) of a leader that jumps makes it give way; one that comes right may lead again', () => {
    const cluster = new TestCluster();
    const leader = cluster.start();
    cluster.run(300);
    leader.wallOffsetMs = 2_000;
    cluster.runUntil(() => cluster.findLeader() !== undefined && cluster.leader !== leader, 1_000);
    expect(leader.status).toMatchObject({ role: 'follower', unfitReason: 'clock', happy: false });
    leader.wallOffsetMs = 0;
    cluster.run(500);
    expect(leader.status.unfitReason).toBe('');
  });

  it('(N=3, 1 crashed) two whose clocks differ still elect a leader (P20)', () => {
    const cluster = new TestCluster();
    cluster.node('c1').wallOffsetMs = 60_000;
    cluster.crash('c3');
    expect(cluster.start().status.serving).toBe(true);
  });

  it('of a learner is of no account', () => {
    const solo = new Solo({ learners: ['l1', 'l2'] });
    solo.tick();
    for (const learner of ['l1', 'l2']) solo.reply(learner, { wallMs: 9_000_000 });
    solo.tick(10);
    expect(solo.status.unfitReason).toBe('');
  });
});

describe('a full disk', () => {
  const full = { ...HEALTHY, mayWrite: false };
  const b3 = ballot(5, 'c3');

  it('leaves unanswered what would have to be written, and follows nobody for it', () => {
    const solo = new Solo();
    solo.tick(0, full);
    solo.receive('c3', { type: 'prepare', ballot: b3, fromSlot: 1 });
    solo.accept('c3', b3, 1, ['x']);
    expect(solo.take('persist')).toEqual([]);
    expect([...solo.sent('promised'), ...solo.sent('accepted'), ...solo.sent('nacked')]).toEqual([]);
    expect(solo.status).toMatchObject({
      leader: undefined,
      unfitReason: 'diskFull',
      counters: { diskFullRefusals: 2 },
    });
  });

  it('answers what needs no write: polls, refusals, confirmations, and what it holds already', () => {
    const solo = new Solo();
    solo.accept('c3', b3, 1, ['x']);
    solo.flush();
    solo.effects = [];
    solo.tick(0, full);
    solo.receive('c3', { type: 'poll', pollRound: 1 });
    solo.receive('c2', { type: 'prepare', ballot: ballot(1, 'c2'), fromSlot: 1 });
    solo.receive('c3', { type: 'confirm', ballot: b3, confirmRound: 1 });
    solo.receive('c3', { type: 'prepare', ballot: b3, fromSlot: 1 });
    solo.accept('c3', b3, 1, ['x']);
    const counts = (['pollReply', 'nacked', 'confirmed', 'promised', 'accepted'] as const).map(
      (type) => solo.sent(type).length,
    );
    expect(counts).toEqual([1, 1, 1, 1, 1]);
    expect(solo.take('persist')).toEqual([]);
  });

  it('applies what is chosen, and fetches nothing', () => {
    const solo = new Solo();
    solo.accept('c3', b3, 1, ['x']);
    solo.flush();
    solo.tick(0, full);
    solo.receive('c3', { type: 'chosen', ballot: b3, chosenThroughSlot: 3 });
    expect(solo.take('apply')).toHaveLength(1);
    expect(solo.sent('fetch')).toEqual([]);
    const fetched = { type: 'fetched' as const, ballot: b3, chosenThroughSlot: 3, trimmedThroughSlot: 0 };
    solo.receive('c2', { ...fetched, ballot: ballot(9, 'c2'), entries: [{ slot: 2, entry: { kind: 'noop' } }] });
    expect(solo.status).toMatchObject({ chosenThroughSlot: 1, promised: b3 });
  });

  it('makes a leader give way, and nobody stand', () => {
    const solo = new Solo();
    solo.lead();
    solo.tick(10, full);
    expect(solo.status.role).toBe('follower');
    for (let i = 0; i < 10; i += 1) {
      solo.tick(150, full);
      for (const peer of solo.peers) solo.reply(peer);
    }
    expect(solo.status.role).toBe('follower');
    expect(solo.take('persist')).toEqual([]);
  });

  it('hears a stranger’s poll, and writes its identity when there is room', () => {
    const solo = new Solo({ strangers: true });
    solo.tick(0, full);
    solo.receive('c2', { type: 'poll', pollRound: 1 });
    expect(solo.sent('pollReply')).toHaveLength(1);
    expect(solo.take('persist')).toEqual([]);
    solo.tick(10);
    solo.receive('c2', { type: 'poll', pollRound: 2 });
    expect(solo.take('persist')).toHaveLength(1);
  });

  it('(N=3) of one follower leaves the others serving, and it catches up when there is room', () => {
    const cluster = new TestCluster();
    const leader = cluster.start();
    const follower = cluster.ids.find((id) => id !== leader.nodeId) ?? '';
    cluster.node(follower).mayWrite = false;
    cluster.run(50);
    cluster.propose(leader.nodeId, 'x');
    cluster.run(500);
    expect(leader.texts).toContain('x');
    expect(cluster.node(follower).texts).not.toContain('x');
    cluster.node(follower).mayWrite = true;
    cluster.run(1_000);
    expect(cluster.node(follower).texts).toContain('x');
    expect(cluster.leader).toBe(leader);
  });
});
