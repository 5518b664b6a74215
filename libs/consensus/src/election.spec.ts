import { ballot, TestCluster } from './cluster.spec-support.js';
import type { TestNode } from './cluster.spec-support.js';
import { Solo } from './solo.spec-support.js';
import type { Message } from './messages.js';
import type { NodeId } from './types.js';

/** A started cluster whose leader has let everybody settle. */
function started(size: number): { cluster: TestCluster; leader: TestNode; others: NodeId[] } {
  const cluster = new TestCluster({ size });
  cluster.start();
  cluster.propose(cluster.leader.nodeId, 'before');
  cluster.run(300);
  const { leader } = cluster;
  return { cluster, leader, others: cluster.ids.filter((id) => id !== leader.nodeId) };
}

/** Cuts every link but those with the hub. */
function onlyHub(cluster: TestCluster, hub: NodeId): void {
  for (const left of cluster.ids) {
    for (const right of cluster.ids) if (left < right && left !== hub && right !== hub) cluster.cutLink(left, right);
  }
}

function expectServes(cluster: TestCluster, nodeId: NodeId): void {
  const node = cluster.node(nodeId);
  const id = cluster.propose(nodeId, `at ${nodeId} ${cluster.nowMs}`);
  cluster.run(100);
  expect(node.answered).toContain(id);
}

function elections(cluster: TestCluster): number {
  return cluster.ids.reduce((sum, id) => sum + cluster.node(id).status.counters.elections, 0);
}

describe('election under partial partitions (OmniPaxos, section 2)', () => {
  it('quorum loss (N=5): the one node that hears a quorum takes over from a leader that hears one', () => {
    const { cluster, leader, others } = started(5);
    const [hub = ''] = others;
    onlyHub(cluster, hub);
    cluster.runUntil(() => cluster.node(hub).status.serving, 1_500);
    expectServes(cluster, hub);
    cluster.run(3_000);
    expect(cluster.leader.nodeId).toBe(hub);
    expect(leader.status.role).toBe('follower');
  });

  it('constrained election (N=5): the only quorum-connected node leads though its log is behind', () => {
    const { cluster, leader, others } = started(5);
    const [hub = ''] = others;
    cluster.isolate(hub);
    for (let i = 0; i < 5; i += 1) {
      cluster.propose(leader.nodeId, `missed ${i}`);
      cluster.run(20);
    }
    expect(cluster.node(hub).applied.length).toBeLessThan(leader.applied.length);
    cluster.heal();
    cluster.isolate(leader.nodeId);
    onlyHub(cluster, hub);
    cluster.runUntil(() => cluster.node(hub).status.serving, 2_000);
    expect(cluster.node(hub).texts.filter((text) => text.startsWith('missed'))).toHaveLength(5);
    expectServes(cluster, hub);
  });

  it('chained (N=3): an end of the chain does not depose the leader at the other end, and keeps up', () => {
    const { cluster, leader, others } = started(3);
    const [middle = '', end = ''] = others;
    const before = elections(cluster);
    cluster.cutLink(leader.nodeId, end);
    for (let i = 0; i < 20; i += 1) {
      cluster.propose(leader.nodeId, `v${i}`);
      cluster.run(200);
    }
    expect(cluster.leader.nodeId).toBe(leader.nodeId);
    expect(elections(cluster)).toBe(before);
    expect(leader.answered).toHaveLength(21);
    cluster.run(1_000);
    expect(cluster.node(end).texts).toEqual(cluster.node(middle).texts);
    expect(cluster.node(end).texts).toEqual(leader.texts);
  });

  it.each([3, 5])('(N=%i) no livelock: at most a few elections follow any cut of one link (P18)', (size) => {
    const { cluster } = started(size);
    const before = elections(cluster);
    for (const left of cluster.ids) {
      for (const right of cluster.ids) {
        if (left >= right) continue;
        cluster.heal();
        cluster.cutLink(left, right);
        cluster.run(1_500);
        expectServes(cluster, cluster.leader.nodeId);
      }
    }
    expect(elections(cluster) - before).toBeLessThanOrEqual(2);
  });

  it('(N=5, chain c1-c2-c3-c4-c5): somebody leads with its neighbours and serves (P18)', () => {
    const { cluster } = started(5);
    for (const [index, left] of cluster.ids.entries()) {
      for (const right of cluster.ids.slice(index + 2)) cluster.cutLink(left, right);
    }
    cluster.run(3_000);
    const settled = elections(cluster);
    cluster.run(5_000);
    expect(elections(cluster) - settled).toBeLessThanOrEqual(1);
    expectServes(cluster, cluster.leader.nodeId);
  });
});

