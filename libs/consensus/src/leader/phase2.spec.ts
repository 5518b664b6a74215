import { ballot, commands, text } from '../cluster.spec-support.js';
import { entrySizeBytes } from '../entry.js';
import { Solo } from '../solo.spec-support.js';

const accepted = (at: ReturnType<typeof ballot>, ...slots: number[]) => ({
  type: 'accepted' as const,
  ballot: at,
  slots,
});

function acceptsTo(solo: Solo, peer: string): string[] {
  return solo
    .sent('accept')
    .filter(({ to }) => to === peer)
    .flatMap(({ body }) => body.entries.map(({ slot, entry }) => `${slot}:${text(entry)}`));
}

function applied(solo: Solo): string[] {
  return solo.take('apply').map(({ slot, entry }) => `${slot}:${text(entry)}`);
}

describe('leader, votes', () => {
  it('chooses a slot when its own flush and one of two followers are done, in either order', () => {
    const first = new Solo();
    const own = first.lead();
    first.propose('x');
    first.flush();
    expect(applied(first)).toEqual([]);
    first.receive('c2', accepted(own, 2));
    expect(applied(first)).toEqual(['2:x']);

    const second = new Solo();
    const other = second.lead();
    second.propose('x');
    second.receive('c2', accepted(other, 2));
    expect(second.status.chosenThroughSlot).toBe(1);
    second.flush();
    expect(applied(second)).toEqual(['2:x']);
  });

  it('does not count its own vote before its flush (P1)', () => {
    const solo = new Solo();
    const own = solo.lead();
    solo.propose('x');
    solo.receive('c2', accepted(own, 2));
    expect(solo.status.chosenThroughSlot).toBe(1);
    expect(applied(solo)).toEqual([]);
  });

  it('(N=1) counts its own vote after its flush only', () => {
    const solo = new Solo({ size: 1 });
    solo.tick();
    solo.flush();
    solo.flush();
    expect(solo.status.serving).toBe(true);
    solo.take('apply');
    solo.propose('x');
    expect(applied(solo)).toEqual([]);
    solo.flush();
    expect(applied(solo)).toEqual(['2:x']);
  });

  it('chooses with two followers while its own disk is slow, and applies after its own flush', () => {
    const solo = new Solo();
    const own = solo.lead();
    solo.propose('x');
    solo.receive('c2', accepted(own, 2));
    solo.receive('c3', accepted(own, 2));
    expect(solo.status.chosenThroughSlot).toBe(2);
    expect(applied(solo)).toEqual([]);
    solo.flush();
    expect(applied(solo)).toEqual(['2:x']);
  });

  it('counts each follower once', () => {
    const solo = new Solo({ size: 5 });
    const own = solo.lead();
    solo.propose('x');
    solo.flush();
    solo.receive('c2', accepted(own, 2));
    solo.receive('c2', accepted(own, 2, 2));
    expect(solo.status.chosenThroughSlot).toBe(1);
    solo.receive('c3', accepted(own, 2));
    expect(solo.status.chosenThroughSlot).toBe(2);
  });

  it('does not count accepts of another ballot (P5)', () => {
    const solo = new Solo();
    const own = solo.lead();
    solo.propose('x');
    solo.flush();
    solo.receive('c2', accepted({ ...own, round: own.round - 1 }, 2));
    solo.receive('c3', accepted({ ...own, round: own.round + 1 }, 2));
    expect(solo.status.chosenThroughSlot).toBe(1);
  });

  it('does not count votes for slots that it never proposed', () => {
    const solo = new Solo();
    const own = solo.lead();
    solo.receive('c2', accepted(own, 2, 3, 99));
    expect(solo.status.chosenThroughSlot).toBe(1);
    solo.propose('x');
    solo.flush();
    expect(solo.status.chosenThroughSlot).toBe(1);
  });

  it('applies in order when a later slot is chosen first (I5)', () => {
    const solo = new Solo({ options: { maxFlushesInFlight: 4 } });
    const own = solo.lead();
    for (const value of ['x', 'y', 'z']) solo.propose(value);
    solo.flush();
    solo.receive('c2', accepted(own, 3, 4));
    expect(applied(solo)).toEqual([]);
    solo.receive('c3', accepted(own, 2));
    expect(applied(solo)).toEqual(['2:x', '3:y', '4:z']);
  });

  it('answers proposals with the slot in which they were applied, in order of the commands', () => {
    const solo = new Solo();
    const own = solo.lead();
    solo.propose('11', '12', '13');
    solo.flush();
    solo.receive('c3', accepted(own, 2));
    expect(solo.take('apply')).toMatchObject([{ slot: 2, proposalIds: [11, 12, 13] }]);
  });
});

