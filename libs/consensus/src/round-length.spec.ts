import { RoundLength } from './round-length.js';

/** Rounds whose replies of one peer come so long after their start. */
function rounds(length: RoundLength, count: number, roundTripMs: number, state = { round: 0, nowMs: 0 }) {
  const onTheirWay: { round: number; atMs: number }[] = [];
  for (let index = 0; index < count; index += 1) {
    state.round += 1;
    length.started(state.round, state.nowMs);
    onTheirWay.push({ round: state.round, atMs: state.nowMs + roundTripMs });
    const endMs = state.nowMs + length.ms;
    while ((onTheirWay[0]?.atMs ?? Infinity) < endMs) {
      const reply = onTheirWay.shift();
      if (reply !== undefined) length.replied('c2', reply.round, state.round, reply.atMs);
    }
    state.nowMs = endMs;
    length.ended();
  }
  return state;
}

describe('length of election rounds', () => {
  it('stays as it is while replies come in time', () => {
    const length = new RoundLength(100);
    rounds(length, 50, 60);
    expect(length.ms).toBe(100);
  });

  it('exceeds a round trip of a second soon after the first reply, and is back after some seconds when that is over', () => {
    const length = new RoundLength(100);
    const state = rounds(length, 17, 1_000);
    expect(length.ms).toBeGreaterThan(1_000);
    const overAtMs = state.nowMs;
    while (length.ms > 100) rounds(length, 1, 5, state);
    expect(state.nowMs - overAtMs).toBeLessThan(15_000);
    expect(length.ms).toBe(100);
  });

  it('settles about a round trip, and never beyond 16 times its base', () => {
    const length = new RoundLength(100);
    const state = rounds(length, 60, 400);
    for (let count = 0; count < 100; count += 1) {
      rounds(length, 1, 400, state);
      expect(length.ms).toBeGreaterThan(400);
      expect(length.ms).toBeLessThan(1_000);
    }
    rounds(length, 60, 30_000, state);
    expect(length.ms).toBeLessThanOrEqual(1_600);
  });

  it('grows by half at the most for one pause, however long', () => {
    const length = new RoundLength(100);
    length.started(1, 0);
    length.started(2, 5_000);
    length.replied('c2', 1, 2, 5_001);
    length.replied('c3', 1, 2, 5_001);
    length.ended();
    expect(length.ms).toBe(150);
    length.ended();
    expect(length.ms).toBe(150);
  });

  it('is told nothing by repeated, replayed or very old replies, nor by those of rounds that were cut short', () => {
    const length = new RoundLength(100);
    for (let round = 1; round <= 80; round += 1) length.started(round, round * 100);
    length.replied('c2', 80, 80, 8_010);
    length.replied('c2', 80, 80, 8_500);
    length.replied('c2', 79, 80, 8_500);
    length.replied('c3', 2, 80, 8_500);
    length.started(81, 8_020);
    length.replied('c3', 80, 81, 8_030);
    expect(length.ended()).toBe(false);
    expect(length.ms).toBe(100);
  });
});
