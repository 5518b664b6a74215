import fc from 'fast-check';
import { mintJobId } from '../job-id.js';
import type { FiringDecision } from '../schedule.js';
import { MAX_KEPT_DECISIONS } from '../schedule.js';
import { HashLanes } from './hash-lanes.js';
import { ORIGIN_CODES, OUTCOME_NUMBERS, REASON_CODES, ScheduleLedger } from './schedule-ledger.js';

const words = <Word extends string>(codes: Readonly<Record<Word, number>>) =>
  fc.constantFrom(...(Object.keys(codes) as Word[]));
const times = fc.integer({ min: -1, max: Number.MAX_SAFE_INTEGER });
const jobIds = fc
  .tuple(
    fc.integer({ min: 0, max: 1_023 }),
    fc.integer({ min: 1, max: 2 ** 50 - 1 }),
    fc.integer({ min: 0, max: 2 ** 20 - 1 }),
  )
  .map(([group, slot, index]) => mintJobId(group, slot, index));
const decisions: fc.Arbitrary<FiringDecision> = fc.record({
  origin: words(ORIGIN_CODES),
  outcome: words(OUTCOME_NUMBERS),
  reason: words(REASON_CODES),
  fromMs: times,
  throughMs: times,
  count: fc.nat(),
  jobId: fc.option(jobIds, { nil: undefined }),
  decidedAtMs: times,
});

function hashOf(ledger: ScheduleLedger): string {
  const lanes = new HashLanes().begin(1);
  ledger.mixInto(lanes);
  return `${lanes.a} ${lanes.b}`;
}

describe('a ledger', () => {
  it('gives back whatever was decided, to the last bit', () => {
    fc.assert(
      fc.property(fc.array(decisions, { maxLength: MAX_KEPT_DECISIONS }), (list) => {
        const ledger = ScheduleLedger.of(list);
        expect(ledger.decisions()).toEqual(list);
        expect(ledger.isHashedAsItIs).toBe(true);
      }),
    );
  });

  it('is the same, and has the same hash, whether it grew line by line or came whole', () => {
    fc.assert(
      fc.property(fc.array(decisions, { maxLength: 70 }), (list) => {
        let grown = ScheduleLedger.EMPTY;
        for (const decision of list) grown = grown.with(decision);
        expect(grown.length).toBeLessThanOrEqual(MAX_KEPT_DECISIONS);
        expect(hashOf(ScheduleLedger.of(grown.decisions()))).toBe(hashOf(grown));
      }),
    );
  });

  it('keeps the newest lines, in less than 4 KiB', () => {
    const fired = (at: number): FiringDecision => ({
      ...{ origin: 'timer', outcome: 'fired', reason: 'due', fromMs: at, throughMs: at, count: 1, decidedAtMs: at },
      jobId: mintJobId(0, at, 0),
    });
    let ledger = ScheduleLedger.EMPTY;
    for (let at = 1; at <= 1_000; at += 1) ledger = ledger.with(fired(at));
    expect(ledger.decisions()).toEqual(Array.from({ length: MAX_KEPT_DECISIONS }, (_, at) => fired(951 + at)));
    expect(ledger.bytes).toBeLessThan(4_096);
  });

  it('that somebody holds stays as it is', () => {
    const skipped = (at: number): FiringDecision => ({
      ...{ origin: 'timer', outcome: 'skipped', reason: 'overlap', fromMs: at, throughMs: at, count: 1 },
      ...{ jobId: undefined, decidedAtMs: at },
    });
    const held = ScheduleLedger.EMPTY.with(skipped(1));
    const longer = held.with(skipped(2));
    expect(longer.decisions()).toEqual([{ ...skipped(1), throughMs: 2, count: 2, decidedAtMs: 2 }]);
    expect(held.decisions()).toEqual([skipped(1)]);
  });
});
