import fc from 'fast-check';
import { CronError, formatTiming, KeptTimes, nominalTimes, parseTiming, previewTimes } from './index.js';
import type { Timing } from './index.js';

function cron(expression: string, timeZone = 'UTC'): Timing {
  return { kind: 'cron', expression, timeZone, dst: 'cron' };
}

function next(expression: string, after: string, count: number): string[] {
  const found = previewTimes(nominalTimes(cron(expression)), Date.parse(after), count);
  return found.map((at) => new Date(at).toISOString().slice(0, 19));
}

function failure(timing: Timing): CronError {
  try {
    nominalTimes(timing);
  } catch (error) {
    if (error instanceof CronError) return error;
    throw error;
  }
  throw new Error('it was taken');
}

describe('cron expressions', () => {
  test.each([
    ['*/20 9 * * *', '2026-01-01T00:00Z', ['2026-01-01T09:00:00', '2026-01-01T09:20:00', '2026-01-01T09:40:00']],
    ['*/20 * * * * *', '2026-01-01T00:00Z', ['2026-01-01T00:00:20', '2026-01-01T00:00:40', '2026-01-01T00:01:00']],
    ['0 0 1,15 * fri', '2026-01-01T00:00Z', ['2026-01-02T00:00:00', '2026-01-09T00:00:00', '2026-01-15T00:00:00']],
    ['0 0 */2 * mon', '2026-01-01T00:00Z', ['2026-01-05T00:00:00', '2026-01-19T00:00:00', '2026-02-09T00:00:00']],
    ['0 0 L * *', '2026-01-01T00:00Z', ['2026-01-31T00:00:00', '2026-02-28T00:00:00', '2026-03-31T00:00:00']],
    ['0 0 * * FRI#2', '2026-01-01T00:00Z', ['2026-01-09T00:00:00', '2026-02-13T00:00:00', '2026-03-13T00:00:00']],
    ['0 0 * * 5L', '2026-01-01T00:00Z', ['2026-01-30T00:00:00', '2026-02-27T00:00:00', '2026-03-27T00:00:00']],
    ['0 0 15W * ?', '2026-02-01T00:00Z', ['2026-02-16T00:00:00', '2026-03-16T00:00:00', '2026-04-15T00:00:00']],
    ['0 0 * * 7', '2026-01-01T00:00Z', ['2026-01-04T00:00:00', '2026-01-11T00:00:00', '2026-01-18T00:00:00']],
    ['0 0 * * sat-sun', '2026-01-01T00:00Z', ['2026-01-03T00:00:00', '2026-01-04T00:00:00', '2026-01-10T00:00:00']],
    ['0 0 29 2 *', '2026-01-01T00:00Z', ['2028-02-29T00:00:00', '2032-02-29T00:00:00', '2036-02-29T00:00:00']],
    ['@Daily', '2026-01-01T00:00Z', ['2026-01-02T00:00:00', '2026-01-03T00:00:00', '2026-01-04T00:00:00']],
    ['0 12 * JAN-feb 1-5', '2026-02-26T12:00Z', ['2026-02-27T12:00:00', '2027-01-01T12:00:00', '2027-01-04T12:00:00']],
  ])('%s after %s', (expression, after, due) => {
    expect(next(expression, after, 3)).toEqual(due);
  });

  test.each([
    ['70 * * * *', 'minute', '0 to 59'],
    ['* 24 * * *', 'hour', '0 to 23'],
    ['* * 0 * *', 'day of month', '1 to 31'],
    ['* * * 13 *', 'month', '1 to 12'],
    ['* * * * foo', 'day of week', '0 to 7'],
    ['60 * * * * *', 'second', '0 to 59'],
    ['*/0 * * * *', 'minute', 'a step of 1 to 60'],
    ['*/61 * * * *', 'minute', 'a step of 1 to 60'],
    ['5/15 * * * *', 'minute', '5-59/15'],
    ['* 22-3 * * *', 'hour', '22-23,0-3'],
    ['* * * * fri-mon', 'day of week', '5-6,0-1'],
    ['L * * * *', 'minute', '0 to 59'],
    ['* * * * 5#6', 'day of week', '5#2'],
    ['1,,2 * * * *', 'minute', '0 to 59'],
    ['1.5 * * * *', 'minute', '0 to 59'],
    ['* * *', 'expression', 'five fields'],
    ['* * * * * * *', 'expression', 'five fields'],
    ['', 'expression', 'five fields'],
    ['@often', 'expression', '@daily'],
    ['@reboot', 'expression', 'submit a job instead'],
    [`${'0,'.repeat(600)}0 * * * *`, 'expression', 'at most 1000 characters'],
  ])('%s is refused: its %s, and %s is allowed', (expression, field, allowed) => {
    const { facts, message } = failure(cron(expression));
    expect(facts).toMatchObject({ code: 'cronInvalid', field });
    expect(message).toContain(allowed);
  });

  test('an expression that no day fulfils is refused', () => {
    expect(failure(cron('0 0 31 2 *')).code).toBe('cronNeverDue');
  });

  test('a time zone that nobody knows is refused, by its name', () => {
    expect(failure(cron('@daily', 'Europe/Atlantis')).facts).toEqual({
      code: 'timeZoneUnknown',
      timeZone: 'Europe/Atlantis',
    });
  });

  test('each time found is after the one asked for, and none lies between', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1.7e12, max: 1.9e12 }), (afterMs) => {
        const times = nominalTimes(cron('*/7 3,15 * * *', 'Europe/Berlin'));
        const first = times.next(afterMs) as number;
        expect(first).toBeGreaterThan(afterMs);
        expect(times.next(first - 1)).toBe(first);
        expect(times.next(Math.floor((afterMs + first) / 2))).toBe(first);
      }),
    );
  });
});

