import { Resolver } from 'node:dns/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { JobSpec } from '@synod/client';
import { findConsul } from '@synod/conformance';
import { AppProcess, freePorts, LocalCluster, until } from './index.js';
import { ConsulCluster } from './harness/consul-cluster.js';
import type { ConsulNode } from './harness/consul-cluster.js';
import { LoadUnderTest, NOTHING_AMISS } from './harness/load-under-test.js';
import { outageMs } from './harness/outage.js';

const OUTAGE_MS = outageMs(8);
/** The longer the outage, the longer it is compared with. */
const BEFORE_MS = Math.min(OUTAGE_MS / 2, 20_000);
/** Part of the rate before that must go on: of a few seconds one may be lost to an election on a loaded host, of a minute not. */
const LEAST_RATE = OUTAGE_MS >= 30_000 ? 0.9 : 0.75;
/** The TTL of checks is 10 s; time for Consul itself. */
const LAPSED_LIMIT_MS = 30_000;

const consul = findConsul();
const itself = 'path' in consul ? describe : describe.skip;

itself('cluster (3 coordinators, 2 agents) with a Consul of three servers and two client agents', () => {
  let consuls: ConsulCluster;
  let cluster: LocalCluster;
  const registries: AppProcess[] = [];

  beforeAll(async () => {
    cluster = await LocalCluster.create({ coordinators: 3, agents: 2, agentArgs: [] });
    consuls = await ConsulCluster.start('path' in consul ? consul.path : '', cluster.directory, 2);
    // Two hosts: c1, c2 and w1 on one, c3 and w2 on the other.
    const hostOf = new Map(['c1', 'c2', 'w1', 'c3', 'w2'].map((id, index) => [id, consuls.clients[index < 3 ? 0 : 1]]));
    const args = (id: string): string[] => ['--consul', hostOf.get(id)?.url ?? ''];
    const store = ['--node-store', 'consul'];
    await Promise.all(cluster.coordinatorIds().map((id) => cluster.startCoordinator(id, [...store, ...args(id)])));
    await cluster.leader();
    // The agents know no coordinator: they find them in Consul.
    await Promise.all(cluster.agentIds().map((id) => cluster.startAgent(id, args(id))));
    await cluster.workersOnline(2);
    await allPassing();
  }, 120_000);

  afterAll(async () => {
    LoadUnderTest.abortAll();
    for (const node of consuls.nodes) node.thaw();
    await Promise.all(registries.map((registry) => registry.end('SIGTERM')));
    await cluster.stop();
    await consuls.stop();
  }, 90_000);

  it('synod-coordinator.service.consul resolves to the coordinators on every agent, address and port', async () => {
    const wanted = cluster.addresses.map((address) => Number(address.split(':')[1])).sort((a, b) => a - b);
    for (const host of consuls.clients) {
      const resolver = new Resolver();
      resolver.setServers([`127.0.0.1:${String(host.dnsPort)}`]);
      const services = await resolver.resolveSrv('synod-coordinator.service.consul');
      expect(services.map(({ port }) => port).sort((a, b) => a - b)).toEqual(wanted);
      expect(await resolver.resolve4('synod-coordinator.service.consul')).toContain('127.0.0.1');
    }
  }, 30_000);

  it(
    `its leader and a client agent killed, then all of it away for ${String(OUTAGE_MS / 1_000)} s, under load: as many jobs a second, nothing reassigned, all registered again`,
    async () => {
      const load = await LoadUnderTest.start(cluster);
      await load.servesAgain();
      const seconds = 2 + (2 * BEFORE_MS + OUTAGE_MS) / 1_000;
      const long = await submitSleeps(cluster, [{}, {}, {}, {}], seconds);
      const rates = { before: 0, withoutLeader: 0, away: 0 };
      rates.before = await rateDuring(load, () => pause(BEFORE_MS));
      const [leader, client] = [await consuls.leader(), consuls.clients[1] as ConsulNode];
      await Promise.all([leader.kill(), client.kill()]);
      rates.withoutLeader = await rateDuring(load, () => Promise.all([pause(BEFORE_MS), consuls.newLeader(leader)]));
      await consuls.stop();
      rates.away = await rateDuring(load, () => pause(OUTAGE_MS));
      for (const node of consuls.nodes) node.start();
      await consuls.ready();
      await allPassing();
      const outcome = await load.finish();
      expect(outcome).toMatchObject({ ...NOTHING_AMISS, reassigned: [] });
      process.stderr.write(`jobs a second: ${JSON.stringify(rates)}\n`);
      expect(rates.withoutLeader / rates.before).toBeGreaterThan(LEAST_RATE);
      expect(rates.away / rates.before).toBeGreaterThan(LEAST_RATE);
      await expectOneAttemptEach(cluster, long);
    },
    120_000 + 3 * OUTAGE_MS,
  );

  it('all of Consul stopped and wiped: everything is registered again in the new one by itself, nothing is reassigned', async () => {
    const running = await submitSleeps(cluster, [{}, {}], 4);
    await consuls.stop();
    for (const node of consuls.nodes) node.wipe();
    for (const node of consuls.nodes) node.start();
    await consuls.ready();
    await allPassing();
    await expectOneAttemptEach(cluster, running);
  }, 90_000);

  it('both registries of an agent stopped, and a Consul agent that answers nobody, until their checks lapse; then checks that flap: nothing is reassigned, all is registered again', async () => {
    const addresses = (await freePorts(2)).map((port) => `127.0.0.1:${String(port)}`);
    const startRegistry = async (index: number): Promise<void> => {
      const id = `r${String(index + 1)}`;
      const where = ['--id', id, '--listen', addresses[index] ?? '', '--node-store', 'consul'];
      const args = [...where, '--consul', consuls.clients[index]?.url ?? ''];
      const registry = new AppProcess('registry', id, args, join(cluster.directory, 'logs', `${id}.log`));
      registries[index] = registry;
      await registry.ready();
    };
    await Promise.all([startRegistry(0), startRegistry(1)]);
    // It knows two registries, and coordinators from them alone.
    const third = await cluster.startAgent('w3', ['--registry', addresses.join(','), '--labels', 'third=yes']);
    const onThird = { workerLabels: { third: 'yes' } };
    await cluster.workersOnline(3);
    await passing('synod-worker', 3);
    const running = await submitSleeps(cluster, [{}, {}, onThird], 16);
    for (const registry of registries) {
      await registry.end('SIGKILL');
      const { jobId } = await cluster.client.submit({ ...onThird, exec: { command: 'true' } });
      expect((await cluster.client.wait(jobId)).state).toBe('succeeded');
    }
    const [frozen, other] = consuls.clients as [ConsulNode, ConsulNode];
    frozen.freeze();
    // On the other host there are c3 and w2.
    await passing('synod-worker', 1, [other]);
    await passing('synod-coordinator', 1, [other]);
    expect((await cluster.client.workers()).map(({ workerId, state }) => [workerId, state])).toEqual(
      expect.arrayContaining([...cluster.agentIds(), 'w3'].map((workerId) => [workerId, 'online'])),
    );
    frozen.thaw();
    await startRegistry(1);
    await passing('synod-worker', 3);
    await passing('synod-coordinator', 3);
    for (let round = 0; round < 10; round++) {
      for (const node of consuls.clients) await flap(node);
      await pause(100);
    }
    await passing('synod-worker', 3);
    await passing('synod-coordinator', 3);
    await expectOneAttemptEach(cluster, running);
    expect((await third.end('SIGTERM')).code).toBe(0);
  }, 90_000);

  async function allPassing(): Promise<void> {
    await passing('synod-coordinator', 3);
    await passing('synod-worker', 2);
  }

  /** Each of these Consul agents sees so many instances whose checks pass. */
  async function passing(service: string, count: number, seenBy = consuls.clients): Promise<void> {
    await until(
      `${String(count)} passing ${service}`,
      async () => {
        const seen = await Promise.all(
          seenBy.map(async (node) => (await node.get<unknown[]>(`health/service/${service}?passing`)).length),
        );
        return seen.every((length) => length === count) ? true : undefined;
      },
      LAPSED_LIMIT_MS,
    );
  }
});

