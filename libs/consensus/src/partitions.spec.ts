import { TestCluster } from './cluster.spec-support.js';
import type { TestNode } from './cluster.spec-support.js';
import { DEFAULT_REPLICA_OPTIONS } from './options.js';
import type { NodeId } from './types.js';

/**
 * OmniPaxos (EuroSys 2023, section 2 and figure 1): partial partitions in which leaders of other protocols come to a standstill. Here
 * each has to be over within four election time-outs, which is what a round is.
 */
const LIMIT_MS = 4 * DEFAULT_REPLICA_OPTIONS.electionRoundMs;

function settled(size: number): { cluster: TestCluster; leader: TestNode; others: NodeId[] } {
  const cluster = new TestCluster({ size });
  cluster.start();
  cluster.propose(cluster.leader.nodeId, 'before');
  cluster.run(300);
  const { leader } = cluster;
  return { cluster, leader, others: cluster.ids.filter((id) => id !== leader.nodeId) };
}

function onlyHub(cluster: TestCluster, hub: NodeId): void {
  for (const left of cluster.ids) {
    for (const right of cluster.ids) if (left < right && left !== hub && right !== hub) cluster.cutLink(left, right);
  }
}

/** How long until a new command is applied at some node that leads; the command is proposed wherever a leader says it serves. */
function recoveryMs(cluster: TestCluster): number {
  const startedMs = cluster.nowMs;
  const answered = (): boolean => cluster.alive.some(({ texts }) => texts.some((value) => value.includes('after')));
  while (!answered()) {
    if (cluster.nowMs - startedMs > 10 * LIMIT_MS) throw new Error('no recovery');
    for (const node of cluster.alive) if (node.status.serving) cluster.propose(node.nodeId, `after ${cluster.nowMs}`);
    cluster.run(10);
  }
  return cluster.nowMs - startedMs;
}

/** Every follower in turn as the node with the good connections: names decide rounds, so one of them proves little. */
const followers = [0, 1, 2, 3];

describe('partial partitions', () => {
  it.each(followers)('quorum loss (N=5, hub %i): a new command is chosen within four rounds', (index) => {
    const { cluster, others } = settled(5);
    onlyHub(cluster, others[index] ?? '');
    expect(recoveryMs(cluster)).toBeLessThanOrEqual(LIMIT_MS);
  });

  it.each(followers)('constrained election (N=5, hub %i, its log behind): within four rounds', (index) => {
    const { cluster, leader, others } = settled(5);
    const hub = others[index] ?? '';
    cluster.isolate(hub);
    for (let i = 0; i < 5; i += 1) {
      cluster.propose(leader.nodeId, `missed ${i}`);
      cluster.run(10);
    }
    cluster.heal();
    onlyHub(cluster, hub);
    cluster.cutLink(hub, leader.nodeId);
    expect(recoveryMs(cluster)).toBeLessThanOrEqual(LIMIT_MS);
    expect(cluster.node(hub).texts.filter((value) => value.startsWith('missed'))).toHaveLength(5);
  });

  it.each([0, 1])('chained (N=3, middle %i): nothing stops, and nobody is deposed', (index) => {
    const { cluster, leader, others } = settled(3);
    const end = others[1 - index] ?? '';
    const before = cluster.count('elections');
    cluster.cutLink(leader.nodeId, end);
    expect(recoveryMs(cluster)).toBeLessThanOrEqual(20);
    cluster.run(5_000);
    expect(cluster.count('elections')).toBe(before);
  });

  it.each([3, 5])('one-way links (N=%i): whichever is cut, a command is chosen within four rounds', (size) => {
    const { cluster } = settled(size);
    for (const from of cluster.ids) {
      for (const to of cluster.ids) {
        if (from === to) continue;
        cluster.cutOneWay(from, to);
        expect(recoveryMs(cluster)).toBeLessThanOrEqual(LIMIT_MS);
        cluster.heal();
        cluster.run(300);
      }
    }
  });

  it.each(['to', 'from'])('a leader cut off one way, %s everybody, is replaced within four rounds', (direction) => {
    const { cluster, leader, others } = settled(3);
    for (const other of others) {
      if (direction === 'to') cluster.cutOneWay(other, leader.nodeId);
      else cluster.cutOneWay(leader.nodeId, other);
    }
    const startedMs = cluster.nowMs;
    cluster.runUntil(() => others.some((id) => cluster.node(id).status.serving), 5_000);
    expect(cluster.nowMs - startedMs).toBeLessThanOrEqual(LIMIT_MS);
  });

  it('(N=3) a candidate without the log leaves the field: with snapshots alone to be had, a leader is there in time (P18)', () => {
    const { cluster, leader, others } = settled(3);
    const [away = '', other = ''] = others;
    cluster.crash(away);
    for (let i = 0; i < 5; i += 1) {
      cluster.propose(leader.nodeId, `v${i}`);
      cluster.run(20);
    }
    cluster.trimAll(leader.nodeId, other);
    cluster.holdSnapshots = true;
    cluster.restart(away);
    cluster.run(300);
    cluster.kill(leader.nodeId);
    const startedMs = cluster.nowMs;
    cluster.runUntil(() => cluster.node(other).status.serving, 5_000);
    expect(cluster.nowMs - startedMs).toBeLessThanOrEqual(2 * LIMIT_MS);
  });
});
