import type { Effect } from './io.js';
import { Outbox } from './outbox.js';
import { ballot } from './cluster.spec-support.js';

const SENDER = { formatVersion: 1, clusterId: 'x', groupId: 0, from: 'a', storageId: 'disk-a' };
const promise = (round: number) => ({ kind: 'promised' as const, ballot: ballot(round, 'a') });
const poll = (pollRound: number) => ({ type: 'poll' as const, pollRound });
const kinds = (effects: readonly Effect[]): string[] =>
  effects.map((effect) => (effect.type === 'send' ? `send ${JSON.stringify(effect.message.body)}` : effect.type));
const rounds = (effects: readonly Effect[]): number[] =>
  effects.flatMap((effect) =>
    effect.type === 'send' && effect.message.body.type === 'poll' ? [effect.message.body.pollRound] : [],
  );

describe('outbox', () => {
  it('puts all writes of a step into one persist, in order, behind the messages that need not wait', () => {
    const outbox = new Outbox(SENDER);
    outbox.write(promise(1));
    outbox.send('b', poll(1));
    outbox.write(promise(2));
    const effects = outbox.finish();
    expect(effects.map(({ type }) => type)).toEqual(['send', 'persist']);
    expect(effects[1]).toMatchObject({ token: 1, writes: [promise(1), promise(2)] });
  });

  it('withholds a message until what was written before it is done (P1)', () => {
    const outbox = new Outbox(SENDER);
    outbox.write(promise(1));
    outbox.sendAfterFlush('b', poll(1));
    expect(rounds(outbox.finish())).toEqual([]);
    outbox.persisted(1);
    expect(rounds(outbox.finish())).toEqual([1]);
  });

  it('withholds a message that is sent in a later step than its write (P1)', () => {
    const outbox = new Outbox(SENDER);
    outbox.write(promise(1));
    outbox.finish();
    outbox.sendAfterFlush('b', poll(1));
    expect(rounds(outbox.finish())).toEqual([]);
    outbox.persisted(1);
    expect(rounds(outbox.finish())).toEqual([1]);
  });

  it('withholds a message given before the write in the same step no less', () => {
    const outbox = new Outbox(SENDER);
    outbox.write(promise(1));
    outbox.finish();
    outbox.sendAfterFlush('b', poll(1));
    outbox.write(promise(2));
    outbox.sendAfterFlush('b', poll(2));
    outbox.finish();
    outbox.persisted(1);
    expect(rounds(outbox.finish())).toEqual([1]);
    outbox.persisted(2);
    expect(rounds(outbox.finish())).toEqual([2]);
  });

  it('does not let a later flush vouch for an earlier one (P12)', () => {
    const outbox = new Outbox(SENDER);
    for (const round of [1, 2, 3]) {
      outbox.write(promise(round));
      outbox.sendAfterFlush('b', poll(round));
      outbox.finish();
    }
    outbox.persisted(3);
    outbox.persisted(2);
    expect(rounds(outbox.finish())).toEqual([]);
    expect(outbox.durableToken).toBe(0);
    expect(outbox.flushesInFlight).toBe(1);
    outbox.persisted(1);
    expect(rounds(outbox.finish())).toEqual([1, 2, 3]);
    expect(outbox.durableToken).toBe(3);
  });

  it('sends at once when everything written is on the disk', () => {
    const outbox = new Outbox(SENDER);
    outbox.sendAfterFlush('b', poll(1));
    expect(rounds(outbox.finish())).toEqual([1]);
    outbox.write(promise(1));
    outbox.finish();
    outbox.persisted(1);
    outbox.sendAfterFlush('b', poll(2));
    expect(rounds(outbox.finish())).toEqual([2]);
  });

  it('adds the chosenThrough hint to the next persist, last, and never persists for it alone', () => {
    const outbox = new Outbox(SENDER);
    outbox.hintChosenThrough(3);
    expect(outbox.finish()).toEqual([]);
    outbox.hintChosenThrough(4);
    outbox.write(promise(1));
    expect(outbox.finish()).toMatchObject([{ writes: [promise(1), { kind: 'chosenThrough', slot: 4 }] }]);
    outbox.write(promise(2));
    expect(outbox.finish()).toMatchObject([{ writes: [promise(2)] }]);
  });

  it('stops when the host answers a persist that is not under way', () => {
    const outbox = new Outbox(SENDER);
    expect(() => outbox.persisted(1)).toThrow('storageDone answers one outstanding persist');
    outbox.write(promise(1));
    outbox.finish();
    outbox.persisted(1);
    expect(() => outbox.persisted(1)).toThrow('storageDone answers one outstanding persist');
  });

  it('answers an idle step with the same empty list', () => {
    const outbox = new Outbox(SENDER);
    expect(outbox.finish()).toBe(outbox.finish());
    expect(kinds(outbox.finish())).toEqual([]);
  });

  it('heads each message with its sender and addressee', () => {
    const outbox = new Outbox(SENDER);
    outbox.send('b', poll(1));
    outbox.send('c', poll(1));
    const headers = outbox.finish().map((effect) => (effect.type === 'send' ? effect.message.header : undefined));
    expect(headers).toEqual([
      { ...SENDER, to: 'b' },
      { ...SENDER, to: 'c' },
    ]);
  });
});
