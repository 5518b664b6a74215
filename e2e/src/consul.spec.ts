import { join } from 'node:path';
import { ConsulAgent, findConsul } from '@synod/conformance';
import { AppProcess, LocalCluster, freePorts, runToEnd, until } from './index.js';
import { appMain } from './harness/processes.js';

const consul = findConsul();
const itself = 'path' in consul ? describe : describe.skip;

itself('cluster (3 coordinators, 2 agents) with a real Consul', () => {
  let agent: ConsulAgent;
  let cluster: LocalCluster;
  let registry: AppProcess;
  let registryAddress: string;

  beforeAll(async () => {
    agent = await ConsulAgent.start('path' in consul ? consul.path : '');
    const coordinatorArgs = ['--node-store', 'consul', '--consul', agent.url];
    // The agents know no coordinator: they find them in Consul.
    cluster = await LocalCluster.start({
      coordinators: 3,
      agents: 2,
      coordinatorArgs,
      agentArgs: ['--consul', agent.url],
    });
    const [port = 0] = await freePorts(1);
    registryAddress = `127.0.0.1:${String(port)}`;
    const args = ['--id', 'r1', '--listen', registryAddress, '--node-store', 'consul', '--consul', agent.url];
    registry = new AppProcess('registry', 'r1', args, join(cluster.directory, 'logs', 'r1.log'));
    await registry.ready();
  }, 120_000);

  afterAll(async () => {
    await registry.end('SIGTERM');
    await cluster.stop();
    await agent.kill();
  }, 60_000);

  it('every process is a passing service', async () => {
    await until('all services pass', async () =>
      (await passing('synod-coordinator')) === 3 &&
      (await passing('synod-worker')) === 2 &&
      (await passing('synod-registry')) === 1
        ? true
        : undefined,
    );
  }, 60_000);

  it('an agent that knows only the registry finds the coordinators through it', async () => {
    const args = ['--id', 'w3', '--data', join(cluster.directory, 'w3'), '--registry', registryAddress];
    const third = new AppProcess('worker-agent', 'w3', args, join(cluster.directory, 'logs', 'w3.log'));
    await third.ready();
    await cluster.workersOnline(3);
    expect((await third.end('SIGTERM')).code).toBe(0);
  }, 60_000);

  it('Consul killed: jobs run on and nothing is reassigned; Consul back and empty: all register again', async () => {
    const { jobId: long } = await cluster.client.submit({ exec: { command: 'sleep', args: ['3'] } });
    await agent.kill();
    const run = await runToEnd(process.execPath, [appMain('cli'), 'run', '--', 'echo', 'without Consul'], {
      env: { SYNOD_ADDRESS: cluster.addresses.join(',') },
    });
    expect(run).toMatchObject({ status: 0, stdout: 'without Consul\n' });
    const job = await cluster.client.wait(long);
    expect(job.state).toBe('succeeded');
    expect(job.attempts).toHaveLength(1);
    await agent.start();
    await until('all services pass again', async () =>
      (await passing('synod-coordinator')) === 3 && (await passing('synod-worker')) >= 2 ? true : undefined,
    );
  }, 120_000);

  async function passing(service: string): Promise<number> {
    const response = await fetch(`${agent.url}/v1/health/service/${service}?passing`);
    return ((await response.json()) as unknown[]).length;
  }
});
