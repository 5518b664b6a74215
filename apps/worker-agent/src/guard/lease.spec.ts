import type { Logger, Timers } from '@synod/base';
import { dataDirectory } from '../shared/data-directory.js';
import {
  GUARD_PROTOCOL_VERSION,
  type AttemptEnding,
  type GuardMessage,
  type StartOrder,
} from '../shared/guard-protocol.js';
import { Guard, type AgentLink } from './guard.js';

const log: Logger = { debug: noop, info: noop, warn: noop, error: noop, child: () => log };

function noop(): void {}

/** Lets all run that waits for promises only. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const order: StartOrder = {
  ...{ key: 'job.1', jobId: 'job', attempt: 1, fencingToken: '1', workerId: 'w1', leaseMs: 2_300 },
  ...{ command: 'work', args: [], env: {}, cwd: '', stdin: '', user: '', timeoutMs: 0, killGraceMs: 0 },
};

/** A guard on a host without processes, whose time is in this test. A frozen process has timers that come too late. */
class Bench {
  nowMs = 10_000;
  launched = 0;
  readonly signals: string[] = [];
  readonly messages: GuardMessage[] = [];
  readonly guard: Guard;
  private exit: (code: number | null, signal: NodeJS.Signals | null) => void = noop;
  private readonly link: AgentLink = { send: (message) => void this.messages.push(message), close: noop };

  constructor() {
    const timers: Timers = { after: () => noop, every: () => noop };
    this.guard = new Guard(
      { directory: dataDirectory('/nowhere'), orphanGraceMs: 2_000 },
      {
        clock: { monotonicMs: () => this.nowMs, wallMs: () => this.nowMs },
        ...{ timers, log, exit: noop, report: () => Promise.resolve() },
        host: {
          launch: () => {
            this.launched += 1;
            const once = (_event: 'exit', listener: typeof this.exit) => (this.exit = listener);
            return Promise.resolve({ kind: 'launched', pid: 1, child: { once } });
          },
          identity: () => 'boot/1',
          signals: {
            signal: (_group, signal) => {
              this.signals.push(String(signal));
              if (signal === 'SIGKILL') this.exit(null, signal);
              return true;
            },
            isAlive: () => false,
          },
          keepOutput: () => [],
          writeFile: noop,
        },
      },
    );
    const worker = { labels: {}, capacity: 1, version: '', host: '' };
    const target = { addresses: [], security: {}, worker };
    const hello = { version: GUARD_PROTOCOL_VERSION, workerId: 'w1', incarnation: 1, target };
    this.guard.receive(this.link, { type: 'hello', ...hello });
  }

  async start(heardAtMs: number): Promise<void> {
    this.guard.receive(this.link, { type: 'start', order, heardAtMs });
    await settled();
  }

  async heard(heardAtMs: number): Promise<void> {
    this.guard.receive(this.link, { type: 'heard', heardAtMs });
    await settled();
  }

  get ending(): AttemptEnding | undefined {
    return this.messages.flatMap((it) => (it.type === 'ended' ? [it.ending] : []))[0];
  }
}

describe('a worker lease under a guard that was frozen', () => {
  test('an order that outlived its lease in the socket never runs, and is answered as lost', async () => {
    const bench = new Bench();
    await bench.start(bench.nowMs - order.leaseMs);
    expect(bench.launched).toBe(0);
    expect(bench.ending).toMatchObject({ outcome: 'lost', message: 'its worker lease lapsed', startedAtMs: null });
  });

  test('an order runs while a moment of its lease is left', async () => {
    const bench = new Bench();
    await bench.start(bench.nowMs - order.leaseMs + 1);
    expect(bench.launched).toBe(1);
    expect(bench.ending).toBeUndefined();
  });

  test('a heartbeat that was sent in time, and is told of too late, revives nothing', async () => {
    const bench = new Bench();
    const startedMs = bench.nowMs;
    await bench.start(startedMs);
    bench.nowMs = startedMs + order.leaseMs + 500;
    await bench.heard(startedMs + order.leaseMs - 100);
    expect(bench.signals).toEqual(['SIGKILL']);
    expect(bench.ending).toMatchObject({ outcome: 'lost', message: 'its worker lease lapsed' });
  });

  test('being heard in time keeps it, counted from when the heartbeat was sent', async () => {
    const bench = new Bench();
    const startedMs = bench.nowMs;
    await bench.start(startedMs);
    bench.nowMs = startedMs + 2_000;
    await bench.heard(startedMs + 1_000);
    bench.nowMs = startedMs + 3_200;
    await bench.heard(startedMs + 1_000);
    expect(bench.signals).toEqual([]);
    bench.nowMs = startedMs + 1_000 + order.leaseMs;
    await bench.heard(startedMs + 3_000);
    expect(bench.signals).toEqual(['SIGKILL']);
  });
});
