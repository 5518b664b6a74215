import fc from 'fast-check';
import { DST_RULES, nominalTimes } from './index.js';
import type { DstRule } from './index.js';
import { debianTimes, walk, walkedTimes } from './wall-walk.spec-support.js';

function times(expression: string, timeZone: string, dst: DstRule, from: string, to: string): string[] {
  const port = nominalTimes({ kind: 'cron', expression, timeZone, dst });
  const found: string[] = [];
  const end = Date.parse(to);
  for (let at = port.next(Date.parse(from) - 1); at !== undefined && at < end; at = port.next(at)) {
    found.push(new Date(at).toISOString().slice(5, 16));
  }
  return found;
}

interface Case {
  readonly zone: string;
  readonly what: string;
  readonly from: string;
  readonly to: string;
  readonly expression: string;
  readonly due: Readonly<Record<DstRule, readonly string[]>>;
}

/** A rule's times where all rules agree. */
function all(...due: string[]): Case['due'] {
  return { cron: due, skip: due, once: due, both: due };
}

// Times due are in UTC.
const CASES: readonly Case[] = [
  {
    zone: 'Europe/Berlin',
    what: '29 March 2026 has no 02:30: the clock goes from 02:00 to 03:00 at 01:00 UTC',
    from: '2026-03-28T12:00Z',
    to: '2026-03-30T12:00Z',
    expression: '30 2 * * *',
    due: {
      cron: ['03-29T01:00', '03-30T00:30'],
      once: ['03-29T01:00', '03-30T00:30'],
      skip: ['03-30T00:30'],
      both: ['03-30T00:30'],
    },
  },
  {
    zone: 'Europe/Berlin',
    what: 'several times in the hour that is skipped: cron runs each, right after the jump',
    from: '2026-03-29T00:00Z',
    to: '2026-03-29T02:00Z',
    expression: '10,20,50 2 * * *',
    due: { cron: ['03-29T01:00', '03-29T01:00', '03-29T01:00'], once: ['03-29T01:00'], skip: [], both: [] },
  },
  {
    zone: 'Europe/Berlin',
    what: 'a time skipped and one at the very end of the jump',
    from: '2026-03-29T00:00Z',
    to: '2026-03-29T02:00Z',
    expression: '0 2,3 * * *',
    due: { cron: ['03-29T01:00', '03-29T01:00'], once: ['03-29T01:00'], skip: ['03-29T01:00'], both: ['03-29T01:00'] },
  },
  {
    zone: 'Europe/Berlin',
    what: 'a star in the hour runs by the clock as it shows',
    from: '2026-03-29T00:00Z',
    to: '2026-03-29T03:00Z',
    expression: '30 * * * *',
    due: {
      cron: ['03-29T00:30', '03-29T01:30', '03-29T02:30'],
      skip: ['03-29T00:30', '03-29T01:30', '03-29T02:30'],
      both: ['03-29T00:30', '03-29T01:30', '03-29T02:30'],
      once: ['03-29T00:30', '03-29T01:00', '03-29T01:30', '03-29T02:30'],
    },
  },
  {
    zone: 'Europe/Berlin',
    what: '25 October 2026 has 02:30 twice',
    from: '2026-10-24T22:00Z',
    to: '2026-10-26T12:00Z',
    expression: '30 2 * * *',
    due: {
      cron: ['10-25T00:30', '10-26T01:30'],
      once: ['10-25T00:30', '10-26T01:30'],
      skip: ['10-25T00:30', '10-26T01:30'],
      both: ['10-25T00:30', '10-25T01:30', '10-26T01:30'],
    },
  },
  {
    zone: 'Europe/Berlin',
    what: 'an hourly job runs in both hours that show 02',
    from: '2026-10-25T00:00Z',
    to: '2026-10-25T03:00Z',
    expression: '@hourly',
    due: {
      cron: ['10-25T00:00', '10-25T01:00', '10-25T02:00'],
      both: ['10-25T00:00', '10-25T01:00', '10-25T02:00'],
      once: ['10-25T00:00', '10-25T02:00'],
      skip: ['10-25T00:00', '10-25T02:00'],
    },
  },
  {
    zone: 'America/New_York',
    what: '8 March 2026 has no 02:00',
    from: '2026-03-08T05:00Z',
    to: '2026-03-09T12:00Z',
    expression: '0 2 * * *',
    due: {
      cron: ['03-08T07:00', '03-09T06:00'],
      once: ['03-08T07:00', '03-09T06:00'],
      skip: ['03-09T06:00'],
      both: ['03-09T06:00'],
    },
  },
  {
    zone: 'America/New_York',
    what: '1 November 2026 has 01:15 twice',
    from: '2026-11-01T04:00Z',
    to: '2026-11-02T12:00Z',
    expression: '15 1 * * *',
    due: {
      cron: ['11-01T05:15', '11-02T06:15'],
      once: ['11-01T05:15', '11-02T06:15'],
      skip: ['11-01T05:15', '11-02T06:15'],
      both: ['11-01T05:15', '11-01T06:15', '11-02T06:15'],
    },
  },
  {
    zone: 'Australia/Lord_Howe',
    what: 'on 4 October 2026 half an hour is skipped: 02:15 is, 02:45 is not',
    from: '2026-10-03T12:00Z',
    to: '2026-10-04T12:00Z',
    expression: '15,45 2 * * *',
    due: {
      cron: ['10-03T15:30', '10-03T15:45'],
      once: ['10-03T15:30', '10-03T15:45'],
      skip: ['10-03T15:45'],
      both: ['10-03T15:45'],
    },
  },
  {
    zone: 'Australia/Lord_Howe',
    what: 'on 5 April 2026 half an hour is repeated: 01:45 is, 01:15 is not',
    from: '2026-04-04T12:00Z',
    to: '2026-04-05T12:00Z',
    expression: '15,45 1 * * *',
    due: {
      cron: ['04-04T14:15', '04-04T14:45'],
      once: ['04-04T14:15', '04-04T14:45'],
      skip: ['04-04T14:15', '04-04T14:45'],
      both: ['04-04T14:15', '04-04T14:45', '04-04T15:15'],
    },
  },
  {
    zone: 'Africa/Casablanca',
    what: 'Ramadan begins: on 15 February 2026 02:30 comes twice',
    from: '2026-02-15T00:00Z',
    to: '2026-02-16T12:00Z',
    expression: '30 2 * * *',
    due: {
      cron: ['02-15T01:30', '02-16T02:30'],
      once: ['02-15T01:30', '02-16T02:30'],
      skip: ['02-15T01:30', '02-16T02:30'],
      both: ['02-15T01:30', '02-15T02:30', '02-16T02:30'],
    },
  },
  {
    zone: 'Africa/Casablanca',
    what: 'Ramadan is over: 22 March 2026 has no 02:30',
    from: '2026-03-22T00:00Z',
    to: '2026-03-23T12:00Z',
    expression: '30 2 * * *',
    due: {
      cron: ['03-22T02:00', '03-23T01:30'],
      once: ['03-22T02:00', '03-23T01:30'],
      skip: ['03-23T01:30'],
      both: ['03-23T01:30'],
    },
  },
  {
    zone: 'Asia/Kolkata',
    what: 'the clock never jumps, half an hour beside the hours of UTC',
    from: '2026-03-29T00:00Z',
    to: '2026-03-31T00:00Z',
    expression: '30 2 * * *',
    due: all('03-29T21:00', '03-30T21:00'),
  },
  {
    zone: 'Pacific/Apia',
    what: 'a whole day was skipped: there was no 30 December 2011',
    from: '2011-12-29T12:00Z',
    to: '2011-12-31T12:00Z',
    expression: '0 12 * * *',
    due: {
      // For cron a jump of three hours or more is a clock that was set right.
      cron: ['12-29T22:00', '12-30T22:00'],
      once: ['12-29T22:00', '12-30T10:00', '12-30T22:00'],
      skip: ['12-29T22:00', '12-30T22:00'],
      both: ['12-29T22:00', '12-30T22:00'],
    },
  },
];

