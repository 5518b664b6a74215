import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../bootstrap.js';
import { FakeIo } from '../fake-io.spec-support.js';
import { FakeApps } from './fake-apps.spec-support.js';
import type { ListedProcess } from './files.js';
import { planCluster, portsOf, type DevOptions } from './plan.js';
import type { ClusterProbe, ProbedCluster } from './probe.js';

// Busy machines take their time; nothing here waits for time to pass.
jest.setTimeout(120_000);

let directory: string;
let data: string;
let apps: FakeApps;
let io: FakeIo;
let basePort: number;
const probed: ProbedCluster[] = [];
const runs: Promise<number>[] = [];
const ios = new Set<FakeIo>();

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'synod-dev-'));
  data = join(directory, 'data');
  apps = new FakeApps(join(directory, 'apps'));
  io = new FakeIo();
  basePort = await freePort();
  probed.length = 0;
});

afterEach(async () => {
  // A test that failed halfway must leave no processes behind: a first Ctrl-C stops what still runs, a second one kills it.
  for (const running of ios) for (let press = 0; press < 2; press += 1) running.pressCtrlC();
  await Promise.all(runs.splice(0));
  ios.clear();
  rmSync(directory, { recursive: true });
});

/**
 * A base port of which all that a cluster needs is free: below the range from which the system gives ports to whoever asks for any,
 * so that no connection of another test takes one between this look and its use.
 */
