import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createWriteStream, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { endWithThis } from './leftovers.js';

/** The repository's root, where `dist/` is. */
export const ROOT = rootAbove(__dirname);

/** Works from the source and from a bundle under `dist/`. */
function rootAbove(folder: string): string {
  if (existsSync(join(folder, 'nx.json'))) return folder;
  if (dirname(folder) === folder) throw new Error('the repository was not found above this file');
  return rootAbove(dirname(folder));
}

export type AppName = 'coordinator' | 'worker-agent' | 'registry' | 'cli';

/** Entry of a built app. */
export function appMain(app: AppName): string {
  const main = join(ROOT, 'dist', 'apps', app, 'main.cjs');
  if (!existsSync(main)) throw new Error(`${app} is not built: npx nx build ${app}`);
  return main;
}

/** A long-lived process of the product. */
export class AppProcess {
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  private readonly child: ChildProcess;
  private stderrText = '';

  constructor(
    readonly app: AppName,
    readonly id: string,
    args: readonly string[],
    logFile: string,
    /** A command in front of the program, such as a tracer that stays behind it. */
    wrapper: readonly string[] = [],
    /** Folder of the apps; by default where they are built. A copy runs in its own folder. */
    apps?: string,
  ) {
    const main = apps === undefined ? appMain(app) : join(apps, app, 'main.cjs');
    const [command = '', ...rest] = [...wrapper, process.execPath, main, ...args];
    this.child = spawn(command, rest, {
      env: process.env,
      ...(apps === undefined ? {} : { cwd: join(apps, app) }),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    endWithThis(this.child);
    this.child.stderr?.on('data', (data: Buffer) => {
      this.stderrText = (this.stderrText + data.toString()).slice(-64 * 1024);
    });
    this.child.stderr?.pipe(createWriteStream(logFile, { flags: 'a' }));
    this.exited = new Promise((settle) => {
      this.child.once('exit', (code, signal) => {
        settle({ code, signal });
      });
    });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** The end of what it said on stderr. */
  get stderr(): string {
    return this.stderrText;
  }

  /** Resolves with the facts of the ready line; rejects when the process ends before. */
  async ready(): Promise<{ readonly id: string; readonly address?: string }> {
    const line = await this.lineThat((text) => text.startsWith('{"ready":true'));
    return JSON.parse(line) as { id: string; address?: string };
  }

  /** Resolves when it has printed this line on stdout. */
  async line(text: string): Promise<void> {
    await this.lineThat((line) => line === text);
  }

  private lineThat(matches: (line: string) => boolean): Promise<string> {
    return new Promise((settle, reject) => {
      let text = '';
      this.child.stdout?.on('data', (data: Buffer) => {
        text += data.toString();
        const line = text.split('\n').find(matches);
        if (line !== undefined) settle(line);
      });
      void this.exited.then(({ code, signal }) => {
        reject(
          new Error(`${this.app} ${this.id} ended before it was ready (${String(code ?? signal)}): ${this.stderr}`),
        );
      });
    });
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Ends it by this signal and waits for the end. */
  async end(signal: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    this.kill(signal);
    return this.exited;
  }
}

export interface Finished {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end. */
export function runToEnd(
  command: string,
  args: readonly string[],
  options: { readonly env?: NodeJS.ProcessEnv; readonly cwd?: string; readonly stdin?: string } = {},
): Promise<Finished> {
  const child = spawn(command, args, {
    cwd: options.cwd ?? ROOT,
    env: { ...process.env, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  endWithThis(child);
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.stdin ?? '');
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  return new Promise((settle, reject) => {
    child.once('error', reject);
    child.once('close', (status, signal) => {
      settle({ status, signal, stdout, stderr });
    });
  });
}