describe('election with one-way links', () => {
  it('a leader that is heard by nobody is replaced', () => {
    const { cluster, leader, others } = started(3);
    for (const other of others) cluster.cutOneWay(leader.nodeId, other);
    cluster.runUntil(() => others.some((id) => cluster.node(id).status.serving), 1_500);
  });

  it('a leader that hears nobody is replaced', () => {
    const { cluster, leader, others } = started(3);
    for (const other of others) cluster.cutOneWay(other, leader.nodeId);
    cluster.runUntil(() => others.some((id) => cluster.node(id).status.serving), 1_500);
    cluster.run(1_000);
    expect(leader.status.role).toBe('follower');
  });

  it.each(['to', 'from'])('a link cut one way %s one follower changes no leader', (direction) => {
    const { cluster, leader, others } = started(3);
    const [follower = ''] = others;
    if (direction === 'to') cluster.cutOneWay(leader.nodeId, follower);
    else cluster.cutOneWay(follower, leader.nodeId);
    const before = elections(cluster);
    cluster.run(5_000);
    expect(cluster.leader.nodeId).toBe(leader.nodeId);
    expect(elections(cluster)).toBe(before);
    expectServes(cluster, leader.nodeId);
  });

  it('a follower that the leader can not reach catches up from another', () => {
    const { cluster, leader, others } = started(3);
    const [follower = ''] = others;
    cluster.cutOneWay(leader.nodeId, follower);
    cluster.propose(leader.nodeId, 'x');
    cluster.run(1_500);
    expect(cluster.node(follower).texts).toContain('x');
  });
});

describe('election, stability', () => {
  it.each([1, 3, 5])('(N=%i) an undisturbed leader stays, and the cluster is quiet', (size) => {
    const { cluster } = started(size);
    const before = elections(cluster);
    const delivered = cluster.delivered;
    cluster.run(10_000);
    expect(elections(cluster)).toBe(before);
    const perSecond = (cluster.delivered - delivered) / 10;
    expect(perSecond).toBeLessThanOrEqual(2 * size * (size - 1) * 10);
  });

  it('a former leader that comes back follows', () => {
    const { cluster, leader } = started(3);
    cluster.kill(leader.nodeId);
    const next = cluster.start();
    cluster.restart(leader.nodeId);
    cluster.run(2_000);
    expect(cluster.leader.nodeId).toBe(next.nodeId);
    expect(leader.status).toMatchObject({ role: 'follower', leader: next.nodeId });
  });

  it('a partitioned minority does not raise the ballot of the rest when it returns', () => {
    const { cluster, leader, others } = started(5);
    const [left = '', right = ''] = others;
    for (const id of [left, right]) {
      for (const other of cluster.ids) if (other !== left && other !== right) cluster.cutLink(id, other);
    }
    cluster.run(5_000);
    cluster.heal();
    cluster.run(2_000);
    expect(cluster.leader.nodeId).toBe(leader.nodeId);
  });

  it('a leader without a quorum gives way, so that its clients learn', () => {
    const { cluster, leader, others } = started(3);
    for (const other of others) cluster.crash(other);
    const id = cluster.propose(leader.nodeId, 'x');
    cluster.run(1_500);
    expect(leader.status.role).toBe('follower');
    expect(leader.refused).toEqual([{ id, reason: 'leadershipLost' }]);
    cluster.propose(leader.nodeId, 'y');
    expect(leader.refused.at(-1)?.reason).toBe('notLeader');
    for (const other of others) cluster.restart(other);
    cluster.start();
    cluster.run(500);
    expect(new Set(cluster.logs()).size).toBe(1);
  });

  it('loses no round to replies of an earlier one', () => {
    const solo = new Solo();
    solo.tick();
    solo.tick(200);
    solo.receive('c2', {
      type: 'pollReply',
      pollRound: 1,
      ballot: ballot(0, ''),
      leader: ballot(0, ''),
      happy: false,
      wallMs: 0,
      chosenThroughSlot: 0,
      featureLevel: 1,
      unfitReason: '',
    });
    solo.tick(200);
    expect(solo.status.role).toBe('follower');
  });
});