async function freePort(): Promise<number> {
  for (;;) {
    const base = 10_000 + Math.floor(Math.random() * 20_000);
    const needed = [0, 1, 2, 3, 4, 5, 101, 102, 103, 104, 105].map((offset) => base + offset);
    if ((await Promise.all(needed.map(isFree))).every(Boolean)) return base;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const free = await new Promise<boolean>((resolve) => {
    server.once('error', () => {
      resolve(false);
    });
    server.listen(port, '127.0.0.1', () => {
      resolve(true);
    });
  });
  if (free) await new Promise((resolve) => server.close(resolve));
  return free;
}

const probe: ClusterProbe = async (cluster) => void probed.push(cluster);

function dev(...argv: string[]): Promise<number> {
  const flags = ['--data', data, '--base-port', String(basePort)];
  const run = runCli(['dev', ...flags, ...argv], io, { appsDir: apps.directory, probe });
  runs.push(run);
  ios.add(io);
  return run;
}

function listed(): ListedProcess[] {
  return (JSON.parse(readFileSync(join(data, 'cluster.json'), 'utf8')) as { processes: ListedProcess[] }).processes;
}

const isAlive = ({ pid }: { pid: number }) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** Until no process of the list lives: ends are seen by a signal of dev, this is for those that dev was told to leave. */
async function gone(processes: readonly ListedProcess[]): Promise<void> {
  while (processes.some(isAlive)) await new Promise(setImmediate);
}

describe('synod dev', () => {
  it('prints addresses and the line ready, lists its processes, and stops agents, registry, coordinators in this order', async () => {
    const ended = dev();
    await io.stdout.until('\nready\n');
    const processes = listed();
    expect(processes.map(({ role, id, address }) => `${role} ${id} ${address}`)).toEqual([
      ...[1, 2, 3].map((i) => `coordinator c${i} 127.0.0.1:${basePort + i}`),
      `registry r1 127.0.0.1:${basePort}`,
      'worker-agent w1 ',
      'worker-agent w2 ',
    ]);
    expect(processes.every(isAlive)).toBe(true);
    expect(probed).toEqual([
      { coordinators: [1, 2, 3].map((i) => `127.0.0.1:${basePort + i}`), workerIds: ['w1', 'w2'] },
    ]);
    io.pressCtrlC();
    await expect(ended).resolves.toBe(0);
    expect(processes.some(isAlive)).toBe(false);
    const stopped = apps.lines('stopped').map((id) => id[0]);
    expect(stopped.join('')).toBe('wwrccc');
    expect(listed()).toEqual([]);
  });

  it('starts again on the same directory, but not with other members', async () => {
    for (const _round of [1, 2]) {
      io = new FakeIo();
      const ended = dev('--agents', '0', '--coordinators', '1');
      await io.stdout.until('ready\n');
      io.pressCtrlC();
      await expect(ended).resolves.toBe(0);
    }
    await expect(dev('--coordinators', '5')).resolves.toBe(1);
    expect(io.stderr.text).toContain(`holds a cluster of --coordinators 1 --base-port ${basePort}`);
  });

  it('a second dev on the same directory is refused while the first one runs', async () => {
    const ended = dev('--coordinators', '1', '--agents', '0');
    await io.stdout.until('ready\n');
    const [first] = [io];
    // The lock names a process: another one than this is needed to hold it.
    writeFileSync(join(data, 'dev.lock'), `${listed()[0]?.pid}\n`);
    io = new FakeIo();
    await expect(dev('--coordinators', '1', '--agents', '0')).resolves.toBe(1);
    expect(io.stderr.text).toMatch(/in use by another synod dev \(pid \d+\)/);
    first.pressCtrlC();
    await ended;
  });

  it('a process that ends is said so and not started again', async () => {
    const ended = dev('--agents', '1');
    await io.stdout.until('ready\n');
    const victim = listed().find(({ id }) => id === 'c2');
    process.kill(victim?.pid ?? 0, 'SIGKILL');
    await io.stderr.until(`coordinator c2 (pid ${victim?.pid}) has ended: SIGKILL`);
    io.pressCtrlC();
    await expect(ended).resolves.toBe(0);
    expect(apps.lines('started').filter((line) => line.startsWith('c2 '))).toHaveLength(1);
  });

  it('with --restart it is started again, and listed anew', async () => {
    const ended = dev('--coordinators', '1', '--agents', '1', '--restart');
    await io.stdout.until('ready\n');
    const before = listed().find(({ id }) => id === 'w1');
    process.kill(before?.pid ?? 0, 'SIGKILL');
    await io.stderr.until('again in 500 ms');
    await io.stderr.until('worker-agent w1 runs again');
    const after = listed().find(({ id }) => id === 'w1');
    expect(after?.pid).not.toBe(before?.pid);
    expect(io.stderr.text).toContain(`(pid ${after?.pid})`);
    io.pressCtrlC();
    await expect(ended).resolves.toBe(0);
  });

  it('when one can’t start, its last words are said and all others are stopped', async () => {
    apps.let('c2', 'fail');
    await expect(dev()).resolves.toBe(1);
    expect(io.stderr.text).toContain('c2 did not start (exit status 1): c2: the disk is full; make room; its log: ');
    expect(io.stderr.text.trimEnd().split('\n')).toHaveLength(1);
    expect(io.stdout.text).not.toContain('ready');
    expect(listed()).toEqual([]);
  });

  it('a second Ctrl-C kills what does not stop', async () => {
    apps.let('w1', 'ignore');
    const ended = dev('--coordinators', '1', '--agents', '1');
    await io.stdout.until('ready\n');
    const processes = listed();
    io.pressCtrlC();
    io.pressCtrlC();
    await expect(ended).resolves.toBe(0);
    expect(processes.some(isAlive)).toBe(false);
  });

  it('processes left by a dev that was killed are named, and nothing is started beside them', async () => {
    const ended = dev('--coordinators', '1', '--agents', '0');
    await io.stdout.until('ready\n');
    const left = listed();
    io.pressCtrlC();
    await ended;
    const { spawn } = await import('node:child_process');
    const orphan = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)', 'main.cjs'], {
      stdio: 'ignore',
    });
    const entry = { ...left[0], pid: orphan.pid } as ListedProcess;
    writeFileSync(join(data, 'cluster.json'), JSON.stringify({ processes: [entry] }));
    io = new FakeIo();
    await expect(dev('--coordinators', '1', '--agents', '0')).resolves.toBe(1);
    expect(io.stderr.text).toContain(`c1 (pid ${orphan.pid})`);
    expect(io.stderr.text).toContain(`kill ${orphan.pid}`);
    orphan.kill('SIGKILL');
    await gone([entry]);
  });

  it('a port in use is one line with another way, before anything is started', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(basePort + 2, '127.0.0.1', resolve));
    await expect(dev()).resolves.toBe(1);
    expect(io.stderr.text).toContain(`port ${basePort + 2} of 127.0.0.1 is in use`);
    expect(io.stderr.text).toContain('--base-port');
    expect(apps.lines('started')).toEqual([]);
    await new Promise((resolve) => server.close(resolve));
  });

  it('a missing build and a missing Consul are said with what to do', async () => {
    await expect(dev('--node-store', 'consul', '--consul', 'http://127.0.0.1:1')).resolves.toBe(1);
    expect(io.stderr.text).toContain('no Consul answers at http://127.0.0.1:1');
    rmSync(join(apps.directory, 'registry'), { recursive: true });
    await expect(dev()).resolves.toBe(1);
    expect(io.stderr.text).toContain('npx nx build cli');
    expect(apps.lines('started')).toEqual([]);
  });
});

describe('plan', () => {
  const options: DevOptions = {
    ...{
      coordinators: 2,
      agents: 1,
      data: '/d',
      basePort: 7_400,
      nodeStore: 'consul',
      consul: 'http://127.0.0.1:8500',
    },
    capacity: 3,
  };

  it('gives each process the flags of its app', () => {
    const [c1, , r1, w1] = planCluster(options).map(({ args }) => args.join(' '));
    const store = '--node-store consul --consul http://127.0.0.1:8500';
    expect(c1).toBe(
      `--id c1 --listen 127.0.0.1:7401 --data /d/c1 --initial-members c1=127.0.0.1:7401,c2=127.0.0.1:7402 ${store}`,
    );
    expect(r1).toBe(`--id r1 --listen 127.0.0.1:7400 --coordinators 127.0.0.1:7401,127.0.0.1:7402 ${store}`);
    expect(w1).toContain('--id w1 --data /d/w1 --coordinators 127.0.0.1:7401,127.0.0.1:7402 --registry 127.0.0.1:7400');
    expect(w1).toContain('--capacity 3 --consul http://127.0.0.1:8500');
  });

  it('needs the registry’s port, those of the coordinators and their HTTP ports', () => {
    expect(portsOf(options)).toEqual([7_400, 7_401, 7_402, 7_501, 7_502]);
  });
});
