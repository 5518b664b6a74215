import { ballot, commands, emptyDisk, text } from './cluster.spec-support.js';
import { entrySizeBytes } from './entry.js';
import type { DurableState } from './io.js';
import { Solo } from './solo.spec-support.js';
import type { AcceptedEntry } from './types.js';

const b2 = (round: number) => ballot(round, 'c2');
const b3 = (round: number) => ballot(round, 'c3');
const prepare = (at: ReturnType<typeof ballot>, fromSlot = 1) => ({ type: 'prepare' as const, ballot: at, fromSlot });
const held = (slot: number, at: ReturnType<typeof ballot>, value: string): AcceptedEntry => ({
  slot,
  ballot: at,
  entry: commands(value),
});
const disk = (change: Partial<DurableState>): DurableState => ({ ...emptyDisk(), ...change });

describe('acceptor, phase 1b', () => {
  it('promises a higher ballot, and says so only after the flush (I6)', () => {
    const solo = new Solo();
    solo.receive('c2', prepare(b2(1)));
    expect(solo.sent('promised')).toEqual([]);
    expect(solo.take('persist')).toMatchObject([{ writes: [{ kind: 'promised', ballot: b2(1) }] }]);
    solo.flush();
    expect(solo.sent('promised')).toMatchObject([{ to: 'c2', body: { ballot: b2(1), accepted: [] } }]);
  });

  it('refuses a lower ballot and names its promise (I1)', () => {
    const solo = new Solo();
    solo.receive('c2', prepare(b2(5)));
    solo.flush();
    solo.receive('c3', prepare(b3(4)));
    expect(solo.sent('nacked')).toEqual([{ to: 'c3', body: { type: 'nacked', ballot: b3(4), promised: b2(5) } }]);
    expect(solo.status.promised).toEqual(b2(5));
  });

  it('refuses the same round of a lower node', () => {
    const solo = new Solo();
    solo.receive('c3', prepare(b3(1)));
    solo.flush();
    solo.receive('c2', prepare(b2(1)));
    expect(solo.sent('nacked')).toHaveLength(1);
  });

  it('withholds a refusal while the promise behind it is not flushed', () => {
    const solo = new Solo();
    solo.receive('c2', prepare(b2(5)));
    solo.receive('c3', prepare(b3(4)));
    expect(solo.sent('nacked')).toEqual([]);
    solo.flush();
    expect(solo.sent('nacked')).toHaveLength(1);
  });

  it('answers the same prepare again without another write', () => {
    const solo = new Solo();
    solo.receive('c2', prepare(b2(1)));
    solo.flush();
    solo.effects = [];
    solo.receive('c2', prepare(b2(1)));
    expect(solo.take('persist')).toEqual([]);
    expect(solo.sent('promised')).toHaveLength(1);
  });

  it('reports all that it accepted above what it knows chosen, each with its ballot', () => {
    const solo = new Solo({
      durable: disk({ promised: b2(3), chosenThroughSlot: 2, accepted: [held(3, b2(2), 'x'), held(5, b2(3), 'y')] }),
    });
    solo.receive('c3', prepare(b3(4), 1));
    solo.flush();
    const [promised] = solo.sent('promised');
    expect(promised?.body).toMatchObject({ chosenThroughSlot: 2, chunkIndex: 0, chunkCount: 1 });
    expect(promised?.body.accepted).toEqual([held(3, b2(2), 'x'), held(5, b2(3), 'y')]);
  });

  it('reports entries whose own flush was under way only after that flush', () => {
    const solo = new Solo();
    solo.accept('c2', b2(1), 1, ['x']);
    solo.receive('c3', prepare(b3(2)));
    solo.flush(1);
    expect(solo.sent('promised')).toEqual([]);
    solo.flush(1);
    expect(solo.sent('promised')[0]?.body.accepted).toEqual([held(1, b2(1), 'x')]);
  });

  it('names the slots that it can not read, and never reports them as empty or held (P14)', () => {
    const solo = new Solo({
      durable: disk({ promised: b2(3), accepted: [held(3, b2(2), 'x')], unknownSlots: [2, 1] }),
    });
    solo.receive('c3', prepare(b3(4)));
    solo.flush();
    expect(solo.sent('promised')[0]?.body).toMatchObject({ unknownSlots: [1, 2], accepted: [held(3, b2(2), 'x')] });
  });

  it('knows again what a slot holds once it accepted there anew', () => {
    const solo = new Solo({ durable: disk({ promised: b2(3), unknownSlots: [1, 2] }) });
    solo.accept('c2', b2(3), 2, ['y']);
    solo.receive('c3', prepare(b3(4)));
    solo.flush();
    expect(solo.sent('promised')[0]?.body).toMatchObject({ unknownSlots: [1], accepted: [held(2, b2(3), 'y')] });
  });

  it('cuts a long promise into chunks of bounded size, none of them empty, together complete', () => {
    const maxTransferBytes = 4 * entrySizeBytes(commands('xxxx'));
    const accepted = Array.from({ length: 11 }, (_, index) => held(index + 1, b2(1), 'xxxx'));
    const solo = new Solo({
      durable: disk({ promised: b2(1), accepted, unknownSlots: [20] }),
      options: { maxTransferBytes, maxEntryBytes: 4 },
    });
    solo.receive('c3', prepare(b3(2)));
    solo.flush();
    const chunks = solo.sent('promised').map(({ body }) => body);
    expect(chunks.map(({ chunkIndex, chunkCount }) => [chunkIndex, chunkCount])).toEqual([
      [0, 3],
      [1, 3],
      [2, 3],
    ]);
    expect(chunks.map(({ accepted: part }) => part.length)).toEqual([4, 4, 3]);
    expect(chunks.flatMap(({ accepted: part }) => part)).toEqual(accepted);
    expect(chunks.flatMap(({ unknownSlots }) => unknownSlots)).toEqual([20]);
    expect(solo.status.counters.promisesChunked).toBe(1);
  });

  it('sends an entry larger than a chunk alone', () => {
    const accepted = [held(1, b2(1), 'x'), held(2, b2(1), 'y'.repeat(500)), held(3, b2(1), 'z')];
    const solo = new Solo({
      durable: disk({ promised: b2(1), accepted }),
      options: { maxTransferBytes: 100, maxEntryBytes: 4 },
    });
    solo.receive('c3', prepare(b3(2)));
    solo.flush();
    expect(solo.sent('promised').map(({ body }) => body.accepted.map(({ slot }) => slot))).toEqual([[1], [2], [3]]);
  });
});

