import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { SynodClient } from '@synod/client';
import { appMain, AppProcess, freePorts, ROOT, runToEnd, until } from './index.js';

interface ClusterFile {
  readonly processes: readonly {
    readonly role: string;
    readonly id: string;
    readonly pid: number;
    readonly address: string;
  }[];
}

describe('synod dev', () => {
  let directory: string;
  let basePort: number;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'synod-dev-'));
    // B is the registry; B+1 to B+3 are coordinators.
    basePort = await until('four ports in a row', async () => {
      const [port = 0] = await freePorts(1);
      return port < 60_000 ? port : undefined;
    });
  });

  afterAll(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  it('starts a cluster that serves, names its processes, survives its leader, and keeps its jobs over a restart', async () => {
    const data = join(directory, 'data');
    const first = startDev(data);
    await first.line('ready');
    const { processes } = JSON.parse(readFileSync(join(data, 'cluster.json'), 'utf8')) as ClusterFile;
    expect(processes.map(({ role }) => role).sort()).toEqual([
      ...['coordinator', 'coordinator', 'coordinator', 'registry', 'worker-agent', 'worker-agent'],
    ]);
    const addresses = [1, 2, 3].map((offset) => `127.0.0.1:${String(basePort + offset)}`);
    const client = new SynodClient({ addresses });
    const { jobId } = await client.submit({ exec: { command: 'echo', args: ['first'] } });
    expect((await client.wait(jobId)).state).toBe('succeeded');

    const { leaderId } = await client.clusterStatus();
    const leader = processes.find(({ id }) => id === leaderId);
    process.kill(leader?.pid ?? 0, 'SIGKILL');
    const after = await client.submit({ exec: { command: 'echo', args: ['after'] } });
    expect((await client.wait(after.jobId)).state).toBe('succeeded');
    expect(await first.end()).toBe(0);

    const second = startDev(data);
    await second.line('ready');
    expect((await client.get(jobId)).state).toBe('succeeded');
    expect((await client.get(after.jobId)).state).toBe('succeeded');
    client.close();
    expect(await second.end()).toBe(0);
  }, 120_000);

  it('the built coordinator and agent run when copied elsewhere: a one-member cluster by defaults alone', async () => {
    const copies = join(directory, 'copies');
    for (const app of ['coordinator', 'worker-agent'] as const) {
      cpSync(dirname(appMain(app)), join(copies, app), { recursive: true });
    }
    const [port = 0] = await freePorts(1);
    const address = `127.0.0.1:${String(port)}`;
    const log = join(directory, 'copies.log');
    const coordinator = new AppProcess('coordinator', 'c1', ['--listen', address], log, [], copies);
    await coordinator.ready();
    const agent = new AppProcess('worker-agent', 'w1', ['--coordinators', address], log, [], copies);
    await agent.ready();
    const run = await runToEnd(process.execPath, [appMain('cli'), 'run', '--address', address, '--', 'echo', 'copied']);
    expect(run).toMatchObject({ status: 0, stdout: 'copied\n' });
    expect((await agent.end('SIGTERM')).code).toBe(0);
    expect((await coordinator.end('SIGTERM')).code).toBe(0);
  }, 60_000);

  it('a change in libs/hashing concerns its dependents only', async () => {
    const nx = [
      join(ROOT, 'node_modules/nx/dist/bin/nx.js'),
      'show',
      'projects',
      '--affected',
      '--files=libs/hashing/src/ring.ts',
    ];
    const shown = await runToEnd(process.execPath, nx, { env: { NX_DAEMON: 'false' } });
    const affected = shown.stdout.trim().split('\n');
    expect(affected).toEqual(expect.arrayContaining(['hashing', 'scheduling', 'coordinator']));
    for (const unconcerned of ['cli', 'client', 'consensus', 'storage', 'jobs'])
      expect(affected).not.toContain(unconcerned);
  }, 60_000);

  function startDev(data: string): { line(text: string): Promise<void>; end(): Promise<number | null> } {
    const args = ['dev', '--data', data, '--base-port', String(basePort)];
    const dev = new AppProcess('cli', 'dev', args, join(directory, 'dev.log'));
    return {
      line: (text) => dev.line(text),
      end: async () => (await dev.end('SIGTERM')).code,
    };
  }
});
