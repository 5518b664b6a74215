import type { ChildProcess } from 'node:child_process';
import { attemptDirectory, attemptKey, dataDirectory, readJsonFile } from '../shared/data-directory.js';
import type { AttemptProcess } from '../shared/guard-protocol.js';
import { FakeCoordinator, type FakeSession } from './fake-coordinator.spec-support.js';
import {
  bundleEntry,
  cleanUp,
  endLater,
  eventually,
  exitOf,
  startEntry,
  temporaryFolder,
} from '../shared/process.spec-support.js';

let file: string | undefined;

/** Agent and guard, side by side as the build puts them; made once for each file of tests. */
function agentFile(): string {
  if (file !== undefined) return file;
  const folder = temporaryFolder();
  bundleEntry('guard/main.ts', folder, 'guard.cjs');
  file = bundleEntry('main.ts', folder, 'main.cjs');
  return file;
}

export interface RunningAgent {
  readonly process: ChildProcess;
  readonly data: string;
  log(): string;
  ready(): Promise<void>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
}

export function startAgent(data: string, addresses: readonly string[], flags: readonly string[] = []): RunningAgent {
  const id = flags.some((flag) => flag.startsWith('--id=')) ? [] : ['--id=w1'];
  const known = addresses.length === 0 ? [] : [`--coordinators=${addresses.join(',')}`];
  const args = [...id, `--data=${data}`, ...known, ...flags];
  const child = startEntry(agentFile(), args);
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

const coordinators: FakeCoordinator[] = [];

export async function startCoordinator(): Promise<FakeCoordinator> {
  const made = await new FakeCoordinator().start();
  coordinators.push(made);
  return made;
}

/** Ends all that the tests of a file have started. */
export function endAll(): void {
  for (const coordinator of coordinators) coordinator.kill();
  cleanUp();
}

/** A command that SIGTERM doesn't end. */
export const FOREVER = 'trap "" TERM; while :; do sleep 0.2; done';

export interface UsableAgent {
  readonly agent: RunningAgent;
  readonly session: FakeSession;
  readonly data: string;
}

/** Starts an agent and waits for its first session. */
export async function startUsable(at: readonly FakeCoordinator[], flags: readonly string[] = []): Promise<UsableAgent> {
  const data = temporaryFolder();
  const agent = startAgent(
    data,
    at.map((it) => it.address),
    flags,
  );
  await agent.ready();
  const session = await eventually('a session opens', () => at.flatMap((it) => it.sessions).find((it) => it.hello));
  return { agent, session, data };
}

/** Stops an agent as a service manager does. */
export async function stop(agent: RunningAgent): Promise<void> {
  agent.process.kill('SIGTERM');
  expect(await exitOf(agent.process)).toEqual({ code: 0, signal: null });
}
