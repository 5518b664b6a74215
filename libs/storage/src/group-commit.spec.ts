import { setImmediate as nextTurn } from 'node:timers/promises';
import { GroupCommit } from './group-commit.js';

/** A commit that ends when it is told to, and the calls that were made of it. */
class Bench {
  nowMs = 0;
  readonly calls: (readonly string[])[] = [];
  readonly fatal: Error[] = [];
  #end: ((error?: Error) => void) | undefined;
  readonly commits = new GroupCommit<string>({
    directory: '/data',
    commit: (items) => {
      this.calls.push(items);
      return new Promise((resolve, reject) => {
        this.#end = (error) => (error === undefined ? resolve() : reject(error));
      });
    },
    onFatal: (error) => void this.fatal.push(error),
    monotonicMs: () => this.nowMs,
    maxQueued: 3,
  });

  /** Submits one item whose outcome is looked at later. */
  submit(item: string): Promise<unknown> {
    return this.commits.submit(item).then(
      () => 'done',
      (error: unknown) => error,
    );
  }

  /** Ends the commit that runs; the next one, if anything waits, has begun when this resolves. */
  async end(error?: Error): Promise<void> {
    this.#end?.(error);
    await nextTurn();
    await nextTurn();
  }
}

test('P16: a commit that failed is never tried again: all that waited is refused, and so is all that comes', async () => {
  const bench = new Bench();
  const running = bench.submit('a');
  await nextTurn();
  const waiting = bench.submit('b');
  await bench.end(new Error('EIO'));
  await bench.end();
  const failure: unknown = await running;
  expect(failure).toMatchObject({ facts: { code: 'commitFailed', directory: '/data' } });
  expect(await waiting).toBe(failure);
  expect(await bench.submit('c')).toBe(failure);
  expect(bench.fatal).toEqual([failure]);
  expect(bench.calls).toEqual([['a']]);
});

test('P17: a flush that is under way counts from when it was asked for, what waits behind it does not make it younger', async () => {
  const bench = new Bench();
  expect(bench.commits.oldestOutstandingMs).toBe(0);
  const first = bench.submit('a');
  await nextTurn();
  bench.nowMs = 700;
  expect(bench.commits.oldestOutstandingMs).toBe(700);
  const second = bench.submit('b');
  bench.nowMs = 1_000;
  expect(bench.commits.oldestOutstandingMs).toBe(1_000);
  await bench.end();
  expect([await first, bench.commits.oldestOutstandingMs]).toEqual(['done', 300]);
  await bench.end();
  expect([await second, bench.commits.oldestOutstandingMs]).toEqual(['done', 0]);
});

test('what is submitted while a flush runs shares the next one, up to a bound', async () => {
  const bench = new Bench();
  const first = bench.submit('a');
  await nextTurn();
  const others = ['b', 'c', 'd'].map((item) => bench.submit(item));
  expect(await bench.submit('e')).toMatchObject({ facts: { code: 'queueFull', limit: 3 } });
  await bench.end();
  await bench.end();
  expect(await Promise.all([first, ...others])).toEqual(['done', 'done', 'done', 'done']);
  expect(bench.calls).toEqual([['a'], ['b', 'c', 'd']]);
  expect(bench.commits.flushes).toBe(2);
});