describe('leader, group commit and windows', () => {
  it('sends accepts before its own flush is done', () => {
    const solo = new Solo();
    solo.lead();
    const effects = solo.propose('x').map(({ type }) => type);
    expect(effects).toEqual(['send', 'send', 'persist']);
  });

  it('makes one entry of everything that queued while the last flush ran', () => {
    const solo = new Solo({ options: { maxFlushesInFlight: 1 } });
    solo.lead();
    solo.propose('a');
    solo.propose('b');
    solo.propose('c');
    expect(acceptsTo(solo, 'c2')).toEqual(['2:a']);
    solo.flush(1);
    expect(acceptsTo(solo, 'c2')).toEqual(['3:b+c']);
  });

  it('lets as many own flushes run as it may', () => {
    const solo = new Solo({ options: { maxFlushesInFlight: 3 } });
    solo.lead();
    for (const value of ['a', 'b', 'c', 'd', 'e']) solo.propose(value);
    expect(acceptsTo(solo, 'c2')).toEqual(['2:a', '3:b', '4:c']);
    solo.flush(1);
    expect(acceptsTo(solo, 'c2')).toEqual(['5:d+e']);
  });

  it('cuts entries by commands and bytes, and flushes all of them together', () => {
    const solo = new Solo({ options: { maxEntryCommands: 2, maxEntryBytes: 10 } });
    solo.lead();
    solo.propose('a', 'b', 'c', 'dddddddddd', 'e');
    expect(acceptsTo(solo, 'c3')).toEqual(['2:a+b', '3:c', '4:dddddddddd', '5:e']);
    expect(solo.take('persist')).toHaveLength(1);
  });

  it('keeps open slots inside the window, and goes on as slots are chosen (I9)', () => {
    const solo = new Solo({ options: { maxOpenSlots: 2, maxFlushesInFlight: 64 } });
    const own = solo.lead();
    for (const value of ['a', 'b', 'c', 'd']) solo.propose(value);
    solo.flush();
    expect(acceptsTo(solo, 'c2')).toEqual(['2:a', '3:b']);
    expect(solo.status.openSlots).toBe(2);
    solo.receive('c2', accepted(own, 2));
    expect(acceptsTo(solo, 'c2')).toEqual(['4:c+d']);
  });

  it('keeps open bytes inside the window', () => {
    const maxOpenBytes = 2 * entrySizeBytes(commands('x'.repeat(50)));
    const solo = new Solo({
      options: { maxOpenBytes, maxEntryBytes: 60, maxTransferBytes: 60, maxFlushesInFlight: 64 },
    });
    const own = solo.lead();
    for (const letter of ['a', 'b', 'c']) solo.propose(letter.repeat(50));
    solo.flush();
    expect(solo.status.openSlots).toBe(2);
    expect(solo.status.openBytes).toBe(maxOpenBytes);
    solo.receive('c3', accepted(own, 2));
    expect(solo.status.openSlots).toBe(2);
    expect(solo.status.queuedProposals).toBe(0);
  });

  it('proposes an entry larger than the window when nothing is open', () => {
    const solo = new Solo({ options: { maxOpenBytes: 40, maxEntryBytes: 40, maxTransferBytes: 40 } });
    solo.lead();
    solo.propose('x'.repeat(500));
    expect(solo.status.openSlots).toBe(1);
  });

  it('refuses proposals above the queue as overloaded, naming itself', () => {
    const solo = new Solo({ options: { maxQueuedProposals: 2, maxFlushesInFlight: 1 } });
    solo.lead();
    solo.propose('a');
    solo.propose('1', '2', '3', '4');
    expect(solo.take('proposalsRefused')).toEqual([
      { type: 'proposalsRefused', proposalIds: [3, 4], reason: 'overloaded', leader: 'c1' },
    ]);
  });
});

