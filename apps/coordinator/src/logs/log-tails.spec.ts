import { VirtualClock } from '@synod/testkit';
import type { WireGetJobLogsResponse, WireSessionResponseInput } from '@synod/wire';
import { codeOf, settled } from '../testing/basics.spec-support.js';
import { LogTails } from './log-tails.js';

const TAIL = { jobId: 'j', attempt: 1, follow: true, stdoutPosition: 3, stderrPosition: 0 };

export function chunk(text: string, position = 0, stream = 'LOG_STREAM_STDOUT'): WireGetJobLogsResponse {
  return { attempt: 1, stream, position: String(position), data: Buffer.from(text), truncated: false } as never;
}

/** A worker's stream: the test says what comes. */
class TestPush implements AsyncIterator<WireGetJobLogsResponse> {
  private readonly wanted: ((result: IteratorResult<WireGetJobLogsResponse>) => void)[] = [];
  released: boolean | undefined;
  readonly log = {
    chunks: this,
    release: (complete: boolean) => {
      this.released = complete;
    },
  };

  next(): Promise<IteratorResult<WireGetJobLogsResponse>> {
    return new Promise((resolve) => this.wanted.push(resolve));
  }

  get asked(): number {
    return this.wanted.length;
  }

  push(text: string): void {
    this.wanted.shift()?.({ done: false, value: chunk(text) });
  }

  end(): void {
    this.wanted.shift()?.({ done: true, value: undefined });
  }
}

class TestReader {
  readonly clock = new VirtualClock();
  readonly tails = new LogTails('c1-1', this.clock);
  readonly asked: NonNullable<WireSessionResponseInput['tailLogs']>[] = [];
  readonly abort = new AbortController();
  readonly read: string[] = [];
  outcome: string | undefined;

  start(limit = Infinity): this {
    const run = async (): Promise<void> => {
      const session = {
        tail: (request: NonNullable<WireSessionResponseInput['tailLogs']>) => this.asked.push(request),
      };
      for await (const { data } of this.tails.read({ tail: (it) => void session.tail(it) }, TAIL, this.abort.signal)) {
        this.read.push(data.toString());
        if (this.read.length >= limit) break;
      }
    };
    run().then(
      () => (this.outcome = 'ended'),
      (error: unknown) => (this.outcome = codeOf(error)),
    );
    return this;
  }

  get tailId(): string {
    return this.asked[0]?.tailId ?? '';
  }
}

describe('log tails', () => {
  it('the reader gets what the worker pushes, one chunk at a time, and the worker hears that all was read', async () => {
    const reader = new TestReader().start();
    await settled();
    expect(reader.asked).toEqual([
      { tailId: 'c1-1-1', jobId: 'j', attempt: 1, follow: true, stdoutPosition: '3', stderrPosition: '0' },
    ]);
    const push = new TestPush();
    expect(reader.tails.attach(reader.tailId, push.log)).toBe(true);
    await settled();
    expect(push.asked).toBe(1);
    push.push('a');
    await settled();
    push.push('b');
    await settled();
    push.end();
    await settled();
    expect([reader.read, reader.outcome, push.released, reader.tails.count]).toEqual([['a', 'b'], 'ended', true, 0]);
  });

  it('a reader that leaves while the job is silent ends the worker’s call at once', async () => {
    const reader = new TestReader().start();
    await settled();
    const push = new TestPush();
    reader.tails.attach(reader.tailId, push.log);
    await settled();
    reader.abort.abort();
    await settled();
    expect([reader.outcome, push.released, reader.tails.count]).toEqual(['ended', false, 0]);
  });

  it('so does one that stops between two chunks', async () => {
    const reader = new TestReader().start(1);
    await settled();
    const push = new TestPush();
    reader.tails.attach(reader.tailId, push.log);
    await settled();
    push.push('a');
    await settled();
    expect([reader.read, push.released, reader.tails.count]).toEqual([['a'], false, 0]);
  });

  it('a reader that leaves before the worker came: the worker’s stream finds nobody', async () => {
    const reader = new TestReader().start();
    await settled();
    reader.abort.abort();
    await settled();
    expect([reader.outcome, reader.tails.count]).toEqual(['ended', 0]);
    expect(reader.tails.attach(reader.tailId, new TestPush().log)).toBe(false);
  });

  it('a worker that does not come in five seconds is silent; one that comes then finds nobody', async () => {
    const reader = new TestReader().start();
    await settled();
    reader.clock.advance(5_000);
    await settled();
    expect([reader.outcome, reader.tails.count]).toEqual(['WORKER_SILENT', 0]);
    expect(reader.tails.attach(reader.tailId, new TestPush().log)).toBe(false);
  });

  it('a stream is for one tail, once', async () => {
    const reader = new TestReader().start();
    await settled();
    const { tailId } = reader;
    expect(reader.tails.attach('other', new TestPush().log)).toBe(false);
    expect(reader.tails.attach(tailId, new TestPush().log)).toBe(true);
    expect(reader.tails.attach(tailId, new TestPush().log)).toBe(false);
    reader.abort.abort();
    await settled();
  });

  it('readers are bounded', async () => {
    const tails = new LogTails('c1-1', new VirtualClock());
    const aborts = Array.from({ length: 2_001 }, () => new AbortController());
    const readers = aborts.map(({ signal }) => tails.read({ tail: () => undefined }, TAIL, signal).next());
    expect(await readers.pop()?.catch((error: unknown) => codeOf(error))).toBe('TOO_MANY_LOG_READERS');
    for (const abort of aborts) abort.abort();
    await Promise.all(readers);
    expect(tails.count).toBe(0);
  });
});
