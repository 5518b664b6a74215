import { ballot, commands, emptyDisk, text } from '../cluster.spec-support.js';
import type { DurableState } from '../io.js';
import { Solo } from '../solo.spec-support.js';
import type { AcceptedEntry, Ballot } from '../types.js';

const b = (round: number) => ballot(round, 'c9');
const held = (slot: number, at: Ballot, value: string): AcceptedEntry => ({ slot, ballot: at, entry: commands(value) });
const disk = (change: Partial<DurableState>): DurableState => ({ ...emptyDisk(), ...change });

/** What the new leader proposes to c2, as `slot:value`. */
function proposed(solo: Solo): string[] {
  return solo
    .sent('accept')
    .filter(({ to }) => to === 'c2')
    .flatMap(({ body }) => body.entries.map(({ slot, entry }) => `${slot}:${text(entry)}`));
}

describe('candidate', () => {
  it('asks for promises only after its own is flushed (P2)', () => {
    const solo = new Solo();
    solo.tick();
    solo.reply('c2');
    solo.reply('c3');
    expect(solo.status.role).toBe('candidate');
    expect(solo.sent('prepare')).toEqual([]);
    solo.flush();
    expect(solo.sent('prepare').map(({ to }) => to)).toEqual(['c2', 'c3']);
  });

  it('does not lead on promises that came before its own was flushed', () => {
    const solo = new Solo();
    solo.tick();
    solo.reply('c2');
    solo.reply('c3');
    solo.promised('c2');
    solo.promised('c3');
    expect(solo.status.role).toBe('candidate');
    solo.flush();
    expect(solo.status.role).toBe('leader');
  });

  it('asks from its first slot not known chosen', () => {
    const solo = new Solo({ durable: disk({ promised: b(3), chosenThroughSlot: 7 }) });
    solo.stand();
    expect(solo.sent('prepare')[0]?.body.fromSlot).toBe(8);
  });

  it('takes a round above every round on its disk and every round heard (P2)', () => {
    const solo = new Solo({ durable: disk({ promised: ballot(6, 'c1') }) });
    solo.tick();
    solo.reply('c2', { ballot: b(40) });
    solo.reply('c3', { ballot: b(3) });
    expect(solo.status.ballot.round).toBe(41);
    const other = new Solo({ durable: disk({ promised: ballot(6, 'c1') }) });
    other.stand();
    expect(other.status.ballot.round).toBe(7);
  });

  it.each([
    [3, 1],
    [5, 2],
  ])('(N=%i) leads with %i promises beside its own, not with fewer', (size, needed) => {
    const solo = new Solo({ size });
    solo.stand();
    for (const peer of solo.peers.slice(0, needed - 1)) solo.promised(peer);
    expect(solo.status.role).toBe('candidate');
    solo.promised(solo.peers[needed - 1] ?? '');
    expect(solo.status.role).toBe('leader');
  });

  it('does not count one acceptor twice', () => {
    const solo = new Solo({ size: 5 });
    solo.stand();
    for (let i = 0; i < 3; i += 1) solo.promised('c2');
    expect(solo.status.role).toBe('candidate');
  });

  it('does not count promises of another ballot', () => {
    const solo = new Solo();
    const own = solo.stand();
    solo.promised('c2', { ballot: { ...own, round: own.round - 1 } });
    solo.promised('c3', { ballot: { ...own, round: own.round + 1 } });
    expect(solo.status.role).toBe('candidate');
  });

  it('counts a promise when all its chunks are here, in any order, repeated or not', () => {
    const solo = new Solo();
    solo.stand();
    const chunk = (chunkIndex: number, value: string) => ({
      chunkIndex,
      chunkCount: 3,
      accepted: [held(chunkIndex + 1, b(1), value)],
    });
    solo.promised('c2', chunk(2, 'z'));
    solo.promised('c2', chunk(0, 'x'));
    solo.promised('c2', chunk(2, 'z'));
    expect(solo.status.role).toBe('candidate');
    solo.promised('c2', chunk(1, 'y'));
    expect(solo.status.role).toBe('leader');
    expect(proposed(solo)).toEqual(['1:x', '2:y', '3:z']);
  });

  it('does not mix chunks of two promises that were cut differently', () => {
    const solo = new Solo();
    solo.stand();
    solo.promised('c2', { chunkIndex: 0, chunkCount: 2, chosenThroughSlot: 0, accepted: [held(1, b(1), 'x')] });
    solo.promised('c2', { chunkIndex: 1, chunkCount: 2, chosenThroughSlot: 1, accepted: [held(3, b(1), 'z')] });
    expect(solo.status.role).toBe('candidate');
    solo.promised('c2', { chunkIndex: 0, chunkCount: 3, chosenThroughSlot: 1, accepted: [] });
    expect(solo.status.role).toBe('candidate');
  });

  it('asks those again that have not answered, and only those', () => {
    const solo = new Solo({ size: 5 });
    solo.stand();
    solo.promised('c3');
    solo.effects = [];
    solo.tick(200);
    expect(solo.sent('prepare').map(({ to }) => to)).toEqual(['c2', 'c4', 'c5']);
  });

  it('gives up for a higher promise that refuses it', () => {
    const solo = new Solo();
    const own = solo.stand();
    solo.receive('c2', { type: 'nacked', ballot: own, promised: b(own.round + 3) });
    expect(solo.status.role).toBe('follower');
    for (const peer of solo.peers) solo.promised(peer, { ballot: own });
    expect(solo.status.role).toBe('follower');
  });

  it('ignores a refusal of an older ballot of its own', () => {
    const solo = new Solo();
    const own = solo.stand();
    solo.receive('c2', { type: 'nacked', ballot: { ...own, round: own.round - 1 }, promised: b(own.round - 1) });
    expect(solo.status.role).toBe('candidate');
  });

  it('starts over with a higher ballot when phase 1 gets nowhere', () => {
    const solo = new Solo();
    const first = solo.stand();
    for (let i = 0; i < 12; i += 1) {
      solo.tick(100);
      for (const peer of solo.peers) solo.reply(peer);
    }
    solo.flush();
    expect(solo.status.role).toBe('candidate');
    expect(solo.status.ballot.round).toBe(first.round + 1);
    expect(solo.status.counters.candidaciesStalled).toBe(1);
  });
});

