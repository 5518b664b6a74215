import type { WirePushLogsRequestInput } from '@synod/wire';
import { AttemptLog } from './attempt-log.js';
import { LogTails, type PushStream } from './log-tails.js';

/** A stream whose writes are done when the test says so, or at once. */
class FakeStream implements PushStream {
  readonly sent: WirePushLogsRequestInput[] = [];
  readonly ended: Promise<'ended' | 'cancelled'>;
  slow = false;
  private settle: (how: 'ended' | 'cancelled') => void = () => undefined;
  private waiting: (() => void)[] = [];
  private watchers: { count: number; resolve: () => void }[] = [];

  constructor(private readonly over: () => void) {
    this.ended = new Promise((resolve) => (this.settle = resolve));
  }

  write(message: WirePushLogsRequestInput, sent: () => void): boolean {
    this.sent.push(message);
    if (this.slow) this.waiting.push(sent);
    else setImmediate(sent);
    this.watchers = this.watchers.filter(({ count, resolve }) => this.sent.length < count || void resolve());
    return true;
  }

  flush(): void {
    for (const sent of this.waiting.splice(0)) sent();
  }

  wrote(count: number): Promise<void> {
    if (this.sent.length >= count) return Promise.resolve();
    return new Promise((resolve) => this.watchers.push({ count, resolve }));
  }

  end(): void {
    this.settle('ended');
  }

  cancel(): void {
    this.settle('cancelled');
    this.over();
  }

  on(): void {}

  get text(): string {
    return this.sent.map(({ chunk }) => Buffer.from((chunk?.data as Uint8Array | undefined) ?? '').toString()).join('');
  }
}

function bench(logs: Readonly<Record<string, AttemptLog>>) {
  const streams: FakeStream[] = [];
  const tails = new LogTails({
    logOf: (jobId) => logs[jobId],
    open: (over) => {
      const stream = new FakeStream(over);
      streams.push(stream);
      return stream;
    },
  });
  const ask = (jobId: string, more: { follow?: boolean; stdoutPosition?: string } = {}) => {
    tails.push({ tailId: 't', jobId, attempt: 1, follow: true, stdoutPosition: '0', stderrPosition: '0', ...more });
    return streams.at(-1) as FakeStream;
  };
  return { tails, ask };
}

describe('readers of a handler’s log', () => {
  it('get what is there and what comes, until the attempt has ended', async () => {
    const log = new AttemptLog();
    log.append('before', 1);
    const stream = bench({ j1: log }).ask('j1');
    await stream.wrote(2);
    log.append('after', 2);
    await stream.wrote(3);
    log.close();
    await expect(stream.ended).resolves.toBe('ended');
    expect(stream.sent[0]).toEqual({ tailId: 't' });
    expect(stream.text).toBe('before\nafter\n');
    expect(stream.sent[2]?.chunk).toMatchObject({ attempt: 1, position: 7, truncated: false });
  });

  it('that don’t follow get what is there; a position is passed over', async () => {
    const log = new AttemptLog();
    log.append('before', 1);
    const stream = bench({ j1: log }).ask('j1', { follow: false, stdoutPosition: '3' });
    await expect(stream.ended).resolves.toBe('ended');
    expect(stream.text).toBe('ore\n');
  });

  it('of an attempt that nobody knows get nothing, at once', async () => {
    const stream = bench({}).ask('j9');
    await expect(stream.ended).resolves.toBe('ended');
    expect(stream.sent).toEqual([{ tailId: 't' }]);
  });

  it('that are slow hold one piece up, and nobody else', async () => {
    const log = new AttemptLog();
    for (let line = 0; line < 200; line += 1) log.append('x'.repeat(1_023), line);
    log.close();
    const { ask } = bench({ j1: log });
    const slow = ask('j1');
    slow.slow = true;
    await slow.wrote(2);
    const quick = ask('j1');
    await expect(quick.ended).resolves.toBe('ended');
    expect(quick.text).toHaveLength(200 * 1_024);
    expect(slow.sent).toHaveLength(2);
    slow.slow = false;
    slow.flush();
    await expect(slow.ended).resolves.toBe('ended');
    expect(slow.text).toBe(quick.text);
  });

  it('are left when the session ends, also while they wait for a line', async () => {
    const log = new AttemptLog();
    const { tails, ask } = bench({ j1: log });
    const stream = ask('j1');
    await stream.wrote(1);
    tails.stop();
    await expect(stream.ended).resolves.toBe('cancelled');
    log.append('unheard', 1);
    expect(stream.text).toBe('');
  });
});