describe('taking over', () => {
  it('needs replies of a phase-1 quorum', () => {
    const solo = new Solo({ size: 5 });
    solo.tick();
    solo.reply('c2');
    solo.tick(200);
    expect(solo.status.role).toBe('follower');
    solo.reply('c2');
    solo.reply('c3');
    solo.tick(200);
    expect(solo.status.role).toBe('candidate');
  });

  it('does not happen while anybody that it hears is happy (P18)', () => {
    const solo = new Solo({ size: 5 });
    for (let round = 0; round < 10; round += 1) {
      solo.tick(200);
      for (const peer of solo.peers) solo.reply(peer, { happy: peer === 'c4', leader: ballot(9, 'c9') });
    }
    expect(solo.status.role).toBe('follower');
  });

  it('happens at once when a connection to the leader breaks and all others are unhappy', () => {
    const solo = new Solo();
    const leader = { ballot: ballot(1, 'c3'), leader: ballot(1, 'c3') };
    solo.receive('c3', { type: 'prepare', ballot: leader.ballot, fromSlot: 1 });
    solo.flush();
    solo.tick();
    solo.reply('c3', { ...leader, happy: true });
    solo.input({ type: 'peerDisconnected', peer: 'c3' });
    expect(solo.status.happy).toBe(false);
    solo.reply('c2', leader);
    expect(solo.status.role).toBe('candidate');
    expect(solo.status.ballot.round).toBe(2);
  });

  it('does not happen when a connection to another follower breaks', () => {
    const solo = new Solo();
    const leader = { ballot: ballot(1, 'c3'), leader: ballot(1, 'c3') };
    solo.receive('c3', { type: 'prepare', ballot: leader.ballot, fromSlot: 1 });
    solo.flush();
    solo.tick();
    solo.reply('c3', { ...leader, happy: true });
    solo.tick(50);
    solo.input({ type: 'peerDisconnected', peer: 'c2' });
    expect(solo.status.happy).toBe(true);
    solo.reply('c3', { ...leader, happy: true });
    solo.tick(200);
    expect(solo.status).toMatchObject({ role: 'follower', leader: 'c3', happy: true });
  });

  it('starts the next round at once at a broken connection, and not again for the same moment', () => {
    const solo = new Solo({ size: 5 });
    solo.tick();
    solo.tick(10);
    solo.effects = [];
    solo.input({ type: 'peerDisconnected', peer: 'c2' });
    expect(solo.sent('poll')).toHaveLength(4);
    solo.input({ type: 'peerDisconnected', peer: 'c3' });
    expect(solo.sent('poll')).toHaveLength(0);
  });

  it('ignores broken connections of strangers', () => {
    const solo = new Solo();
    solo.tick();
    expect(solo.input({ type: 'peerDisconnected', peer: 'nobody' })).toEqual([]);
  });

  it('gives a candidate that it promised until the end of the next round', () => {
    const solo = new Solo();
    solo.tick();
    solo.receive('c3', { type: 'prepare', ballot: ballot(1, 'c3'), fromSlot: 1 });
    solo.flush();
    solo.reply('c2');
    solo.tick(130);
    expect(solo.status).toMatchObject({ role: 'follower', happy: true });
    solo.reply('c2');
    solo.tick(130);
    expect(solo.status.role).toBe('candidate');
  });

  it('in one round is decided by priority: all end up following the highest', () => {
    const cluster = new TestCluster({ size: 5, priorities: { c2: 7 } });
    cluster.run(10);
    cluster.run(300);
    expect(cluster.leader.nodeId).toBe('c2');
  });
});

describe('health of the host', () => {
  it('an unwell leader gives way and another takes over (P17)', () => {
    const { cluster, leader } = started(3);
    leader.healthy = false;
    cluster.runUntil(() => cluster.findLeader() !== undefined && cluster.leader !== leader, 1_000);
    expect(leader.status.counters.gaveWayUnhealthy).toBe(1);
    expect(leader.status.happy).toBe(false);
  });

  it('an unwell node does not stand, and stands again when it is well', () => {
    const cluster = new TestCluster({ size: 1 });
    cluster.node('c1').healthy = false;
    cluster.run(1_000);
    expect(cluster.findLeader()).toBeUndefined();
    cluster.node('c1').healthy = true;
    cluster.run(300);
    expect(cluster.leader.nodeId).toBe('c1');
  });

  it('an unwell follower goes on voting', () => {
    const { cluster, leader, others } = started(3);
    const [first = '', second = ''] = others;
    cluster.node(first).healthy = false;
    cluster.crash(second);
    cluster.run(300);
    expect(cluster.leader.nodeId).toBe(leader.nodeId);
    expectServes(cluster, leader.nodeId);
  });

  it('says in poll replies that it is not happy', () => {
    const solo = new Solo();
    solo.lead();
    solo.receive('c2', { type: 'poll', pollRound: 1 });
    expect(solo.sent('pollReply')[0]?.body.happy).toBe(true);
    solo.tick(10, { happy: false, reason: 'disk' });
    solo.receive('c2', { type: 'poll', pollRound: 2 });
    expect(solo.sent('pollReply')[0]?.body).toMatchObject({ happy: false, leader: { round: 0 } });
  });
});

