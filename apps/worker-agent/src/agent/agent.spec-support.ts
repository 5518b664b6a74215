import type { ChildProcess } from 'node:child_process';
import { attemptDirectory, attemptKey, dataDirectory, readJsonFile } from '../shared/data-directory.js';
import type { AttemptProcess } from '../shared/guard-protocol.js';
import {
  bundleEntry,
  endLater,
  eventually,
  exitOf,
  startEntry,
  temporaryFolder,
} from '../shared/process.spec-support.js';

/** Agent and guard, side by side as the build puts them. */
export function bundleAgent(): string {
  const folder = temporaryFolder();
  bundleEntry('guard/main.ts', folder, 'guard.cjs');
  return bundleEntry('main.ts', folder, 'main.cjs');
}

export interface RunningAgent {
  readonly process: ChildProcess;
  readonly data: string;
  log(): string;
  ready(): Promise<void>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
}

export function startAgent(
  file: string,
  data: string,
  addresses: readonly string[],
  flags: readonly string[] = [],
): RunningAgent {
  const id = flags.some((flag) => flag.startsWith('--id=')) ? [] : ['--id=w1'];
  const args = [...id, `--data=${data}`, `--coordinators=${addresses.join(',')}`, ...flags];
  const child = startEntry(file, args);
  let [out, log] = ['', ''];
  child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (log += chunk.toString()));
  return {
    process: child,
    data,
    log: () => log,
    ready: async () => {
      await eventually('the agent is ready', () => {
        if (child.exitCode !== null) throw new Error(`the agent ended with ${child.exitCode}: ${log}`);
        return out.includes('"ready":true');
      });
      endLater(guardPid(data));
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exitOf(child);
    },
  };
}

export function guardPid(data: string): number {
  return (readJsonFile(`${dataDirectory(data).guard}/guard.lock`) as { pid: number }).pid;
}

/** The process of attempt 1 of a job, once it was started. */
export async function processOf(data: string, jobId: string): Promise<AttemptProcess> {
  const { startedFile } = attemptDirectory(dataDirectory(data), attemptKey(jobId, 1));
  const started = await eventually(`${jobId} starts`, () => readJsonFile(startedFile) as AttemptProcess | undefined);
  endLater(started.pid, true);
  return started;
}