describe('recovery', () => {
  it('proposes a no-op of its own when nothing was accepted, so that it serves at once', () => {
    const solo = new Solo();
    solo.stand();
    solo.promised('c2');
    expect(proposed(solo)).toEqual(['1:noop']);
    expect(solo.status.counters.holesFilled).toBe(0);
  });

  it('proposes again what one acceptor of the quorum accepted', () => {
    const solo = new Solo();
    solo.stand();
    solo.promised('c2', { accepted: [held(1, b(1), 'x')] });
    expect(proposed(solo)).toEqual(['1:x']);
    expect(solo.status.counters.minorityValuesRecovered).toBe(1);
  });

  it('proposes again what only its own acceptor accepted', () => {
    const solo = new Solo({ durable: disk({ promised: b(1), accepted: [held(1, b(1), 'mine')] }) });
    solo.stand();
    solo.promised('c2');
    expect(proposed(solo)).toEqual(['1:mine']);
  });

  it.each([
    [1, 2],
    [2, 1],
  ])('takes the value of the highest ballot, reported by c2 in round %i and by c3 in round %i (P4)', (two, three) => {
    const solo = new Solo({ size: 5 });
    solo.stand();
    solo.promised('c2', { accepted: [held(1, b(two), `r${two}`)] });
    solo.promised('c3', { accepted: [held(1, b(three), `r${three}`)] });
    expect(proposed(solo)).toEqual(['1:r2']);
  });

  it('takes the one value of the highest ballot over a lower one that more acceptors report (P4)', () => {
    const solo = new Solo({ size: 5, durable: disk({ promised: b(2), accepted: [held(1, b(2), 'own')] }) });
    solo.stand();
    solo.promised('c2', { accepted: [held(1, b(1), 'old')] });
    solo.promised('c3', { accepted: [held(1, b(1), 'old')] });
    expect(proposed(solo)).toEqual(['1:own']);
  });

  it('takes the higher ballot of a peer over its own value', () => {
    const solo = new Solo({ durable: disk({ promised: b(1), accepted: [held(1, b(1), 'mine')] }) });
    solo.stand();
    solo.promised('c2', { accepted: [held(1, b(2), 'theirs')] });
    expect(proposed(solo)).toEqual(['1:theirs']);
  });

  it('fills true holes with no-ops and keeps everything above them (P4)', () => {
    const solo = new Solo();
    solo.stand();
    solo.promised('c2', { accepted: [held(2, b(1), 'x'), held(5, b(2), 'y')] });
    expect(proposed(solo)).toEqual(['1:noop', '2:x', '3:noop', '4:noop', '5:y']);
    expect(solo.status.counters.holesFilled).toBe(3);
  });

  it('accepts every recovered slot again at its own ballot, on its own disk too', () => {
    const solo = new Solo({ durable: disk({ promised: b(1), accepted: [held(1, b(1), 'x'), held(2, b(1), 'y')] }) });
    const own = solo.stand();
    solo.promised('c2');
    solo.flush();
    expect([1, 2].map((slot) => solo.disk.accepted.get(slot))).toEqual([held(1, own, 'x'), held(2, own, 'y')]);
  });

  it('does not take a recovered value for chosen before a quorum accepted it at the new ballot (P5)', () => {
    const solo = new Solo();
    const own = solo.stand();
    solo.promised('c2', { accepted: [held(1, b(1), 'x')] });
    solo.promised('c3', { accepted: [held(1, b(1), 'x')] });
    solo.flush();
    expect(solo.take('apply')).toEqual([]);
    solo.receive('c2', { type: 'accepted', ballot: own, slots: [1] });
    expect(solo.take('apply').map(({ entry }) => text(entry))).toEqual(['x']);
  });

  it('proposes clients’ commands above everything that it recovered', () => {
    const solo = new Solo();
    solo.stand();
    solo.promised('c2', { accepted: [held(3, b(1), 'z')] });
    solo.propose('new');
    solo.flush();
    solo.propose('new2');
    expect(proposed(solo)).toEqual(['1:noop', '2:noop', '3:z', '4:new', '5:new2']);
  });

  it('recovers inside its window: what does not fit waits, and so do new commands (I9)', () => {
    const solo = new Solo({ options: { maxOpenSlots: 2 } });
    const own = solo.stand();
    solo.promised('c2', { accepted: [held(4, b(1), 'd')] });
    solo.propose('new');
    solo.flush();
    expect(proposed(solo)).toEqual(['1:noop', '2:noop']);
    solo.receive('c2', { type: 'accepted', ballot: own, slots: [1, 2] });
    expect(proposed(solo)).toEqual(['3:noop', '4:d']);
    solo.flush();
    solo.receive('c2', { type: 'accepted', ballot: own, slots: [3, 4] });
    expect(proposed(solo)).toEqual(['5:new']);
  });

  it('stops at two values under one ballot (I3)', () => {
    const solo = new Solo({ size: 5 });
    solo.stand();
    solo.promised('c2', { accepted: [held(1, b(1), 'x')] });
    expect(() => solo.promised('c3', { accepted: [held(1, b(1), 'y')] })).toThrow('I3');
  });
});

