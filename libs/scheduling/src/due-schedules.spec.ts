import type { ScheduleRecord, ScheduleSpec } from '@synod/jobs';
import { DueSchedules } from './due-schedules.js';

const SECOND = 1_000;
const DAY = 86_400_000;
const EVERY_SECOND = { next: (afterMs: number) => (Math.floor(afterMs / SECOND) + 1) * SECOND };

function record(scheduleId: string, changes: Partial<ScheduleRecord> = {}, spec: Partial<ScheduleSpec> = {}) {
  const base = { scheduleId, revision: 1, paused: false, decidedThroughMs: 0 };
  return { ...base, ...changes, spec: { timing: 'second', jitterMs: 0, ...spec } } as ScheduleRecord;
}

function setUp(...records: readonly ScheduleRecord[]) {
  const byId = new Map(records.map((it) => [it.scheduleId, it]));
  const asked: string[] = [];
  const due = new DueSchedules((timing) => {
    asked.push(timing);
    return timing === 'second' ? EVERY_SECOND : undefined;
  });
  for (const id of byId.keys()) due.changed(id);
  const view = { schedule: (id: string) => byId.get(id) };
  return { due, view, byId, asked };
}

describe('what is due', () => {
  it('is each time behind what is decided, up to now, and whether there is more', () => {
    const { due, view } = setUp(record('a', { decidedThroughMs: 1_500 }));
    expect(due.settle(view, 10)).toBe(false);
    expect(due.nextFireMs).toBe(2_000);
    expect(due.take(view, 1_999, 10)).toEqual([]);
    expect(due.take(view, 4_000, 10)).toEqual([
      { scheduleId: 'a', revision: 1, afterMs: 1_500, nominalMs: [2_000, 3_000, 4_000], more: false },
    ]);
    expect(due.nextFireMs).toBeUndefined();
  });

  it('is cut at the limit, over all schedules', () => {
    const { due, view } = setUp(record('a'), record('b'));
    due.settle(view, 10);
    const taken = due.take(view, 5_000, 7);
    expect(taken.map(({ scheduleId, nominalMs, more }) => [scheduleId, nominalMs.length, more])).toEqual([
      ['a', 5, false],
      ['b', 2, true],
    ]);
  });

  it('leaves room for others beside a schedule with a long past', () => {
    const { due, view } = setUp(record('a'), record('b', { decidedThroughMs: 999_000 }));
    due.settle(view, 10);
    const taken = due.take(view, 1_000_000, 1_000);
    expect(taken.map(({ scheduleId, nominalMs }) => [scheduleId, nominalMs.length])).toEqual([
      ['a', 250],
      ['b', 1],
    ]);
  });

  it('comes back after an answer, computed from what the schedule has become', () => {
    const { due, view, byId } = setUp(record('a'));
    due.settle(view, 10);
    due.take(view, 1_000, 10);
    due.answered('a');
    due.settle(view, 10);
    expect(due.nextFireMs).toBe(1_000);
    byId.set('a', record('a', { decidedThroughMs: 1_000 }));
    due.changed('a');
    due.answered('a');
    due.settle(view, 10);
    expect(due.nextFireMs).toBe(2_000);
  });

  it('is never what was computed from a state that is gone', () => {
    const { due, view, byId } = setUp(record('a'));
    due.settle(view, 10);
    byId.set('a', record('a', { revision: 2 }));
    expect(due.take(view, 9_000, 10)).toEqual([]);
    byId.delete('a');
    due.changed('a');
    due.settle(view, 10);
    expect(due.nextFireMs).toBeUndefined();
  });

  it('is nothing of a schedule that is paused, over, or can’t be read; one begins at its start', () => {
    const { due, view } = setUp(
      record('paused', { paused: true }),
      record('over', { decidedThroughMs: 3_000 }, { endAtMs: 3_500 }),
      record('unread', {}, { timing: 'of a newer program' }),
      record('later', {}, { startAtMs: 7_000 }),
    );
    due.settle(view, 10);
    expect(due.nextFireMs).toBe(7_000);
    expect(due.take(view, 8_000, 10).map(({ scheduleId, nominalMs }) => [scheduleId, nominalMs])).toEqual([
      ['later', [7_000, 8_000]],
    ]);
  });

  it('is computed in portions, and once for each change', () => {
    const { due, view, asked } = setUp(...Array.from({ length: 50 }, (_, at) => record(`s${String(at)}`)));
    expect(due.settle(view, 20)).toBe(true);
    expect(due.settle(view, 20)).toBe(true);
    expect(due.settle(view, 20)).toBe(false);
    expect(asked).toHaveLength(50);
    for (let now = 0; now < 1_000; now += 10) due.take(view, now, 10);
    expect(asked).toHaveLength(50);
  });

  it('costs of 10,000 schedules one computation each, then nothing until one fires, and that two', () => {
    let computed = 0;
    const daily = { next: (afterMs: number) => (computed += 1) && (Math.floor(afterMs / DAY) + 1) * DAY };
    const schedules = new Map(
      Array.from({ length: 10_000 }, (_, at) => {
        const id = `s${String(at)}`;
        return [id, record(id, {}, { timing: 'day' })];
      }),
    );
    let read = 0;
    const view = { schedule: (id: string) => ((read += 1), schedules.get(id)) };
    const due = new DueSchedules(() => daily);
    for (const id of schedules.keys()) due.changed(id);
    while (due.settle(view, 20));
    expect([computed, read]).toEqual([10_000, 10_000]);
    for (let now = 0; now < DAY; now += 60_000) {
      expect(due.settle(view, 20)).toBe(false);
      expect(due.take(view, now, 1_000)).toEqual([]);
    }
    expect([computed, read]).toEqual([10_000, 10_000]);
    const [one] = due.take(view, DAY, 1);
    const id = one?.scheduleId ?? '';
    schedules.set(id, record(id, { decidedThroughMs: DAY }, { timing: 'day' }));
    due.changed(id);
    due.answered(id);
    due.settle(view, 20);
    // What follows behind it, to see whether that is due as well; and once it is decided.
    expect([computed, read]).toEqual([10_002, 10_002]);
  });

  it('is in order of time, by id where times are equal', () => {
    const ids = ['c', 'a', 'd', 'b'];
    const { due, view } = setUp(...ids.map((id, at) => record(id, { decidedThroughMs: at < 2 ? 5_000 : 1_000 })));
    due.settle(view, 10);
    expect(due.take(view, 6_000, 100).map(({ scheduleId }) => scheduleId)).toEqual(['b', 'd', 'a', 'c']);
  });
});