describe('acceptor, phase 2b', () => {
  it('accepts at its promise and says so only after the flush (P1)', () => {
    const solo = new Solo();
    solo.receive('c2', prepare(b2(1)));
    solo.flush();
    solo.effects = [];
    solo.accept('c2', b2(1), 1, ['x', 'y']);
    expect(solo.sent('accepted')).toEqual([]);
    solo.flush();
    expect(solo.sent('accepted')).toEqual([{ to: 'c2', body: { type: 'accepted', ballot: b2(1), slots: [1, 2] } }]);
    expect(solo.disk.accepted.get(2)).toEqual(held(2, b2(1), 'y'));
  });

  it('promises and accepts in one write when the ballot is new to it, the promise first (I2)', () => {
    const solo = new Solo();
    solo.accept('c2', b2(7), 1, ['x']);
    const [persist] = solo.take('persist');
    expect(persist?.writes).toEqual([
      { kind: 'promised', ballot: b2(7) },
      { kind: 'accepted', accepted: held(1, b2(7), 'x') },
    ]);
  });

  it('refuses a ballot below its promise and accepts nothing (I2)', () => {
    const solo = new Solo();
    solo.receive('c3', prepare(b3(5)));
    solo.flush();
    solo.effects = [];
    solo.accept('c2', b2(4), 1, ['x']);
    solo.flush();
    expect(solo.take('persist')).toEqual([]);
    expect(solo.sent('accepted')).toEqual([]);
    expect(solo.sent('nacked')).toMatchObject([{ to: 'c2', body: { promised: b3(5) } }]);
    expect(solo.status.counters.acceptRefusals).toBe(1);
  });

  it('takes the value of a higher ballot in place of its own', () => {
    const solo = new Solo();
    solo.accept('c2', b2(1), 1, ['x']);
    solo.accept('c3', b3(2), 1, ['y']);
    solo.flush();
    expect(solo.disk.accepted.get(1)).toEqual(held(1, b3(2), 'y'));
  });

  it('acknowledges a repeated accept again, after the flush, without a second write', () => {
    const solo = new Solo();
    solo.accept('c2', b2(1), 1, ['x']);
    solo.accept('c2', b2(1), 1, ['x']);
    expect(solo.take('persist')).toHaveLength(1);
    expect(solo.sent('accepted')).toEqual([]);
    solo.flush();
    expect(solo.sent('accepted')).toHaveLength(2);
  });

  it('stops at a second value under one ballot (I3)', () => {
    const solo = new Solo();
    solo.accept('c2', b2(1), 1, ['x']);
    expect(() => solo.accept('c2', b2(1), 1, ['y'])).toThrow('I3 one value per (slot, ballot)');
    expect(solo.status.stopped).toBe(true);
    expect(solo.tick(10)).toEqual([]);
  });

  it('stops at another value for a slot that it knows chosen (I4)', () => {
    const solo = new Solo();
    solo.accept('c2', b2(1), 1, ['x'], 0);
    solo.receive('c2', { type: 'chosen', ballot: b2(1), chosenThroughSlot: 1 });
    expect(() => solo.accept('c3', b3(2), 1, ['y'])).toThrow('I4 once chosen');
  });

  it('accepts the chosen value again at a higher ballot: the new leader may need the vote', () => {
    const solo = new Solo();
    solo.accept('c2', b2(1), 1, ['x'], 0);
    solo.receive('c2', { type: 'chosen', ballot: b2(1), chosenThroughSlot: 1 });
    solo.flush();
    solo.effects = [];
    solo.accept('c3', b3(2), 1, ['x']);
    solo.flush();
    expect(solo.sent('accepted')).toMatchObject([{ to: 'c3', body: { slots: [1] } }]);
    expect(solo.disk.accepted.get(1)?.ballot).toEqual(b3(2));
  });

  it('leaves alone what is too far ahead of what it knows chosen, and acknowledges the rest', () => {
    const solo = new Solo({ options: { maxOpenSlots: 2 } });
    solo.accept('c2', b2(1), 7, ['g', 'h', 'i']);
    solo.flush();
    expect(solo.sent('accepted')[0]?.body.slots).toEqual([7, 8]);
    expect(solo.status.counters.droppedBeyondHorizon).toBe(1);
  });

  it('takes the very next slot even when what it holds is beyond its limit in bytes', () => {
    const solo = new Solo({ options: { maxOpenBytes: 100, maxEntryBytes: 100, maxTransferBytes: 100 } });
    solo.accept('c2', b2(1), 2, ['x'.repeat(300), 'y'.repeat(300), 'z']);
    solo.accept('c2', b2(1), 1, ['w']);
    solo.flush();
    expect(solo.sent('accepted').map(({ body }) => body.slots)).toEqual([[2, 3], [1]]);
  });

  it('keeps its promise and what it accepted over a restart (P2, P3)', () => {
    const solo = new Solo();
    solo.accept('c2', b2(3), 1, ['x']);
    solo.flush();
    const again = new Solo({ durable: solo.disk.load() });
    expect(again.status.promised).toEqual(b2(3));
    again.receive('c3', prepare(b3(2)));
    expect(again.sent('nacked')).toHaveLength(1);
    again.receive('c3', prepare(b3(4)));
    again.flush();
    expect(again.sent('promised')[0]?.body.accepted).toEqual([held(1, b2(3), 'x')]);
  });

  it('does not start on a disk that accepted above its promise (I2)', () => {
    const durable = disk({ promised: b2(1), accepted: [held(1, b2(2), 'x')] });
    expect(() => new Solo({ durable })).toThrow('I2 accepted ballot <= promised');
  });

  it('does not start on a disk that trimmed what was not applied (I7)', () => {
    const trimmed = { chosenThroughSlot: 9, trimmedThroughSlot: 4 };
    expect(() => new Solo({ durable: disk({ ...trimmed, imageSlot: 3 }) })).toThrow('I7');
    expect(() => new Solo({ durable: disk({ ...trimmed, imageSlot: 10 }) })).toThrow('I7');
    expect(() => new Solo({ durable: disk({ ...trimmed, imageSlot: 4 }) })).not.toThrow();
  });
});