describe('leader, streams to followers', () => {
  it('tells an idle follower what is chosen, once', () => {
    const solo = new Solo();
    const own = solo.lead();
    solo.propose('x');
    solo.flush();
    solo.receive('c2', accepted(own, 2));
    expect(solo.sent('chosen').map(({ to, body }) => [to, body.chosenThroughSlot])).toEqual([
      ['c2', 2],
      ['c3', 2],
    ]);
    solo.receive('c3', accepted(own, 2));
    expect(solo.sent('chosen')).toEqual([]);
  });

  it('tells what is chosen with the next accept while the pipeline is busy', () => {
    const solo = new Solo({ options: { maxFlushesInFlight: 4 } });
    const own = solo.lead();
    solo.propose('x');
    solo.propose('y');
    solo.flush();
    solo.sent('accept');
    solo.receive('c2', accepted(own, 2));
    expect(solo.sent('chosen')).toEqual([]);
    solo.propose('z');
    expect(solo.sent('accept')[0]?.body.chosenThroughSlot).toBe(2);
  });

  it('stops streaming to a follower whose window is full, and goes on with others', () => {
    const solo = new Solo({ options: { maxOpenSlots: 2, maxFlushesInFlight: 64 } });
    const own = solo.lead();
    for (let slot = 2; slot <= 6; slot += 1) {
      solo.propose(`v${slot}`);
      solo.flush();
      solo.receive('c2', accepted(own, slot));
    }
    const streamed = solo.sent('accept');
    expect(streamed.filter(({ to }) => to === 'c2')).toHaveLength(5);
    expect(streamed.filter(({ to }) => to === 'c3').length).toBeLessThanOrEqual(2);
    const slow = solo.status.peers.find(({ nodeId }) => nodeId === 'c3');
    expect(slow?.inFlightSlots).toBe(2);
  });

  it('serves a slow follower from memory in order as it answers', () => {
    const solo = new Solo({ options: { maxOpenSlots: 2, maxFlushesInFlight: 64 } });
    const own = solo.lead();
    for (let slot = 2; slot <= 6; slot += 1) {
      solo.propose(`v${slot}`);
      solo.flush();
      solo.receive('c2', accepted(own, slot));
    }
    const told: string[] = acceptsTo(solo, 'c3');
    for (let slot = 1; slot <= 6; slot += 1) {
      solo.receive('c3', accepted(own, slot));
      told.push(...acceptsTo(solo, 'c3'));
    }
    expect(told).toEqual(['2:v2', '3:v3', '4:v4', '5:v5', '6:v6']);
  });

  it('never tells a follower chosen what is still on its way to it', () => {
    const solo = new Solo({ options: { maxOpenSlots: 2, maxFlushesInFlight: 64 } });
    const own = solo.lead();
    for (let slot = 2; slot <= 9; slot += 1) {
      solo.propose(`v${slot}`);
      solo.flush();
      solo.receive('c2', accepted(own, slot));
    }
    let highest = 1;
    for (const effect of solo.effects) {
      if (effect.type !== 'send' || effect.message.header.to !== 'c3') continue;
      const { body } = effect.message;
      if (body.type === 'accept') highest = Math.max(highest, ...body.entries.map(({ slot }) => slot));
      if (body.type === 'accept' || body.type === 'chosen') expect(body.chosenThroughSlot).toBeLessThanOrEqual(highest);
    }
  });

  it('sends an unanswered accept again after a while, to those that did not vote', () => {
    const solo = new Solo({ size: 5 });
    const own = solo.lead();
    solo.propose('x');
    solo.flush();
    solo.receive('c2', accepted(own, 2));
    solo.sent('accept');
    solo.tick(199);
    expect(solo.sent('accept')).toEqual([]);
    solo.receive('c3', accepted(own, 1));
    solo.tick(1);
    expect(solo.sent('accept').map(({ to }) => to)).toEqual(['c3']);
  });

  it('stalls a follower that does not answer, and resumes with a sign of life', () => {
    const solo = new Solo();
    const own = solo.lead();
    solo.propose('x');
    solo.flush();
    solo.receive('c2', accepted(own, 2));
    solo.tick(200);
    expect(solo.status.peers.map(({ nodeId, stalled }) => [nodeId, stalled])).toEqual([
      ['c2', false],
      ['c3', true],
    ]);
    solo.sent('accept');
    solo.propose('y');
    solo.flush();
    expect(solo.sent('accept').map(({ to }) => to)).toEqual(['c2']);
    solo.reply('c3', { leader: own, ballot: own, happy: true, chosenThroughSlot: 1 });
    expect(acceptsTo(solo, 'c3')).toEqual(['3:y']);
  });

  it('stalls a follower whose connection broke at once', () => {
    const solo = new Solo();
    solo.lead();
    solo.input({ type: 'peerDisconnected', peer: 'c3' });
    solo.propose('x');
    expect(solo.sent('accept').map(({ to }) => to)).toEqual(['c2']);
  });

  it('does not send again to a resumed follower what that follower voted for', () => {
    const solo = new Solo({ size: 5, options: { maxFlushesInFlight: 8 } });
    const own = solo.lead();
    for (const value of ['x', 'y', 'z']) solo.propose(value);
    solo.flush();
    solo.receive('c3', accepted(own, 3));
    solo.input({ type: 'peerDisconnected', peer: 'c3' });
    solo.sent('accept');
    solo.reply('c3', { leader: own, ballot: own, happy: true, chosenThroughSlot: 1 });
    expect(acceptsTo(solo, 'c3')).toEqual(['2:x', '4:z']);
  });
});