describe('recovery behind what others know chosen', () => {
  it('fetches through the highest chosen slot of its quorum before it proposes anything (P4)', () => {
    const solo = new Solo();
    solo.tick();
    solo.reply('c2', { chosenThroughSlot: 2 });
    solo.reply('c3');
    solo.flush();
    solo.promised('c2', { chosenThroughSlot: 2, accepted: [held(3, b(1), 'z')] });
    expect(solo.status.role).toBe('candidate');
    expect(proposed(solo)).toEqual([]);
    expect(solo.sent('fetch')).toEqual([{ to: 'c2', body: { type: 'fetch', fromSlot: 1, throughSlot: 2 } }]);
    const entries = [
      { slot: 1, entry: commands('x') },
      { slot: 2, entry: commands('y') },
    ];
    const own = solo.status.ballot;
    solo.receive('c2', { type: 'fetched', ballot: own, entries, chosenThroughSlot: 2, trimmedThroughSlot: 0 });
    expect(solo.status.role).toBe('leader');
    expect(proposed(solo)).toEqual(['3:z']);
    solo.flush();
    expect(solo.take('apply').map(({ entry }) => text(entry))).toEqual(['x', 'y']);
  });

  it('gives up when what it fetches shows a higher promise', () => {
    const solo = new Solo();
    solo.tick();
    solo.reply('c2', { chosenThroughSlot: 1 });
    solo.reply('c3');
    solo.flush();
    solo.promised('c2', { chosenThroughSlot: 1 });
    const higher = ballot(99, 'c2');
    const entries = [{ slot: 1, entry: commands('x') }];
    solo.receive('c2', { type: 'fetched', ballot: higher, entries, chosenThroughSlot: 1, trimmedThroughSlot: 0 });
    expect(solo.status.role).toBe('follower');
    expect(solo.status.promised).toEqual(higher);
  });

  it('leaves out reports of slots that turned out to be chosen', () => {
    const solo = new Solo({ durable: disk({ promised: b(2), chosenThroughSlot: 2 }) });
    solo.stand();
    solo.promised('c2', {
      chosenThroughSlot: 0,
      accepted: [held(1, b(1), 'old'), held(2, b(1), 'old'), held(3, b(1), 'z')],
    });
    expect(proposed(solo)).toEqual(['3:z']);
  });
});

