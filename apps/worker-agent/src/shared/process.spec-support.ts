import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSameProcess, processIdentity } from './process-table.js';

const ROOT = join(__dirname, '../../../..');

/** Longer than anything takes on a busy machine; no test waits for it to pass. */
export const DEADLINE_MS = 30_000;

const folders: string[] = [];

/** A directory of this test's own; {@link cleanUp} removes it. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'synod-agent-'));
  folders.push(folder);
  return folder;
}

const processes: { readonly pid: number; readonly identity: string; readonly group: boolean }[] = [];

/** Ends a process that the code under test started, when the test is over. `group`: with its process group. */
export function endLater(pid: number, group = false): void {
  processes.push({ pid, identity: processIdentity(pid), group });
}

export function cleanUp(): void {
  for (const { pid, identity, group } of processes.splice(0)) {
    if (isSameProcess(pid, identity)) process.kill(group ? -pid : pid, 'SIGKILL');
  }
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
}

/** Bundles an entry as the build does, so that tests start it as a process of its own. */
export function bundleEntry(entry: string, folder: string, name: string): string {
  const file = join(folder, name);
  execFileSync(
    join(ROOT, 'node_modules/.bin/esbuild'),
    [
      join(__dirname, '..', entry),
      '--bundle',
      '--platform=node',
      '--format=cjs',
      '--target=node20',
      `--outfile=${file}`,
      '--external:lmdb',
      '--external:@grpc/grpc-js',
      '--external:@grpc/proto-loader',
      '--external:@grpc/reflection',
      '--external:grpc-health-check',
      '--log-level=error',
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  return file;
}

/** Starts a bundled entry; packages are found where the workspace has them. */
export function startEntry(
  file: string,
  args: readonly string[],
  options: { readonly detached?: boolean } = {},
): ChildProcess {
  const child = spawn(process.execPath, [file, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: options.detached ?? false,
    env: { ...process.env, NODE_PATH: join(ROOT, 'node_modules') },
  });
  if (child.pid !== undefined) endLater(child.pid);
  return child;
}

/** Looks again and again until there is something to see; the caller says what it waits for. */
export async function eventually<Value>(what: string, look: () => Value | undefined | false): Promise<Value> {
  const giveUpAt = Date.now() + DEADLINE_MS;
  for (;;) {
    const value = look();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > giveUpAt) throw new Error(`not within ${DEADLINE_MS} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export function fileText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

export function exitOf(child: ChildProcess): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return Promise.resolve({ code: child.exitCode, signal: child.signalCode });
  }
  return new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
}
