import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalCluster } from './harness/cluster.js';
import { fileOf, SnippetRun, snippetsOf } from './harness/snippets.js';
import { ROOT, until } from './index.js';

/** A Python with grpcio-tools; another one than `python3` of the PATH with SYNOD_TEST_PYTHON. */
const PYTHON = process.env['SYNOD_TEST_PYTHON'] ?? 'python3';
const PAGE = 'docs/clients.md';

const hasGrpc = (() => {
  try {
    execFileSync(PYTHON, ['-c', 'import grpc, grpc_tools.protoc'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();
if (!hasGrpc)
  process.stderr.write(
    `the Python client of ${PAGE} was not run: ${PYTHON} has no grpcio-tools (pip install grpcio grpcio-tools, or set SYNOD_TEST_PYTHON)\n`,
  );

const MOST_LINES = 150;

it(`the client and the worker of ${PAGE} have ${String(MOST_LINES)} lines together at most`, () => {
  const module = snippetsOf(readFileSync(join(ROOT, PAGE), 'utf8')).find((it) => fileOf(it) === 'synod_python.py');
  expect(module?.text.trimEnd().split('\n').length).toBeLessThanOrEqual(MOST_LINES);
});

(hasGrpc ? describe : describe.skip)('a client and a worker in Python (needs grpcio-tools; 3 coordinators)', () => {
  let cluster: LocalCluster;
  let directory: string;
  let run: SnippetRun;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    cluster = await LocalCluster.start({ coordinators: 3, agents: 0 });
    directory = mkdtempSync(join(tmpdir(), 'synod-python-'));
    env = {
      ...process.env,
      SYNOD_ADDRESS: cluster.addresses.join(','),
      PROTO: join(ROOT, 'proto'),
      PYTHONUNBUFFERED: '1',
    };
    run = new SnippetRun({ directory, env, prelude: `python3() { ${JSON.stringify(PYTHON)} "$@"; }` });
  }, 60_000);

  afterAll(async () => {
    await run.close();
    await cluster.stop();
    rmSync(directory, { recursive: true, force: true });
  }, 60_000);

  it('made from the page alone, they do what it shows', async () => {
    await expect(run.follow(PAGE)).resolves.toBe(4);
  }, 60_000);

  it('survive the death of the leader: every job ends well, and none runs twice', async () => {
    const leader = await cluster.leader();
    const ask = spawn(PYTHON, ['ask.py'], { cwd: directory, env: { ...env, PYTHONPATH: 'generated' } });
    let stdout = '';
    let stderr = '';
    ask.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
    ask.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
    const ended = new Promise<number | null>((resolve) => ask.once('close', resolve));
    await until('jobs that run', async () => {
      const { ready = 0, running = 0 } = (await cluster.status()).jobsByState;
      return ready + running > 5 ? true : undefined;
    });
    await cluster.process(leader).end('SIGKILL');
    expect({ status: await ended, stdout, stderr }).toEqual({ status: 0, stdout: '2450 1\n', stderr: '' });
  }, 60_000);
});
