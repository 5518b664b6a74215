import { TestCluster } from './cluster.spec-support.js';

describe('cluster', () => {
  it.each([1, 3, 5])('(N=%i): elects a leader that serves at once and chooses what is proposed', (size) => {
    const cluster = new TestCluster({ size });
    const leader = cluster.start();
    expect(cluster.nowMs).toBeLessThanOrEqual(100);
    const id = cluster.propose(leader.nodeId, 'x', 'y');
    cluster.settle();
    expect(leader.answered).toEqual([id, id + 1]);
    cluster.run(200);
    for (const log of cluster.logs()) expect(log).toBe('noop x+y');
  });

  it('(N=3, leader killed): another leads within a round and keeps what was acknowledged', () => {
    const cluster = new TestCluster();
    const leader = cluster.start();
    cluster.propose(leader.nodeId, 'x');
    cluster.settle();
    const killedAtMs = cluster.nowMs;
    cluster.kill(leader.nodeId);
    cluster.start();
    expect(cluster.nowMs - killedAtMs).toBeLessThanOrEqual(20);
    cluster.propose(cluster.leader.nodeId, 'y');
    cluster.run(100);
    for (const log of cluster.logs()) expect(log).toMatch(/^noop x .*y$/);
  });

  it('(N=3, leader hung without a sound): another leads within four rounds', () => {
    const cluster = new TestCluster();
    const leader = cluster.start();
    cluster.run(500);
    const crashedAtMs = cluster.nowMs;
    cluster.crash(leader.nodeId);
    cluster.start();
    expect(cluster.nowMs - crashedAtMs).toBeLessThanOrEqual(400);
  });

  it('(N=3, follower restarted after missing entries): it fetches them', () => {
    const cluster = new TestCluster();
    const leader = cluster.start();
    const follower = cluster.ids.find((id) => id !== leader.nodeId) ?? '';
    cluster.crash(follower);
    for (let i = 0; i < 20; i += 1) {
      cluster.propose(leader.nodeId, `v${i}`);
      cluster.run(20);
    }
    cluster.restart(follower);
    cluster.run(1000);
    expect(new Set(cluster.logs()).size).toBe(1);
    expect(cluster.node(follower).applied.length).toBe(leader.applied.length);
  });

  it('(N=3): reads are answered after the confirming round', () => {
    const cluster = new TestCluster();
    const leader = cluster.start();
    cluster.propose(leader.nodeId, 'x');
    cluster.settle();
    const id = cluster.read(leader.nodeId);
    expect(leader.readsReady).toEqual([]);
    cluster.settle();
    expect(leader.readsReady).toEqual([{ id, appliedSlot: 2 }]);
  });
});