describe('leader, deposed', () => {
  it('refuses what it proposed as lost, and what only queued as not proposed', () => {
    const solo = new Solo({ options: { maxFlushesInFlight: 1 } });
    const own = solo.lead();
    solo.propose('1', '2');
    solo.propose('3');
    const higher = ballot(own.round + 1, 'c3');
    solo.receive('c3', { type: 'prepare', ballot: higher, fromSlot: 1 });
    expect(solo.take('proposalsRefused')).toMatchObject([
      { proposalIds: [1, 2], reason: 'leadershipLost' },
      { proposalIds: [3], reason: 'notLeader' },
    ]);
    expect(solo.status.role).toBe('follower');
    expect(solo.take('roleChanged').at(-1)).toMatchObject({
      role: 'follower',
      leader: 'c3',
      ballot: higher,
      serving: false,
    });
  });

  it('does not claim a proposal again that is applied after the lead was lost', () => {
    const solo = new Solo();
    const own = solo.lead();
    solo.propose('1');
    solo.receive('c2', accepted(own, 2));
    solo.receive('c3', accepted(own, 2));
    const higher = ballot(own.round + 1, 'c3');
    solo.receive('c3', { type: 'prepare', ballot: higher, fromSlot: 1 });
    expect(solo.take('proposalsRefused')).toMatchObject([{ proposalIds: [1], reason: 'leadershipLost' }]);
    solo.flush();
    expect(solo.take('apply')).toMatchObject([{ slot: 2, proposalIds: undefined }]);
  });

  it.each([
    [
      'a refused accept',
      (own: ReturnType<typeof ballot>) => ({
        type: 'nacked' as const,
        ballot: own,
        promised: ballot(own.round + 1, 'c2'),
      }),
    ],
    [
      'an accept of a higher ballot',
      (own: ReturnType<typeof ballot>) => ({
        type: 'accept' as const,
        ballot: ballot(own.round + 1, 'c2'),
        entries: [],
        chosenThroughSlot: 0,
      }),
    ],
    [
      'a chosen of a higher ballot',
      (own: ReturnType<typeof ballot>) => ({
        type: 'chosen' as const,
        ballot: ballot(own.round + 1, 'c2'),
        chosenThroughSlot: 0,
      }),
    ],
  ])('steps down at %s', (_, body) => {
    const solo = new Solo();
    const own = solo.lead();
    solo.receive('c2', body(own));
    expect(solo.status.role).toBe('follower');
    expect(solo.status.counters.depositions).toBe(1);
  });

  it('keeps leading at a refusal of an older ballot, and at a late answer to its own candidacy', () => {
    const solo = new Solo();
    const own = solo.lead();
    solo.receive('c2', {
      type: 'nacked',
      ballot: { ...own, round: own.round - 1 },
      promised: ballot(own.round + 5, 'c2'),
    });
    solo.promised('c3');
    expect(solo.status.role).toBe('leader');
  });

  it('takes entries that were fetched before it led for nothing', () => {
    const solo = new Solo();
    solo.lead();
    const entries = [{ slot: 2, entry: commands('other') }];
    const higher = ballot(77, 'c2');
    solo.receive('c2', { type: 'fetched', ballot: higher, entries, chosenThroughSlot: 2, trimmedThroughSlot: 0 });
    expect(solo.status.role).toBe('leader');
    expect(solo.status.chosenThroughSlot).toBe(1);
  });
});