describe('intervals', () => {
  test('are counted from the epoch, so that every coordinator finds the same', () => {
    const times = nominalTimes({ kind: 'every', everyMs: 90_000, offsetMs: 1_000 });
    expect(previewTimes(times, 0, 3)).toEqual([1_000, 91_000, 181_000]);
    expect(times.next(1_000)).toBe(91_000);
    expect(times.next(90_999)).toBe(91_000);
  });

  test.each([
    [500, 0, 'every'],
    [1_500, 0, 'every'],
    [367 * 86_400_000, 0, 'every'],
    [10_000, 10_000, 'offset'],
    [10_000, -1, 'offset'],
  ])('every %d ms with offset %d is refused by its %s', (everyMs, offsetMs, field) => {
    expect(failure({ kind: 'every', everyMs, offsetMs }).facts).toMatchObject({ code: 'intervalInvalid', field });
  });
});

describe('timings as text', () => {
  test.each<Timing>([cron('0 2 * * *', 'Europe/Berlin'), { kind: 'every', everyMs: 60_000, offsetMs: 5 }])(
    '%j comes back',
    (timing) => {
      expect(parseTiming(formatTiming(timing))).toEqual(timing);
    },
  );

  test.each(['', '{}', '[]', 'null', '{"cron":"@daily","timeZone":"UTC","dst":"never"}', '{"everyMs":"1"}'])(
    '%s is not read as one',
    (text) => {
      expect(() => parseTiming(text)).toThrow(expect.objectContaining({ code: 'timingUnreadable' }) as Error);
    },
  );
});

describe('kept times', () => {
  const text = (minute: number): string => formatTiming(cron(`${minute} 2 * * *`, 'Europe/Berlin'));

  test('are those of the timing, and of many those asked for last', () => {
    const times = new KeptTimes(2);
    const first = times.of(text(1));
    expect(first.next(Date.UTC(2026, 0, 1))).toBe(Date.UTC(2026, 0, 1, 1, 1));
    times.of(text(2));
    expect(times.of(text(1))).toBe(first);
    times.of(text(3));
    expect(times.size).toBe(2);
    expect(times.of(text(1))).toBe(first);
    expect(times.of(formatTiming({ kind: 'every', everyMs: 5_000, offsetMs: 0 })).next(1)).toBe(5_000);
    expect(times.size).toBe(2);
  });

  test('of a text that nobody wrote are refused', () => {
    expect(() => new KeptTimes().of('{"moon":"full"}')).toThrow(CronError);
  });
});
