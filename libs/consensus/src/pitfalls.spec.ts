import { ballot, commands, TestCluster, text } from './cluster.spec-support.js';
import { Solo } from './solo.spec-support.js';

/** Each pitfall of the list, in a whole cluster where that takes one; the parts have their own tests of the same claims. */
describe('pitfalls', () => {
  it('P1 (N=3): an accept whose flush is lost at a crash was never counted', () => {
    const cluster = new TestCluster();
    const leader = cluster.start();
    const [first = '', second = ''] = cluster.ids.filter((id) => id !== leader.nodeId);
    cluster.isolate(second);
    cluster.node(first).holdFlushes = true;
    leader.holdFlushes = true;
    cluster.propose(leader.nodeId, 'x');
    cluster.settle();
    expect(leader.answered).toEqual([]);
    cluster.flush(leader.nodeId, true);
    cluster.settle();
    expect(leader.answered).toEqual([]);
    cluster.flush(first, true);
    cluster.settle();
    expect(leader.answered).toHaveLength(1);
  });

  it('P1 (N=3): a leader that crashed before its flush did not answer, and nobody has to keep the value', () => {
    const cluster = new TestCluster();
    const leader = cluster.start();
    leader.holdFlushes = true;
    for (const id of cluster.ids) if (id !== leader.nodeId) cluster.cutLink(leader.nodeId, id);
    cluster.propose(leader.nodeId, 'lost');
    cluster.settle();
    cluster.kill(leader.nodeId);
    cluster.heal();
    leader.holdFlushes = false;
    cluster.restart(leader.nodeId);
    cluster.start();
    expect(leader.answered).toEqual([]);
    for (const log of cluster.logs()) expect(log).not.toContain('lost');
  });

  it('P2: a ballot is not used again after a restart, whether its promise was flushed or not', () => {
    for (const flushed of [true, false]) {
      const first = new Solo();
      first.tick();
      first.reply('c2');
      first.reply('c3');
      if (flushed) first.flush();
      const used = first.sent('prepare').map(({ body }) => body.ballot);
      const again = new Solo({ durable: first.disk.load() });
      again.stand();
      for (const prepare of again.sent('prepare')) {
        for (const old of used) expect(prepare.body.ballot.round).toBeGreaterThan(old.round);
      }
      expect(again.status.role).toBe('candidate');
    }
  });

  it('P2 (N=3): an acceptor that restarts keeps refusing what it refused', () => {
    const cluster = new TestCluster();
    cluster.inject('c3', 'c1', { type: 'prepare', ballot: ballot(9, 'c3'), fromSlot: 1 });
    cluster.flush('c1');
    cluster.crash('c1');
    cluster.restart('c1');
    const entries = [{ slot: 1, entry: commands('old') }];
    cluster.inject('c2', 'c1', { type: 'accept', ballot: ballot(8, 'c2'), entries, chosenThroughSlot: 0 });
    cluster.flush('c1');
    expect(cluster.node('c1').disk.accepted.size).toBe(0);
  });

  it('P3 (N=3): a value that one survivor accepted and flushed outlives the crash of all', () => {
    const cluster = new TestCluster();
    const leader = cluster.start();
    const [first = '', second = ''] = cluster.ids.filter((id) => id !== leader.nodeId);
    cluster.isolate(second);
    cluster.propose(leader.nodeId, 'x');
    cluster.settle();
    expect(leader.answered).toHaveLength(1);
    for (const id of cluster.ids) cluster.crash(id);
    cluster.heal();
    cluster.restart(first);
    cluster.restart(second);
    cluster.start();
    cluster.run(300);
    for (const log of cluster.logs()) expect(log).toContain('x');
  });

  it('P4 (N=5, 2 crashed): a new leader keeps the value one survivor accepted', () => {
    const cluster = new TestCluster({ size: 5 });
    const leader = cluster.start();
    const [a = '', b = '', c = '', d = ''] = cluster.ids.filter((id) => id !== leader.nodeId);
    for (const id of [c, d]) cluster.isolate(id);
    cluster.propose(leader.nodeId, 'x');
    cluster.settle();
    expect(leader.answered).toHaveLength(1);
    cluster.kill(leader.nodeId);
    cluster.kill(a);
    cluster.heal();
    cluster.start();
    cluster.run(300);
    for (const id of [b, c, d]) expect(cluster.node(id).texts).toContain('x');
  });

  it('P4 (N=3): slots that a peer no longer reports, as it knows them chosen, are fetched and not filled', () => {
    const cluster = new TestCluster({ options: { maxCachedBytes: 0 } });
    const leader = cluster.start();
    const [up = '', away = ''] = cluster.ids.filter((id) => id !== leader.nodeId);
    cluster.crash(away);
    for (let i = 0; i < 10; i += 1) {
      cluster.propose(leader.nodeId, `v${i}`);
      cluster.run(20);
    }
    cluster.run(200);
    expect(cluster.node(up).applied.length).toBe(leader.applied.length);
    const expected = [...leader.texts];
    cluster.kill(leader.nodeId);
    cluster.restart(away);
    cluster.start();
    cluster.run(300);
    expect(cluster.node(away).texts.slice(0, expected.length)).toEqual(expected);
  });

  it('P5: accepts that an old leader gathered do not choose a value for the new one', () => {
    const solo = new Solo({ size: 5 });
    const own = solo.stand();
    const old = ballot(own.round - 1, 'c1');
    for (const peer of ['c2', 'c3'])
      solo.promised(peer, { accepted: [{ slot: 1, ballot: ballot(0, 'c5'), entry: commands('x') }] });
    solo.flush();
    for (const peer of ['c2', 'c3', 'c4', 'c5']) solo.receive(peer, { type: 'accepted', ballot: old, slots: [1] });
    expect(solo.status.chosenThroughSlot).toBe(0);
  });

  it('P6 (N=3): a follower with a stale value in a chosen slot ends with the chosen one', () => {
    const cluster = new TestCluster();
    const leader = cluster.start();
    cluster.run(200);
    const [first = '', second = ''] = cluster.ids.filter((id) => id !== leader.nodeId);
    // The leader reaches nobody but its own disk: its value stays its own.
    cluster.isolate(leader.nodeId);
    cluster.propose(leader.nodeId, 'stale');
    cluster.settle();
    cluster.runUntil(() => [first, second].some((id) => cluster.node(id).status.serving), 2_000);
    cluster.propose(cluster.leader.nodeId, 'fresh');
    cluster.run(200);
    cluster.heal();
    cluster.run(1_500);
    for (const log of cluster.logs()) {
      expect(log).not.toContain('stale');
      expect(log).toContain('fresh');
    }
  });

  it('P6: the value of a lower ballot is not applied though the slot is chosen', () => {
    const solo = new Solo();
    solo.accept('c2', ballot(1, 'c2'), 1, ['stale']);
    solo.accept('c3', ballot(2, 'c3'), 2, ['y'], 1);
    solo.flush();
    expect(solo.take('apply')).toEqual([]);
    const entries = [{ slot: 1, entry: commands('fresh') }];
    solo.receive('c3', {
      type: 'fetched',
      ballot: ballot(2, 'c3'),
      entries,
      chosenThroughSlot: 1,
      trimmedThroughSlot: 0,
    });
    solo.flush();
    expect(solo.take('apply').map(({ entry }) => text(entry))).toEqual(['fresh']);
  });

  it('P7 (N=3): a deposed leader that does not know it yet answers no read', () => {
    const cluster = new TestCluster();
    const old = cluster.start();
    cluster.run(200);
    cluster.isolate(old.nodeId);
    cluster.runUntil(() => cluster.alive.some((node) => node !== old && node.status.serving), 2_000);
    const id = cluster.read(old.nodeId);
    cluster.run(100);
    expect(old.readsReady).toEqual([]);
    cluster.heal();
    cluster.run(1_000);
    expect(old.readsReady).toEqual([]);
    expect(old.readsRefused).toEqual([id]);
  });

  it('P12: one step is one atomic write, in order: promise, entries, hint', () => {
    const solo = new Solo();
    solo.accept('c2', ballot(1, 'c2'), 1, ['a']);
    solo.flush();
    solo.effects = [];
    solo.accept('c3', ballot(2, 'c3'), 1, ['a', 'b'], 1);
    const persists = solo.take('persist');
    expect(persists).toHaveLength(1);
    expect(persists[0]?.writes.map(({ kind }) => kind)).toEqual(['promised', 'accepted', 'accepted', 'chosenThrough']);
  });

  it('P12: a half-done sequence of flushes releases nothing that depends on the missing one', () => {
    const solo = new Solo();
    solo.accept('c2', ballot(1, 'c2'), 1, ['a']);
    solo.accept('c2', ballot(1, 'c2'), 2, ['b']);
    solo.input({ type: 'storageDone', token: 2, ok: true });
    expect(solo.sent('accepted')).toEqual([]);
    solo.input({ type: 'storageDone', token: 1, ok: true });
    expect(solo.sent('accepted').map(({ body }) => body.slots)).toEqual([[1], [2]]);
  });

  it('P18 (N=5): a hub and spokes that come and go end with a leader each time', () => {
    const cluster = new TestCluster({ size: 5 });
    cluster.start();
    for (const hub of cluster.ids) {
      cluster.heal();
      for (const left of cluster.ids) {
        for (const right of cluster.ids)
          if (left < right && left !== hub && right !== hub) cluster.cutLink(left, right);
      }
      cluster.runUntil(() => cluster.node(hub).status.serving, 3_000);
    }
  });

  it('P20 (N=3): after an hour of losing everything the cluster serves within a second', () => {
    const cluster = new TestCluster();
    cluster.start();
    cluster.drop = () => true;
    cluster.run(60_000);
    cluster.drop = () => false;
    const healedAtMs = cluster.nowMs;
    cluster.start();
    cluster.propose(cluster.leader.nodeId, 'x');
    cluster.run(200);
    expect(cluster.nowMs - healedAtMs).toBeLessThan(1_000);
    for (const log of cluster.logs()) expect(log).toContain('x');
  });
});
