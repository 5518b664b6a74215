import type { Attempt, Job } from '@synod/client';
import { endsOf, journalOf, runsOf } from './final-checks.js';
import type { Submission } from './workload.js';

/** A campaign is worth what its checks find: histories that are broken in one place each. */
describe('the checks at the end of an episode', () => {
  const job = (jobId: string, state: Job['state'], attempts: readonly Attempt['state'][] = [], lostAttempts = 0): Job =>
    ({
      jobId,
      state,
      lostAttempts,
      attempts: attempts.map((it) => ({ state: it, message: '' }) as Attempt),
    }) as unknown as Job;
  const submission = (key: string, kind: Submission['kind'], jobId: string): Submission =>
    ({ key, kind, jobId, spec: {}, cancelled: false }) as unknown as Submission;

  it('a job ends as it was meant to: what nobody serves by its cancellation, all else by success', () => {
    const submissions = [submission('a', 'exec', 'j1'), submission('b', 'nobody', 'j2')];
    expect(endsOf(submissions, [job('j1', 'succeeded'), job('j2', 'cancelled'), job('probe', 'succeeded')])).toEqual(
      [],
    );
    expect(endsOf(submissions, [job('j1', 'failed')])).toHaveLength(1);
    expect(endsOf(submissions, [job('j2', 'succeeded')])).toHaveLength(1);
    expect(endsOf(submissions, [job('probe', 'cancelled')])).toHaveLength(1);
  });

  it('a second run is fine after a loss, and only then', () => {
    const again = job('j1', 'succeeded', ['lost', 'succeeded'], 1);
    expect(runsOf(new Map([['j1', ['1/5', '2/9']]]), [again])).toEqual([]);
    expect(runsOf(new Map([['j1', ['1/5', '1/5']]]), [again])).toEqual([expect.stringContaining('twice')]);
    expect(runsOf(new Map([['j1', ['1/5', '2/9']]]), [job('j1', 'succeeded', ['succeeded'])])).toHaveLength(1);
    expect(runsOf(new Map(), [job('j1', 'succeeded', ['succeeded', 'succeeded'])])).toHaveLength(1);
  });

  describe('the journal of one command', () => {
    const submissions = [submission('k', 'exec', 'j1')];
    const wrong = (...lines: string[]) => journalOf(`${lines.join('\n')}\n`, submissions, [job('j1', 'succeeded')]);

    it('may break off where an attempt was killed, and goes on under a higher token', () => {
      expect(wrong('k 1 5 start', 'k 1 5 end')).toEqual([]);
      expect(wrong('k 1 5 start', 'other 1 6 start', 'k 2 9 start', 'k 2 9 end')).toEqual([]);
    });

    it.each([
      { what: 'an attempt that ran twice', lines: ['k 1 5 start', 'k 1 5 end', 'k 1 5 start', 'k 1 5 end'] },
      { what: 'an older holder that began after a newer one', lines: ['k 2 9 start', 'k 2 9 end', 'k 1 5 start'] },
      { what: 'two at the same time', lines: ['k 1 5 start', 'k 2 9 start', 'k 1 5 end', 'k 2 9 end'] },
      { what: 'an end without a start', lines: ['k 1 5 end'] },
      { what: 'a success that never ran to its end', lines: ['k 1 5 start'] },
      { what: 'a success that never ran', lines: [] },
    ])('tells of $what', ({ lines }) => {
      expect(wrong(...lines).length).toBeGreaterThan(0);
    });
  });
});
