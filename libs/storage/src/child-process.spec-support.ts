import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buildSync } from 'esbuild';

/** node_modules of the repository, where the child finds lmdb. */
const MODULES = join(require.resolve('lmdb').split('/node_modules/')[0] ?? '', 'node_modules');

/** Bundles the child program into `directory`; returns the file to run. */
export function buildChild(directory: string): string {
  const outfile = join(directory, 'child.cjs');
  buildSync({
    entryPoints: [join(__dirname, 'child-program.spec-support.ts')],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['lmdb'],
    outfile,
  });
  return outfile;
}

export interface Child {
  readonly process: ChildProcessWithoutNullStreams;
  /** Every line of stdout so far. */
  readonly lines: readonly string[];
  /** Resolves with the next line that `matches`, or undefined when the process ends before. */
  untilLine(matches: (line: string) => boolean): Promise<string | undefined>;
  /** Resolves when the process is gone and its output read. */
  readonly ended: Promise<NodeJS.Signals | number>;
}

export function startChild(program: string, args: readonly string[]): Child {
  return follow(spawn(process.execPath, [program, ...args], { env: { ...process.env, NODE_PATH: MODULES } }));
}

/** Follows a process line by line. */
export function follow(process: ChildProcessWithoutNullStreams, output: 'stdout' | 'stderr' = 'stdout'): Child {
  const lines: string[] = [];
  const waiting = new Set<{ matches: (line: string) => boolean; resolve: (line: string | undefined) => void }>();
  createInterface({ input: process[output] }).on('line', (line) => {
    lines.push(line);
    for (const waiter of [...waiting]) {
      if (!waiter.matches(line)) continue;
      waiting.delete(waiter);
      waiter.resolve(line);
    }
  });
  const ended = new Promise<NodeJS.Signals | number>((resolve) => {
    process.on('close', (code, signal) => {
      for (const waiter of waiting) waiter.resolve(undefined);
      resolve(signal ?? code ?? -1);
    });
  });
  const untilLine = (matches: (line: string) => boolean): Promise<string | undefined> => {
    const seen = lines.find(matches);
    if (seen !== undefined) return Promise.resolve(seen);
    return new Promise((resolve) => waiting.add({ matches, resolve }));
  };
  return { process, lines, untilLine, ended };
}

/** Whether a program of this name can be run here. */
export function hasProgram(name: string): boolean {
  return spawnSync(name, ['--version'], { stdio: 'ignore' }).error === undefined;
}
