import fc from 'fast-check';
import {
  ballotOwner,
  compareBallots,
  equalBallots,
  formatBallot,
  isZeroBallot,
  maxBallot,
  ZERO_BALLOT,
} from './ballot.js';
import { ballot } from './cluster.spec-support.js';

const anyBallot = fc.record({
  round: fc.integer({ min: 0, max: 4 }),
  priority: fc.integer({ min: 0, max: 2 }),
  nodeId: fc.constantFrom('a', 'b', 'B', 'ab', 'é'),
});

describe('ballots', () => {
  it('are ordered by round, then priority, then nodeId', () => {
    const ordered = [ballot(1, 'b', 9), ballot(2, 'z', 0), ballot(2, 'a', 1), ballot(2, 'b', 1), ballot(3, 'a', 0)];
    for (const [index, left] of ordered.entries()) {
      for (const right of ordered.slice(index + 1)) {
        expect(compareBallots(left, right)).toBeLessThan(0);
        expect(compareBallots(right, left)).toBeGreaterThan(0);
      }
    }
  });

  it('order is total: antisymmetric, transitive, and zero only for equal ballots', () => {
    fc.assert(
      fc.property(anyBallot, anyBallot, anyBallot, (a, b, c) => {
        expect(Math.sign(compareBallots(a, b)) + Math.sign(compareBallots(b, a))).toBe(0);
        if (compareBallots(a, b) <= 0 && compareBallots(b, c) <= 0) expect(compareBallots(a, c)).toBeLessThanOrEqual(0);
        const same = a.round === b.round && a.priority === b.priority && a.nodeId === b.nodeId;
        expect(compareBallots(a, b) === 0).toBe(same);
        expect(equalBallots(a, b)).toBe(same);
      }),
    );
  });

  it('of two nodes are never equal, so that no ballot has two users', () => {
    expect(equalBallots(ballot(3, 'a'), ballot(3, 'b'))).toBe(false);
  });

  it('maximum is one of the two and not below either', () => {
    fc.assert(
      fc.property(anyBallot, anyBallot, (a, b) => {
        const highest = maxBallot(a, b);
        expect([a, b]).toContain(highest);
        expect(compareBallots(highest, a)).toBeGreaterThanOrEqual(0);
        expect(compareBallots(highest, b)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('zero is below every ballot that a node can hold, and has no owner', () => {
    fc.assert(fc.property(anyBallot, (a) => expect(compareBallots(ZERO_BALLOT, a)).toBeLessThan(0)));
    expect(isZeroBallot(ZERO_BALLOT)).toBe(true);
    expect(isZeroBallot(ballot(0, 'a'))).toBe(false);
    expect(ballotOwner(ZERO_BALLOT)).toBeUndefined();
    expect(ballotOwner(ballot(1, 'a'))).toBe('a');
  });

  it('are written as round.priority.nodeId', () => {
    expect(formatBallot(ballot(7, 'c2', 1))).toBe('7.1.c2');
    expect(formatBallot(ZERO_BALLOT)).toBe('none');
  });
});
