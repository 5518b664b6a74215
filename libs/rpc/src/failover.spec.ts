import {
  AddressRotation,
  backoffMs,
  callUnary,
  ClientPool,
  rpcError,
  unary,
  unavailable,
  withFailover,
} from './index.js';
import type { FailoverTime } from './index.js';
import { Bench, failure, PLAIN } from './rpc.spec-support.js';
import { services } from '@synod/wire';

/** Time that passes only while somebody waits. */
function virtualTime(): FailoverTime & { readonly waits: number[]; pass(ms: number): void } {
  let nowMs = 0;
  const waits: number[] = [];
  return {
    waits,
    pass: (ms) => (nowMs += ms),
    monotonicMs: () => nowMs,
    wait: async (delayMs) => {
      waits.push(delayMs);
      nowMs += delayMs;
    },
    random: { nextUint32: () => 0 },
  };
}

const down = () => Promise.reject(unavailable('UNREACHABLE', 'down'));

describe('AddressRotation', () => {
  it('goes round, and drops repetitions', () => {
    const rotation = new AddressRotation(['a', 'b', 'a']);
    expect([rotation.size, rotation.current(), rotation.next(), rotation.next()]).toEqual([2, 'a', 'b', 'a']);
  });

  it('moves once when several callers leave the same address', () => {
    const rotation = new AddressRotation(['a', 'b', 'c']);
    expect([rotation.leave('a'), rotation.leave('a')]).toEqual(['b', 'b']);
  });

  it('goes to a preferred address that it knows', () => {
    const rotation = new AddressRotation(['a', 'b', 'c'], 1);
    expect(rotation.current()).toBe('b');
    rotation.prefer('c');
    rotation.prefer('z');
    expect(rotation.current()).toBe('c');
  });

  it('needs an address', () => {
    expect(() => new AddressRotation([])).toThrow(RangeError);
  });
});

describe('withFailover', () => {
  it('tries each address once without delay, then waits longer from round to round', async () => {
    const time = virtualTime();
    const tried: string[] = [];
    const fn = ({ address }: { address: string }) => (tried.push(address), down());
    const error = await failure(withFailover(new AddressRotation(['a', 'b']), fn, { deadlineMs: 500, time }));
    expect(error.reason).toBe('UNREACHABLE');
    expect(tried.slice(0, 5)).toEqual(['a', 'b', 'a', 'b', 'a']);
    expect(time.waits).toEqual([25, 50, 100, 200]);
  });

  it('stays with the address that answered', async () => {
    const rotation = new AddressRotation(['a', 'b']);
    const fn = ({ address }: { address: string }) => (address === 'a' ? down() : Promise.resolve(address));
    expect(await withFailover(rotation, fn, { deadlineMs: 100, time: virtualTime() })).toBe('b');
    expect(rotation.current()).toBe('b');
  });

  it('gives each attempt what is left of the deadline', async () => {
    const time = virtualTime();
    const left: number[] = [];
    const fn = ({ deadlineMs }: { deadlineMs: number }) => (left.push(deadlineMs), time.pass(40), down());
    await failure(withFailover(new AddressRotation(['a', 'b']), fn, { deadlineMs: 100, time }));
    expect(left).toEqual([100, 60]);
  });

  it('does not repeat what was refused for another reason', async () => {
    let calls = 0;
    const fn = () => ((calls += 1), Promise.reject(rpcError('INVALID_ARGUMENT', 'X', 'no')));
    const error = await failure(
      withFailover(new AddressRotation(['a', 'b']), fn, { deadlineMs: 100, time: virtualTime() }),
    );
    expect([error.code, calls]).toEqual(['INVALID_ARGUMENT', 1]);
  });

  it('goes on after other errors where the caller says so', async () => {
    let calls = 0;
    const fn = () =>
      (calls += 1) === 1 ? Promise.reject(rpcError('FAILED_PRECONDITION', 'NOT_LEADER', 'no')) : Promise.resolve(1);
    const retryable = ({ reason }: { reason: string }) => reason === 'NOT_LEADER';
    await withFailover(new AddressRotation(['a', 'b']), fn, { deadlineMs: 100, time: virtualTime(), retryable });
    expect(calls).toBe(2);
  });

  it('ends when the signal is aborted during a wait', async () => {
    const controller = new AbortController();
    const time = { ...virtualTime(), wait: async () => controller.abort() };
    const error = await failure(
      withFailover(new AddressRotation(['a']), down, { deadlineMs: 100, time, signal: controller.signal }),
    );
    expect(error.code).toBe('CANCELLED');
  });

  it('reaches the one server that is up, by real calls', async () => {
    const bench = new Bench();
    const address = await bench.serve({ getJob: unary(() => ({ job: { jobId: 'j' } })) });
    const gone = await bench.serve({});
    const pool = new ClientPool(services.JobService, PLAIN);
    const other = new Bench();
    try {
      const rotation = new AddressRotation(['127.0.0.1:1', gone, address]);
      const retryable = ({ code }: { code: string }) => code === 'UNAVAILABLE' || code === 'UNIMPLEMENTED';
      const response = await withFailover(
        rotation,
        (attempt) => callUnary(pool.get(attempt.address), 'getJob', {}, { deadlineMs: attempt.deadlineMs }),
        { deadlineMs: 5_000, retryable },
      );
      expect(response.job?.jobId).toBe('j');
      expect(rotation.current()).toBe(address);
    } finally {
      pool.close();
      await Promise.all([bench.close(), other.close()]);
    }
  });
});

describe('backoffMs', () => {
  it('lies between a half and the whole of a doubling up to 1 s', () => {
    const highest = { nextUint32: () => 2 ** 32 - 1 };
    const lowest = { nextUint32: () => 0 };
    expect([1, 2, 5, 6, 60].map((round) => backoffMs(round, highest))).toEqual([50, 100, 800, 1_000, 1_000]);
    expect([1, 2, 5, 6, 60].map((round) => backoffMs(round, lowest))).toEqual([25, 50, 400, 500, 500]);
  });
});
