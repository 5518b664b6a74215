import type { WireGetJobLogsResponse } from '@synod/wire';
import { ReachedOutput } from './reached-output.js';
import type { Attempt, Job } from './types.js';

function message(position: number, data: string, attempt = 1): WireGetJobLogsResponse {
  return {
    attempt,
    stream: 'LOG_STREAM_STDOUT',
    position: String(position),
    data: Buffer.from(data),
    truncated: false,
    times: [],
  };
}

function jobWith(stdoutTail: string, state: Attempt['state'] = 'succeeded'): Job {
  const tails = { stdoutTail: Buffer.from(stdoutTail), stderrTail: Buffer.alloc(0) };
  const attempt: Partial<Attempt> = { attempt: 1, state, finishedAtMs: 2, ...tails };
  const job: Partial<Job> = { jobId: 'j1', state: 'succeeded', attempts: [attempt as Attempt] };
  return job as Job;
}

describe('reached output', () => {
  it('gives of overlapping messages only what is new, and says where bytes are gone', () => {
    const reached = new ReachedOutput(0);
    expect(reached.take(message(0, 'abc'))).toMatchObject({ position: 0, truncated: false });
    expect(reached.take(message(1, 'bc'))).toBeUndefined();
    expect(reached.take(message(1, 'bcd'))).toMatchObject({ position: 3, data: Buffer.from('d') });
    expect(reached.take(message(9, 'x'))).toMatchObject({ position: 9, truncated: true });
    expect(reached.request()).toEqual({ attempt: 1, stdoutPosition: 10, stderrPosition: 0 });
    expect(reached.take(message(0, 'new', 2))).toMatchObject({ attempt: 2, position: 0 });
    expect(reached.take(message(10, 'late'))).toBeUndefined();
  });

  it.each<[string, string, boolean]>([
    ['', '', true],
    ['abc', 'abc', true],
    ['abc', 'bc', true],
    ['abc', '', true],
    ['ab', 'abc', false],
    ['abcd', 'bce', false],
  ])('read %j with the tail %j in the record: complete is %j', (read, tail, complete) => {
    const reached = new ReachedOutput(0);
    if (read !== '') reached.take(message(0, read));
    expect(reached.isComplete(jobWith(tail))).toBe(complete);
  });

  it('of a lost attempt nothing is missing', () => {
    expect(new ReachedOutput(1).isComplete(jobWith('abc', 'lost'))).toBe(true);
  });

  it('the record fills in what is missing when its tail is the whole output', () => {
    const reached = new ReachedOutput(0);
    reached.take(message(0, 'ab'));
    expect([...reached.remainder(jobWith('abcd'))]).toMatchObject([{ position: 2, data: Buffer.from('cd') }]);
    expect(reached.isComplete(jobWith('abcd'))).toBe(true);
  });

  it('a cut tail fills in nothing: the gap is unavailable', () => {
    const reached = new ReachedOutput(0);
    reached.take(message(0, 'ab'));
    expect(() => [...reached.remainder(jobWith('x'.repeat(4_096)))]).toThrow(
      expect.objectContaining({ code: 'unavailable' }) as Error,
    );
  });
});