describe('recovery from damaged records (P14)', () => {
  it('does not count an acceptor for a slot that it can not read, and waits for another', () => {
    const solo = new Solo();
    solo.stand();
    solo.promised('c2', { unknownSlots: [1] });
    expect(solo.status.role).toBe('candidate');
    expect(solo.status.counters.phase1BlockedByUnknown).toBeGreaterThan(0);
    solo.promised('c3', { accepted: [held(1, b(1), 'x')] });
    expect(proposed(solo)).toEqual(['1:x']);
  });

  it('fills the slot with a no-op when enough others are known to hold nothing', () => {
    const solo = new Solo();
    solo.stand();
    solo.promised('c2', { unknownSlots: [1] });
    solo.promised('c3');
    expect(proposed(solo)).toEqual(['1:noop']);
  });

  it('blocks even with a value at hand: a higher one may sit in the damaged record', () => {
    const solo = new Solo({ durable: disk({ promised: b(1), accepted: [held(1, b(1), 'x')] }) });
    solo.stand();
    solo.promised('c2', { unknownSlots: [1] });
    expect(solo.status.role).toBe('candidate');
    solo.promised('c3', { accepted: [held(1, b(2), 'y')] });
    expect(proposed(solo)).toEqual(['1:y']);
  });

  it('does not propose new values into a damaged slot above all that is known', () => {
    const solo = new Solo();
    solo.stand();
    solo.promised('c2', { unknownSlots: [4], accepted: [held(1, b(1), 'x')] });
    expect(solo.status.role).toBe('candidate');
    solo.promised('c3');
    expect(proposed(solo)).toEqual(['1:x', '2:noop', '3:noop', '4:noop']);
  });

  it('does not count itself for its own damaged slots', () => {
    const solo = new Solo({ durable: disk({ promised: b(1), unknownSlots: [1] }) });
    solo.stand();
    solo.promised('c2');
    expect(solo.status.role).toBe('candidate');
    solo.promised('c3');
    expect(solo.status.role).toBe('leader');
  });

  it('collects damaged slots over all chunks', () => {
    const solo = new Solo();
    solo.stand();
    solo.promised('c2', { chunkIndex: 0, chunkCount: 2, unknownSlots: [1] });
    solo.promised('c2', { chunkIndex: 1, chunkCount: 2, unknownSlots: [2] });
    solo.promised('c3', { unknownSlots: [2] });
    expect(solo.status.role).toBe('candidate');
  });
});
