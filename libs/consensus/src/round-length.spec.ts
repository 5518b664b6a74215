import { RoundLength } from './round-length.js';
import type { Awaited } from './round-length.js';

const ONE_OF_TWO: Awaited = { leader: undefined, peers: 1 };

/** Rounds whose replies of one peer, which makes a quorum, come so long after their start. */
function rounds(length: RoundLength, count: number, roundTripMs: number, state = { round: 0, nowMs: 0 }) {
  const onTheirWay: { round: number; atMs: number }[] = [];
  for (let index = 0; index < count; index += 1) {
    state.round += 1;
    length.started(state.round, state.nowMs);
    onTheirWay.push({ round: state.round, atMs: state.nowMs + roundTripMs });
    const endMs = state.nowMs + length.ms;
    while ((onTheirWay[0]?.atMs ?? Infinity) < endMs) {
      const reply = onTheirWay.shift();
      if (reply !== undefined) length.replied('c2', reply.round, { round: state.round, ms: reply.atMs }, ONE_OF_TWO);
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
    length.replied('c2', 1, { round: 2, ms: 5_001 }, ONE_OF_TWO);
    length.ended();
    expect(length.ms).toBe(150);
    rounds(length, 8, 5, { round: 2, nowMs: 5_001 });
    expect(length.ms).toBe(100);
  });

  it('is not stretched by a peer that was away and answers all that it missed, while a quorum replies in time', () => {
    const length = new RoundLength(100);
    for (let round = 1; round <= 50; round += 1) {
      length.started(round, round * 100);
      length.replied('c2', round, { round, ms: round * 100 + 5 }, ONE_OF_TWO);
      length.ended();
    }
    for (let round = 1; round <= 50; round += 1) {
      length.replied('c3', round, { round: 50, ms: 5_050 }, ONE_OF_TWO);
      length.ended();
    }
    expect(length.ms).toBe(100);
  });

  it('counts the reply that completes a quorum, and none before or after', () => {
    const twoOfFour: Awaited = { leader: undefined, peers: 2 };
    const length = new RoundLength(100);
    length.started(1, 0);
    length.replied('c2', 1, { round: 1, ms: 5 }, twoOfFour);
    length.replied('c3', 1, { round: 1, ms: 10 }, twoOfFour);
    length.started(2, 100);
    length.replied('c4', 1, { round: 2, ms: 150 }, twoOfFour);
    expect(length.ended()).toBe(false);
    length.replied('c2', 2, { round: 2, ms: 105 }, twoOfFour);
    length.replied('c3', 2, { round: 2, ms: 205 }, twoOfFour);
    expect(length.ended()).toBe(true);
  });

  it('is stretched by the leader that is followed, as its replies are what a follower lives on', () => {
    const length = new RoundLength(100);
    const led: Awaited = { leader: 'c2', peers: undefined };
    length.started(1, 0);
    length.started(2, 100);
    length.replied('c3', 1, { round: 2, ms: 190 }, led);
    expect(length.ended()).toBe(false);
    length.replied('c2', 1, { round: 2, ms: 195 }, led);
    expect(length.ended()).toBe(true);
  });

  it('is told nothing by repeated, replayed or very old replies, nor by those of rounds that were cut short', () => {
    const length = new RoundLength(100);
    for (let round = 1; round <= 80; round += 1) length.started(round, round * 100);
    const anyOfTwo: Awaited = { leader: 'c3', peers: 1 };
    length.replied('c2', 80, { round: 80, ms: 8_010 }, anyOfTwo);
    length.replied('c2', 80, { round: 80, ms: 8_500 }, anyOfTwo);
    length.replied('c2', 79, { round: 80, ms: 8_500 }, anyOfTwo);
    length.replied('c3', 2, { round: 80, ms: 8_500 }, anyOfTwo);
    length.started(81, 8_020);
    length.replied('c3', 80, { round: 81, ms: 8_030 }, anyOfTwo);
    expect(length.ended()).toBe(false);
    expect(length.ms).toBe(100);
  });
});
