import { VirtualClock } from '@synod/testkit';
import type { WireGetJobLogsResponse } from '@synod/wire';
import { aWorker, quiet, settled, TestState } from '../testing/basics.spec-support.js';
import { LogKeeper } from './log-keeper.js';
import type { TailRequest } from './log-tails.js';

interface Copied {
  readonly jobId: string;
  readonly chunks: string[];
  flushes: number;
  complete: boolean;
}

function chunk(text: string): WireGetJobLogsResponse {
  return { attempt: 1, stream: 'LOG_STREAM_STDOUT', position: '0', data: Buffer.from(text) } as never;
}

/** A keeper in front of a real state; what workers send, and how fast the disk is, is the test's. */
class Bench {
  readonly clock = new VirtualClock();
  readonly state = new TestState();
  readonly copies: Copied[] = [];
  readonly tails: (TailRequest & { send(text: string): void; end(): void; fail(): void; left: boolean })[] = [];
  connected = true;
  takes = true;
  readonly keeper = new LogKeeper({
    archive: { writer: (jobId) => this.writer(jobId) as never },
    tails: { read: (_session, tail, signal) => this.read(tail, signal) },
    session: () => (this.connected ? { tail: () => undefined } : undefined),
    timers: this.clock,
    logger: quiet,
  });

  constructor() {
    this.state.apply({ type: 'openAgentSession', worker: aWorker('w1', { capacity: 10_000 }), held: [] });
  }

  assign(): string {
    const [jobId = ''] = this.state.submit(1);
    this.state.assign(jobId, 'w1');
    return jobId;
  }

  start(jobId: string): void {
    const report = { ...this.state.refOf(jobId), startedAtMs: 1, finishedAtMs: undefined, end: undefined };
    const entry = this.state.apply({ type: 'reportAttempts', workerId: 'w1', incarnation: 1, reports: [report] });
    this.keeper.applied(entry);
  }

  finish(jobId: string): void {
    this.keeper.applied(this.state.finish(jobId, 'w1'));
  }

  tail(jobId: string) {
    const found = this.tails.findLast((it) => it.jobId === jobId);
    if (found === undefined) throw new Error(`the log of ${jobId} was not asked for`);
    return found;
  }

  private writer(jobId: string) {
    const copied: Copied = { jobId, chunks: [], flushes: 0, complete: false };
    this.copies.push(copied);
    return {
      add: (it: WireGetJobLogsResponse) => {
        if (this.takes) copied.chunks.push(it.data.toString());
        return Promise.resolve(this.takes);
      },
      flush: (complete = false) => {
        copied.flushes += 1;
        copied.complete ||= complete;
        return Promise.resolve();
      },
    };
  }

  private async *read(tail: TailRequest, signal: AbortSignal): AsyncGenerator<WireGetJobLogsResponse> {
    const queue: (string | Error | undefined)[] = [];
    let wake = (): void => undefined;
    const push = (it: string | Error | undefined): void => {
      queue.push(it);
      wake();
    };
    const open = {
      ...tail,
      left: false,
      send: (text: string) => push(text),
      end: () => push(undefined),
      fail: () => push(new Error('broken')),
    };
    this.tails.push(open);
    signal.addEventListener('abort', () => wake());
    try {
      while (!signal.aborted) {
        if (queue.length === 0) await new Promise<void>((resolve) => (wake = resolve));
        if (signal.aborted || queue.length === 0) continue;
        const next = queue.shift();
        if (next === undefined) return;
        if (next instanceof Error) throw next;
        yield chunk(next);
      }
    } finally {
      open.left = true;
    }
  }
}

describe('log keeper', () => {
  it('follows the log of an attempt from its start to its end, and has it once', async () => {
    const bench = new Bench();
    const jobId = bench.assign();
    bench.start(jobId);
    await settled();
    expect(bench.tail(jobId)).toMatchObject({ attempt: 1, follow: true, stdoutPosition: 0 });
    bench.tail(jobId).send('out');
    bench.finish(jobId);
    bench.tail(jobId).end();
    await settled();
    expect(bench.copies).toEqual([{ jobId, chunks: ['out'], flushes: 1, complete: true }]);
    expect(bench.keeper.count).toBe(0);
  });

  it('what came is durable after ten seconds, so that it outlives the worker’s host', async () => {
    const bench = new Bench();
    const jobId = bench.assign();
    bench.start(jobId);
    await settled();
    bench.tail(jobId).send('out');
    await settled();
    bench.clock.advance(10_000);
    expect(bench.copies).toMatchObject([{ chunks: ['out'], flushes: 1, complete: false }]);
    bench.tail(jobId).fail();
    await settled();
    expect(bench.copies).toMatchObject([{ flushes: 2, complete: false }]);
    expect(bench.keeper.count).toBe(0);
  });

  it('beyond 96 that are followed a log is copied when its attempt has ended, 8 at a time', async () => {
    const bench = new Bench();
    const jobs = Array.from({ length: 106 }, () => bench.assign());
    for (const jobId of jobs) bench.start(jobId);
    await settled();
    expect(bench.tails).toHaveLength(96);
    for (const jobId of jobs.slice(96)) bench.finish(jobId);
    await settled();
    expect(bench.tails.slice(96).map((it) => it.follow)).toEqual(Array.from({ length: 8 }, () => false));
    expect(bench.keeper.count).toBe(106);
    bench.tails[96]?.end();
    await settled();
    expect(bench.tails).toHaveLength(105);
  });

  it('a log that broke off is copied anew when the attempt ends', async () => {
    const bench = new Bench();
    const jobId = bench.assign();
    bench.start(jobId);
    await settled();
    bench.tail(jobId).fail();
    await settled();
    bench.finish(jobId);
    await settled();
    expect(bench.tails.map((it) => it.follow)).toEqual([true, false]);
  });

  it('a log that is too long is left, and not called complete', async () => {
    const bench = new Bench();
    const jobId = bench.assign();
    bench.start(jobId);
    await settled();
    bench.takes = false;
    bench.tail(jobId).send('more');
    await settled();
    expect(bench.tail(jobId).left).toBe(true);
    expect(bench.copies).toMatchObject([{ complete: false }]);
  });

  it('leaves logs of workers that are connected elsewhere alone, and lets go of all when it is stopped', async () => {
    const bench = new Bench();
    const [here, elsewhere] = [bench.assign(), bench.assign()];
    bench.start(here);
    bench.connected = false;
    bench.start(elsewhere);
    await settled();
    expect(bench.tails.map((it) => it.jobId)).toEqual([here]);
    bench.keeper.stop();
    await settled();
    expect(bench.tail(here).left).toBe(true);
    expect(bench.copies).toMatchObject([{ jobId: here, complete: false }]);
    expect(bench.keeper.count).toBe(0);
  });
});
