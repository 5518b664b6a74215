import fc from 'fast-check';
import { TIMER_KINDS, TimerIndex } from './timer-index.js';
import type { Timed, TimerKind } from './timer-index.js';

class Record implements Timed {
  dueMs = 0;
  timerPlace = -1;

  constructor(
    readonly timerKind: TimerKind,
    readonly id: number,
  ) {}

  firesBefore(other: Record): boolean {
    return this.id < other.id;
  }
}

const KINDS = Object.keys(TIMER_KINDS) as TimerKind[];
const step = fc.record({
  record: fc.nat({ max: 59 }),
  dueMs: fc.option(fc.nat({ max: 30 }), { nil: undefined }),
});

describe('timer index', () => {
  it('fires what a sorted list would, by time, kind and id, after any settings and clearings', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400, size: 'max' }), fc.nat({ max: 30 }), (steps, nowMs) => {
        const records = Array.from({ length: 60 }, (_, at) => new Record(KINDS[at % 3] ?? 'job', at));
        const index = new TimerIndex();
        const due = new Map<Record, number>();
        for (const it of steps) {
          const record = records[it.record] as Record;
          index.set(record, it.dueMs);
          if (it.dueMs === undefined) due.delete(record);
          else due.set(record, it.dueMs);
          index.check();
        }
        const expected = [...due].sort(
          ([left, leftMs], [right, rightMs]) =>
            leftMs - rightMs || TIMER_KINDS[left.timerKind] - TIMER_KINDS[right.timerKind] || left.id - right.id,
        );
        expect(index.size).toBe(expected.length);
        expect(index.nextDueMs).toBe(expected[0]?.[1]);
        const fired: Timed[] = [];
        for (let first = index.firstDue(nowMs); first !== undefined; first = index.firstDue(nowMs)) {
          fired.push(first);
          index.set(first, undefined);
        }
        expect(fired).toEqual(expected.filter(([, dueMs]) => dueMs <= nowMs).map(([record]) => record));
        expect(index.size).toBe(expected.length - fired.length);
      }),
      { numRuns: 100 },
    );
  });
});