describe('a zone whose clock jumps', () => {
  for (const { zone, what, from, to, expression, due } of CASES) {
    for (const rule of DST_RULES) {
      test(`${zone}, ${expression}, rule ${rule}: ${what}`, () => {
        expect(times(expression, zone, rule, from, to)).toEqual(due[rule]);
      });
    }
  }
});

const WALKS: readonly (readonly [zone: string, from: string, days: number])[] = [
  ['Europe/Berlin', '2026-03-28T00:00Z', 2],
  ['Europe/Berlin', '2026-10-24T00:00Z', 2],
  ['America/New_York', '2026-03-07T00:00Z', 2],
  ['America/New_York', '2026-10-31T00:00Z', 2],
  ['Australia/Lord_Howe', '2026-04-03T00:00Z', 2],
  ['Australia/Lord_Howe', '2026-10-02T00:00Z', 2],
  ['Africa/Casablanca', '2026-02-14T00:00Z', 2],
  ['Africa/Casablanca', '2026-03-21T00:00Z', 2],
  ['Asia/Kolkata', '2026-03-28T00:00Z', 2],
  ['Pacific/Apia', '2011-12-28T00:00Z', 4],
  // Three hours, forward and back: where cron begins to take a jump for a correction.
  ['Antarctica/Casey', '2011-10-27T00:00Z', 2],
  ['Antarctica/Casey', '2012-02-21T00:00Z', 2],
  ['Antarctica/Vostok', '2023-12-17T00:00Z', 2],
];

