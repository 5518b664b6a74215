import { isolate, LocalCluster, NamespaceNetwork, namespacesMissing, until } from './index.js';
import { LoadUnderTest, NOTHING_AMISS } from './harness/load-under-test.js';

const ROUNDS = 3;

/** Safety only; how long it takes is for `npm run bench -- failover`. */
describe('cluster (3 coordinators) under load whose leader is lost again and again', () => {
  let cluster: LocalCluster;

  beforeEach(async () => {
    cluster = await LocalCluster.start({ coordinators: 3, agents: 0 });
  }, 60_000);

  afterEach(async () => {
    LoadUnderTest.abortAll();
    for (const process of cluster.processes.values()) process.kill('SIGCONT');
    await cluster.stop();
  }, 60_000);

  it('killed by SIGKILL and restarted: nothing acknowledged is lost, nothing runs twice, no read is stale', async () => {
    const load = await LoadUnderTest.start(cluster);
    for (let round = 0; round < ROUNDS; round++) {
      const leader = await cluster.leader();
      await cluster.process(leader).end('SIGKILL');
      await load.servesAgain();
      await cluster.startCoordinator(leader);
      await cluster.allWell();
    }
    expect(await load.finish()).toMatchObject(NOTHING_AMISS);
  }, 120_000);

  it('stopped by SIGSTOP: another one leads, and the old one, once it runs on, serves nothing stale and follows', async () => {
    const load = await LoadUnderTest.start(cluster);
    for (let round = 0; round < ROUNDS; round++) {
      const stopped = await cluster.leader();
      cluster.process(stopped).kill('SIGSTOP');
      await until('another leader', async () => ((await cluster.leader()) !== stopped ? true : undefined));
      await load.servesAgain();
      cluster.process(stopped).kill('SIGCONT');
      await cluster.allWell();
    }
    expect(await load.finish()).toMatchObject(NOTHING_AMISS);
  }, 120_000);
});

const noNamespaces = namespacesMissing();
if (noNamespaces !== undefined) process.stderr.write(`skipped: a leader that is cut off: ${noNamespaces}\n`);

(noNamespaces === undefined ? describe : describe.skip)(
  'cluster (3 coordinators on hosts of their own) under load',
  () => {
    let network: NamespaceNetwork;
    let cluster: LocalCluster;

    beforeEach(async () => {
      network = await NamespaceNetwork.open(3);
      cluster = await LocalCluster.start({ coordinators: 3, agents: 0, network });
    }, 60_000);

    afterEach(async () => {
      LoadUnderTest.abortAll();
      network.healAll();
      await cluster.stop();
    }, 60_000);

    it('the leader cut off from its peers, then from all: another one leads, and none of its own reads is stale', async () => {
      const load = await LoadUnderTest.start(cluster);
      for (const others of [network.coordinatorIds, network.hosts]) {
        const cutOff = await cluster.leader();
        isolate(network, cutOff, others);
        const reachable = network.coordinatorIds.filter((id) => id !== cutOff);
        await until('another leader', async () => ((await cluster.leader(reachable)) !== cutOff ? true : undefined));
        await load.servesAgain();
        network.healAll();
        await cluster.allWell();
      }
      expect(await load.finish()).toMatchObject(NOTHING_AMISS);
    }, 120_000);

    it('one-way links: a leader that is heard by none of its peers, or deaf to both, does not stop the cluster', async () => {
      const load = await LoadUnderTest.start(cluster);
      for (const mute of [true, false]) {
        const leader = await cluster.leader();
        for (const id of network.coordinatorIds) {
          if (id !== leader) network.cut(mute ? leader : id, mute ? id : leader);
        }
        await load.servesAgain();
        network.healAll();
        await cluster.allWell();
      }
      expect(await load.finish()).toMatchObject(NOTHING_AMISS);
    }, 120_000);

    it('two of three cannot reach each other, and both reach the third: the cluster goes on with one leader', async () => {
      const load = await LoadUnderTest.start(cluster);
      const leader = await cluster.leader();
      const other = network.coordinatorIds.find((id) => id !== leader) ?? '';
      isolate(network, leader, [other]);
      await until('a leader that stays', async () => {
        const before = await cluster.leader();
        await load.servesAgain();
        return (await cluster.leader()) === before ? true : undefined;
      });
      network.heal(leader, other);
      await cluster.allWell();
      expect(await load.finish()).toMatchObject(NOTHING_AMISS);
    }, 120_000);
  },
);
