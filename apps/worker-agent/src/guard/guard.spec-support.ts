import type { ChildProcess } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import {
  attemptDirectory,
  attemptKey,
  dataDirectory,
  guardSocketPath,
  makeDataDirectory,
} from '../shared/data-directory.js';
import type {
  AgentMessage,
  AttemptEnding,
  AttemptProcess,
  GuardMessage,
  StartOrder,
} from '../shared/guard-protocol.js';
import { encodeLine, GUARD_PROTOCOL_VERSION, LineReader } from '../shared/guard-protocol.js';
import { hostClock } from '../shared/platform.js';
import { endLater, eventually, startEntry } from '../shared/process.spec-support.js';
import { readStream } from '../shared/segments.js';
import { guardArguments, type GuardArguments } from './options.js';

/** An agent's end of the guard's socket, driven by a test. */
export class TestAgent {
  readonly messages: GuardMessage[] = [];
  closed = false;

  private constructor(readonly socket: Socket) {
    const lines = new LineReader();
    socket.on('data', (chunk) => {
      for (const line of lines.push(chunk)) this.#received(JSON.parse(line) as GuardMessage);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => (this.closed = true));
  }

  static async connect(data: string, incarnation = 1): Promise<TestAgent> {
    const path = guardSocketPath(dataDirectory(data));
    const socket = await new Promise<Socket>((resolve, reject) => {
      const made = connect(path, () => resolve(made)).once('error', reject);
    });
    const agent = new TestAgent(socket);
    agent.send({
      type: 'hello',
      version: GUARD_PROTOCOL_VERSION,
      workerId: 'w1',
      incarnation,
      target: { addresses: [], security: {}, worker: { labels: {}, capacity: 1, version: '', host: '' } },
    });
    return agent;
  }

  send(message: AgentMessage): void {
    this.socket.write(encodeLine(message));
  }

  start(order: StartOrder, heardAtMs = hostClock.monotonicMs()): void {
    this.send({ type: 'start', order, heardAtMs });
  }

  welcome(): Promise<Extract<GuardMessage, { type: 'welcome' }>> {
    return eventually('the guard welcomes the agent', () => this.messages.find((it) => it.type === 'welcome'));
  }

  async started(key: string): Promise<AttemptProcess> {
    const message = await eventually(`${key} starts`, () =>
      this.messages.find((it) => it.type === 'started' && it.process.key === key),
    );
    return (message as Extract<GuardMessage, { type: 'started' }>).process;
  }

  async ended(key: string): Promise<AttemptEnding> {
    const message = await eventually(`${key} ends`, () =>
      this.messages.find((it) => it.type === 'ended' && it.key === key),
    );
    return (message as Extract<GuardMessage, { type: 'ended' }>).ending;
  }

  #received(message: GuardMessage): void {
    this.messages.push(message);
    if (message.type === 'started') endLater(message.process.pid, true);
  }
}

export interface RunningGuard {
  readonly process: ChildProcess;
  readonly data: string;
  readonly log: () => string;
}

/** Starts a guard as its agent would and waits until it takes connections. */
export async function startGuard(
  file: string,
  data: string,
  given: Partial<GuardArguments> = {},
): Promise<RunningGuard> {
  makeDataDirectory(dataDirectory(data));
  const args = guardArguments({ data, streamBytes: 64 * 1024 * 1024, orphanGraceMs: 2_000, ...given });
  const child = startEntry(file, args, { detached: true });
  let [out, log] = ['', ''];
  child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (log += chunk.toString()));
  await eventually('the guard is ready', () => {
    // One with a short grace may be ready and gone between two looks.
    if (out.includes('ready')) return true;
    if (child.exitCode !== null) throw new Error(`the guard ended with ${child.exitCode}: ${log}`);
    return false;
  });
  return { process: child, data, log: () => log };
}

/** An order to run a shell script as attempt 1 of a job, without lease or time-out. */
export function shellOrder(jobId: string, script: string, rest: Partial<StartOrder> = {}): StartOrder {
  return {
    key: attemptKey(jobId, 1),
    jobId,
    attempt: 1,
    fencingToken: '281474976710657',
    workerId: 'w1',
    command: 'sh',
    args: ['-c', script],
    env: {},
    cwd: '',
    stdin: '',
    user: '',
    timeoutMs: 0,
    killGraceMs: 5_000,
    leaseMs: 0,
    ...rest,
  };
}

/** All that is there of an output stream. */
export function outputOf(data: string, order: StartOrder, stream: 'stdout' | 'stderr'): string {
  const base = `${attemptDirectory(dataDirectory(data), order.key).root}/${stream}`;
  let text = '';
  for (let position = 0; ;) {
    const piece = readStream(base, position, 1 << 20);
    if (piece.data.length === 0) return text;
    text += piece.data.toString();
    position = piece.position + piece.data.length;
  }
}
