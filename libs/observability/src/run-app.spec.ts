import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

/** A process whose behaviour is chosen by its first argument. */
const PROGRAM = `
import { TypedError } from '@synod/base';
import { runApp } from './index.ts';
const mode = process.argv[2];
const hang = new Promise(() => setInterval(() => {}, 1000));
const start = async ({ signal, fail }) => {
  if (mode === 'usage') throw Object.assign(new Error('unknown flag --x'), { exitStatus: 2 });
  if (mode === 'help') throw Object.assign(new Error('help'), { exitStatus: 0, output: 'the help' });
  if (mode === 'portInUse') throw new TypedError({ code: 'addressInUse' }, 'port 1 is in use; choose another');
  if (mode === 'bug') throw new Error('oops');
  if (mode === 'slowStart') { process.stderr.write('begun\\n'); await new Promise((_, reject) => signal.onabort = reject); }
  if (mode === 'rejects') setTimeout(() => Promise.reject(new Error('nobody caught this')), 1);
  if (mode === 'throws') setTimeout(() => { throw new Error('nobody caught this') }, 1);
  if (mode === 'fails') setTimeout(() => fail(new TypedError({ code: 'outdated' }, 'a newer one is here')), 1);
  const timer = setInterval(() => {}, 1000);
  return { id: 'x1', address: '127.0.0.1:1', stop: async () => {
    process.stderr.write('graceful\\n');
    if (mode === 'stuck' || mode === 'late') await hang;
    if (mode === 'badStop') throw new Error('can not');
  } };
};
void runApp({ name: 'demo', start, stopDeadlineMs: mode === 'late' ? 50 : 60_000 });
`;

interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

describe('an app as a process', () => {
  const folder = mkdtempSync(join(tmpdir(), 'run-app-'));
  const program = join(folder, 'program.cjs');
  const children = new Set<ChildProcess>();
  beforeAll(() => {
    buildSync({
      stdin: { contents: PROGRAM, resolveDir: __dirname, loader: 'ts' },
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'cjs',
    });
  });
  afterAll(() => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  function run(mode: string, watch?: (child: ChildProcess, text: string) => void): Promise<Ended> {
    const child = spawn(process.execPath, [program, mode], { stdio: ['ignore', 'pipe', 'pipe'] });
    children.add(child);
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (data: Buffer) => {
      stdout += data.toString();
      watch?.(child, data.toString());
    });
    child.stderr.on('data', (data: Buffer) => {
      stderr += data.toString();
      watch?.(child, data.toString());
    });
    return new Promise((resolve) => {
      child.on('close', (status, signal) => {
        children.delete(child);
        resolve({ status, signal, stdout, stderr });
      });
    });
  }
  const on =
    (mark: string, ...signals: NodeJS.Signals[]) =>
    (child: ChildProcess, text: string) => {
      if (text.includes(mark)) for (const signal of signals) child.kill(signal);
    };

  it('prints the ready line alone on stdout, stops gracefully at SIGTERM and ends with 0', async () => {
    const ended = await run('serve', on('ready', 'SIGTERM'));
    expect(ended.stdout).toBe('{"ready":true,"id":"x1","address":"127.0.0.1:1"}\n');
    expect(ended.stderr).toContain('graceful');
    expect(ended.status).toBe(0);
  });

  it('ends at once at a second signal, whatever the first one waits for', async () => {
    const ended = await run('stuck', (child, text) => {
      on('ready', 'SIGTERM')(child, text);
      on('graceful', 'SIGINT')(child, text);
    });
    expect(ended.status).toBe(130);
  });

  it('ends with 1 when it does not stop within the deadline, or fails to stop', async () => {
    expect((await run('late', on('ready', 'SIGTERM'))).status).toBe(1);
    expect((await run('badStop', on('ready', 'SIGTERM'))).status).toBe(1);
  });

  it('a signal before it is ready aborts the start and ends with 0, without a ready line', async () => {
    expect(await run('slowStart', on('begun', 'SIGTERM'))).toMatchObject({ status: 0, stdout: '' });
  });

  it('a usage error is one line and status 2', async () => {
    expect(await run('usage')).toMatchObject({ status: 2, stdout: '', stderr: 'demo: unknown flag --x\n' });
  });

  it('help goes to stdout with status 0', async () => {
    expect(await run('help')).toMatchObject({ status: 0, stdout: 'the help', stderr: '' });
  });

  it('an expected failure is one line, an unexpected one has its stack; both end with 1', async () => {
    expect(await run('portInUse')).toMatchObject({ status: 1, stderr: 'demo: port 1 is in use; choose another\n' });
    const bug = await run('bug');
    expect(bug.status).toBe(1);
    expect(bug.stderr).toContain('"stack"');
  });

  it('an app that can not go on says why, stops gracefully and ends with 1', async () => {
    const ended = await run('fails');
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain('demo: a newer one is here\ngraceful\n');
  });

  it.each(['rejects', 'throws'])(
    'an error that escapes (%s) is logged, then the process kills itself',
    async (mode) => {
      const ended = await run(mode);
      expect(ended.signal).toBe('SIGKILL');
      expect(ended.stderr).toContain('nobody caught this');
    },
  );
});