const field = (minimum: number, maximum: number) =>
  fc.oneof(
    { weight: 2, arbitrary: fc.constant('*') },
    { weight: 3, arbitrary: fc.integer({ min: minimum, max: maximum }).map(String) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 7 }).map((step) => `*/${step}`) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.integer({ min: minimum, max: maximum }), fc.integer({ min: minimum, max: maximum }))
        .map(([left, right]) => `${Math.min(left, right)}-${Math.max(left, right)}`),
    },
    {
      weight: 2,
      arbitrary: fc.uniqueArray(fc.integer({ min: minimum, max: maximum }), { minLength: 2, maxLength: 4 }).map(String),
    },
  );
const expressions = fc
  .tuple(field(0, 59), fc.oneof(field(0, 23), field(0, 4)), fc.oneof(fc.constant('*'), field(1, 31)), field(0, 6))
  .map(([minute, hour, day, weekday]) => `${minute} ${hour} ${day} * ${weekday}`);

describe('a walk through Intl, minute by minute, finds the same times', () => {
  for (const [zone, from, days] of WALKS) {
    test(`${zone} from ${from}`, () => {
      const fromMs = Date.parse(from);
      const toMs = fromMs + days * 86_400_000;
      const shown = walk(zone, fromMs, toMs);
      fc.assert(
        fc.property(expressions, fc.constantFrom(...DST_RULES), (expression, rule) => {
          const port = nominalTimes({ kind: 'cron', expression, timeZone: zone, dst: rule });
          const found: number[] = [];
          for (let at = port.next(fromMs); at !== undefined && at < toMs; at = port.next(at)) found.push(at);
          if (rule === 'cron') {
            expect(found.map((at) => at - (at % 60_000))).toEqual(debianTimes(expression, shown));
          } else {
            expect(found).toEqual(walkedTimes(expression, rule, shown));
          }
          expect(found).toEqual([...new Set(found)].sort((left, right) => left - right));
        }),
        { numRuns: 30 },
      );
    });
  }
});
