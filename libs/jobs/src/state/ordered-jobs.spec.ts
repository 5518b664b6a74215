import fc from 'fast-check';
import { Fifo } from './fifo.js';
import { OrderedJobs } from './ordered-jobs.js';
import type { JobOrder } from './ordered-jobs.js';

const byOrder = (left: JobOrder, right: JobOrder) => left.slot - right.slot || left.index - right.index;
const keyOf = ({ slot, index }: JobOrder) => slot * 1_000 + index;

const place = fc.record({ slot: fc.integer({ min: 1, max: 60 }), index: fc.nat({ max: 20 }) });
const step = fc.record({ place, removes: fc.boolean() });

describe('ordered jobs', () => {
  it('hold what a sorted list holds, after any insertions and removals', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 1_500, size: 'max' }), (steps) => {
        const jobs = new OrderedJobs<JobOrder>();
        const model = new Map<number, JobOrder>();
        for (const it of steps) {
          const key = keyOf(it.place);
          const known = model.get(key);
          if (it.removes) {
            expect(jobs.remove(known ?? it.place)).toBe(known !== undefined);
            model.delete(key);
          } else {
            expect(jobs.insert(it.place)).toBe(known === undefined);
            if (known === undefined) model.set(key, it.place);
          }
        }
        const expected = [...model.values()].sort(byOrder);
        expect(jobs.size).toBe(expected.length);
        expect(jobs.first()).toBe(expected[0]);
        expect([...jobs.ascending()]).toEqual(expected);
        expect([...jobs.descending(undefined)]).toEqual(expected.slice().reverse());
        for (const it of steps.slice(0, 20)) {
          expect(jobs.find(it.place.slot, it.place.index)).toBe(model.get(keyOf(it.place)));
          const below = expected.filter((job) => byOrder(job, it.place) < 0);
          expect([...jobs.descending(it.place)]).toEqual(below.reverse());
        }
      }),
      { numRuns: 10 },
    );
  });

  it('do not remove another job of the same place', () => {
    const jobs = new OrderedJobs<JobOrder>();
    jobs.insert({ slot: 1, index: 0 });
    expect(jobs.remove({ slot: 1, index: 0 })).toBe(false);
    expect(jobs.size).toBe(1);
  });

  it('give back their chunks when jobs are removed from everywhere but here and there', () => {
    const jobs = new OrderedJobs<JobOrder>();
    const all = Array.from({ length: 20_000 }, (_, at) => ({ slot: 1 + at, index: 0 }));
    for (const job of all) jobs.insert(job);
    for (const [at, job] of all.entries()) if (at % 200 !== 0) jobs.remove(job);
    const chunks = (jobs as unknown as { readonly chunks: readonly unknown[] }).chunks;
    expect(jobs.size).toBe(100);
    expect(chunks.length).toBeLessThan(15);
    expect([...jobs.ascending()]).toEqual(all.filter((_, at) => at % 200 === 0));
  });
});

describe('fifo', () => {
  it('gives back what went in, in order, however long it is', () => {
    const fifo = new Fifo<number>();
    let next = 0;
    for (let at = 0; at < 10_000; at += 1) {
      fifo.push(at);
      if (at % 3 !== 0) expect(fifo.shift()).toBe(next++);
      expect(fifo.peek()).toBe(fifo.size === 0 ? undefined : next);
    }
    expect([...fifo.values()]).toEqual(Array.from({ length: 10_000 - next }, (_, at) => next + at));
    expect(fifo.size).toBe(10_000 - next);
  });
});