/** A job for each of these, that takes so long; all of them run. */
async function submitSleeps(cluster: LocalCluster, specs: readonly Pick<JobSpec, 'workerLabels'>[], seconds: number) {
  const exec = { command: 'sleep', args: [String(seconds)] };
  const jobIds = await cluster.client.submitMany(specs.map((spec) => ({ ...spec, exec })));
  await until('all of them running', async () => {
    const jobs = await Promise.all(jobIds.map((jobId) => cluster.client.get(jobId)));
    return jobs.every(({ state }) => state === 'running') ? true : undefined;
  });
  return jobIds;
}

async function expectOneAttemptEach(cluster: LocalCluster, jobIds: readonly string[]): Promise<void> {
  const jobs = await Promise.all(jobIds.map((jobId) => cluster.client.wait(jobId)));
  expect(jobs.map(({ attempts }) => attempts.map(({ state }) => state))).toEqual(jobIds.map(() => ['succeeded']));
}

/** Jobs of the load that ran in each second of this, on the average: what an election holds up comes right behind it, and counts. */
async function rateDuring(load: LoadUnderTest, work: () => Promise<unknown>): Promise<number> {
  const [fromMs, ranBefore] = [performance.now(), load.ranAtMs.length];
  await work();
  return ((load.ranAtMs.length - ranBefore) * 1_000) / (performance.now() - fromMs);
}

/** All checks of Synod's services on this agent fail now; their owners let them pass again. */
async function flap(node: ConsulNode): Promise<void> {
  const checks =
    await node.get<Record<string, { readonly CheckID: string; readonly ServiceName: string }>>('agent/checks');
  for (const { CheckID, ServiceName } of Object.values(checks)) {
    if (ServiceName.startsWith('synod-')) {
      await fetch(`${node.url}/v1/agent/check/fail/${encodeURIComponent(CheckID)}`, { method: 'PUT' });
    }
  }
}