describe('learner', () => {
  const chosen = (at: ReturnType<typeof ballot>, chosenThroughSlot: number) => ({
    type: 'chosen' as const,
    ballot: at,
    chosenThroughSlot,
  });
  const applied = (solo: Solo): string[] => solo.take('apply').map(({ slot, entry }) => `${slot}:${text(entry)}`);

  it('applies what it accepted at the ballot of the leader that says so, in order', () => {
    const solo = new Solo();
    solo.accept('c2', b2(1), 1, ['x', 'y', 'z']);
    solo.flush();
    solo.receive('c2', chosen(b2(1), 2));
    expect(applied(solo)).toEqual(['1:x', '2:y']);
    solo.receive('c2', chosen(b2(1), 3));
    expect(applied(solo)).toEqual(['3:z']);
  });

  it('does not apply a value of an older ballot on the word of a new leader, it fetches (P6)', () => {
    const solo = new Solo();
    solo.accept('c2', b2(1), 1, ['stale']);
    solo.flush();
    solo.receive('c3', chosen(b3(2), 1));
    expect(applied(solo)).toEqual([]);
    expect(solo.sent('fetch')).toEqual([{ to: 'c3', body: { type: 'fetch', fromSlot: 1, throughSlot: 1 } }]);
  });

  it('takes what it fetched as chosen in place of its own stale value, held at no lower ballot than it was chosen', () => {
    const solo = new Solo();
    solo.accept('c2', b2(1), 1, ['stale']);
    solo.receive('c3', chosen(b3(2), 1));
    solo.flush();
    solo.effects = [];
    const entries = [{ slot: 1, entry: commands('fresh') }];
    solo.receive('c3', { type: 'fetched', ballot: b3(2), entries, chosenThroughSlot: 1, trimmedThroughSlot: 0 });
    expect(applied(solo)).toEqual([]);
    solo.flush();
    expect(applied(solo)).toEqual(['1:fresh']);
    expect(solo.disk.accepted.get(1)).toEqual(held(1, b3(2), 'fresh'));
    expect(solo.disk.promised).toEqual(b3(2));
  });

  it('applies nothing past a slot that it lacks, and fetches it at once', () => {
    const solo = new Solo();
    solo.accept('c2', b2(1), 1, ['x']);
    solo.accept('c2', b2(1), 3, ['z'], 2);
    solo.flush();
    expect(applied(solo)).toEqual(['1:x']);
    expect(solo.sent('fetch')[0]?.body).toMatchObject({ fromSlot: 2, throughSlot: 2 });
    const entries = [{ slot: 2, entry: commands('y') }];
    solo.receive('c2', { type: 'fetched', ballot: b2(1), entries, chosenThroughSlot: 3, trimmedThroughSlot: 0 });
    solo.receive('c2', chosen(b2(1), 3));
    solo.flush();
    expect(applied(solo)).toEqual(['2:y', '3:z']);
  });

  it('applies an entry after its own flush only, so that no image is ahead of the log', () => {
    const solo = new Solo();
    solo.accept('c2', b2(1), 1, ['x']);
    solo.receive('c2', chosen(b2(1), 1));
    expect(solo.status.chosenThroughSlot).toBe(1);
    expect(applied(solo)).toEqual([]);
    solo.flush();
    expect(applied(solo)).toEqual(['1:x']);
  });

  it('refuses the word of a deposed leader', () => {
    const solo = new Solo();
    solo.accept('c2', b2(1), 1, ['x']);
    solo.receive('c3', prepare(b3(2)));
    solo.flush();
    solo.effects = [];
    solo.receive('c2', chosen(b2(1), 1));
    expect(solo.sent('nacked')).toMatchObject([{ to: 'c2', body: { promised: b3(2) } }]);
  });

  it('writes how far slots are chosen with the next flush, and goes on from there after a restart', () => {
    const solo = new Solo();
    solo.accept('c2', b2(1), 1, ['x']);
    solo.receive('c2', chosen(b2(1), 1));
    solo.accept('c2', b2(1), 2, ['y'], 1);
    solo.flush();
    expect(solo.disk.chosenThroughSlot).toBe(1);
    const again = new Solo({ durable: solo.disk.load() });
    expect(again.status.appliedSlot).toBe(1);
    again.receive('c2', chosen(b2(1), 2));
    expect(applied(again)).toEqual(['2:y']);
  });

  it('learns by a poll reply of its leader what a lost message would have told', () => {
    const solo = new Solo();
    solo.tick();
    solo.accept('c2', b2(1), 1, ['x']);
    solo.flush();
    solo.reply('c2', { leader: b2(1), ballot: b2(1), happy: true, chosenThroughSlot: 1 });
    expect(applied(solo)).toEqual(['1:x']);
  });

  it('does not take the word of a peer for that of its leader', () => {
    const solo = new Solo();
    solo.tick();
    solo.accept('c2', b2(1), 1, ['x']);
    solo.flush();
    solo.reply('c3', { leader: b2(1), ballot: b2(1), happy: true, chosenThroughSlot: 1 });
    expect(applied(solo)).toEqual([]);
  });

  it('stops for good when a flush fails: another step does nothing (P16)', () => {
    const solo = new Solo();
    solo.accept('c2', b2(1), 1, ['x']);
    expect(solo.input({ type: 'storageDone', token: 1, ok: false })).toEqual([
      { type: 'fatal', code: 'persistFailed', reason: 'persist 1 failed' },
    ]);
    expect(solo.input({ type: 'storageDone', token: 1, ok: true })).toEqual([]);
    expect(solo.tick(1_000)).toEqual([]);
    expect(solo.sent('accepted')).toEqual([]);
  });
});