describe('poll replies', () => {
  it('name no promise and no candidacy that is not flushed (I6)', () => {
    const solo = new Solo();
    solo.tick();
    solo.reply('c2');
    solo.reply('c3');
    expect(solo.status.role).toBe('candidate');
    solo.receive('c2', { type: 'poll', pollRound: 5 });
    expect(solo.sent('pollReply')[0]?.body).toMatchObject({ ballot: { round: 0 }, leader: { round: 0 }, happy: false });
    solo.flush();
    solo.receive('c2', { type: 'poll', pollRound: 6 });
    expect(solo.sent('pollReply')[0]?.body).toMatchObject({ ballot: { round: 1 }, leader: { round: 1 }, happy: true });
  });

  it('carry the wall clock, and status tells how far peers are off', () => {
    const solo = new Solo();
    solo.tick(50);
    solo.receive('c2', { type: 'poll', pollRound: 1 });
    expect(solo.sent('pollReply')[0]?.body.wallMs).toBe(1_000_050);
    solo.reply('c2', { wallMs: 1_000_350 });
    expect(solo.status.peers[0]).toMatchObject({ nodeId: 'c2', heardAtMs: 50, wallOffsetMs: 300 });
    expect(solo.status.peers[1]).toMatchObject({ nodeId: 'c3', heardAtMs: undefined });
  });

  it('of a higher leader depose a leader that heard of it in no other way', () => {
    const solo = new Solo();
    const own = solo.lead();
    const higher = ballot(own.round + 1, 'c2');
    solo.reply('c2', { ballot: higher, leader: higher, happy: true });
    expect(solo.status).toMatchObject({ role: 'follower', leader: 'c2' });
  });

  it('of a lower leader change nothing', () => {
    const solo = new Solo();
    solo.receive('c3', { type: 'prepare', ballot: ballot(5, 'c3'), fromSlot: 1 });
    solo.tick();
    solo.reply('c2', { ballot: ballot(4, 'c2'), leader: ballot(4, 'c2'), happy: true });
    expect(solo.status.leader).toBe('c3');
  });
});

/** Time passes and every message takes `delayMs`, as on hosts that hardly get to run. */
function runSlowly(cluster: TestCluster, durationMs: number, delayMs: number, underWay: [number, Message][]): void {
  for (const endMs = cluster.nowMs + durationMs; cluster.nowMs < endMs;) {
    cluster.nowMs += 10;
    for (const nodeId of cluster.ids) cluster.tickOne(nodeId);
    while ((underWay[0]?.[0] ?? Infinity) <= cluster.nowMs) {
      const [, message] = underWay.shift() as [number, Message];
      cluster.deliver(message);
    }
    for (const nodeId of cluster.ids) while (cluster.flush(nodeId));
    for (const message of cluster.messages) underWay.push([cluster.nowMs + delayMs, message]);
    cluster.messages = [];
  }
}

describe('election where a round trip takes longer than a round', () => {
  it.each([3, 5])('(N=%i, round trips of 400 ms): one leader is found and stays, as rounds become longer', (size) => {
    const cluster = new TestCluster({ size });
    const underWay: [number, Message][] = [];
    runSlowly(cluster, 15_000, 200, underWay);
    const serving = cluster.ids.filter((id) => cluster.node(id).status.serving);
    expect(serving).toHaveLength(1);
    const before = elections(cluster);
    const [leader = ''] = serving;
    const proposed = Array.from({ length: 10 }, (_, index) => cluster.propose(leader, `slow ${index}`));
    runSlowly(cluster, 20_000, 200, underWay);
    expect(elections(cluster)).toBe(before);
    expect(cluster.node(leader).status.serving).toBe(true);
    expect(cluster.node(leader).answered).toEqual(expect.arrayContaining(proposed));
  });

  it('(N=3): back on fast links, a leader that hangs is replaced as soon as ever', () => {
    const cluster = new TestCluster({ size: 3 });
    runSlowly(cluster, 15_000, 200, []);
    cluster.run(3_000);
    const { leader } = cluster;
    cluster.isolate(leader.nodeId);
    const cutAtMs = cluster.nowMs;
    cluster.runUntil(() => cluster.ids.some((id) => id !== leader.nodeId && cluster.node(id).status.serving), 600);
    expect(cluster.nowMs - cutAtMs).toBeLessThanOrEqual(500);
  });
});
