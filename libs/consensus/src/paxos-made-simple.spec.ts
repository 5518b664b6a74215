import { ballot, commands, TestCluster, text } from './cluster.spec-support.js';
import { Solo } from './solo.spec-support.js';
import type { AcceptedEntry, Ballot } from './types.js';

/** The claims of Lamport, "Paxos Made Simple" (2001), each as this core keeps it; sections as in the paper. */

const b2 = (round: number): Ballot => ballot(round, 'c2');
const b3 = (round: number): Ballot => ballot(round, 'c3');
const prepare = (at: Ballot) => ({ type: 'prepare' as const, ballot: at, fromSlot: 1 });
const held = (slot: number, at: Ballot, value: string): AcceptedEntry => ({
  slot,
  ballot: at,
  entry: commands(value),
});

function applied(solo: Solo): string[] {
  return solo.take('apply').map(({ slot, entry }) => `${slot}=${text(entry)}`);
}

/** What c1 proposes as a leader after these promises of c2. */
function proposedAfter(accepted: readonly AcceptedEntry[], durable?: readonly AcceptedEntry[]): string[] {
  const promised = b2(7);
  const solo = new Solo({
    durable: { promised, chosenThroughSlot: 0, accepted: durable ?? [] },
  });
  solo.stand();
  solo.effects = [];
  solo.promised('c2', { accepted });
  return solo.sent('accept').flatMap(({ to, body }) => {
    return to === 'c2' ? body.entries.map(({ slot, entry }) => `${slot}=${text(entry)}`) : [];
  });
}

describe('2.1 the problem', () => {
  it('only a value that was proposed is chosen', () => {
    const cluster = new TestCluster();
    const leader = cluster.start();
    cluster.propose(leader.nodeId, 'a', 'b');
    cluster.run(200);
    const values = leader.texts.filter((value) => value !== 'noop').flatMap((value) => value.split('+'));
    expect(values).toEqual(['a', 'b']);
  });

  it('only a single value is chosen in a slot, whoever asks', () => {
    const cluster = new TestCluster({ size: 5 });
    for (let i = 0; i < 6; i += 1) {
      const leader = cluster.start();
      cluster.propose(leader.nodeId, `by ${leader.nodeId} ${i}`);
      cluster.settle();
      cluster.kill(leader.nodeId);
      cluster.start();
      cluster.restart(leader.nodeId);
      cluster.run(1_000);
    }
    // The test cluster compares every applied value with that of all others.
    expect(new Set(cluster.logs()).size).toBe(1);
  });

  it('a process never learns that a value is chosen unless it is', () => {
    const solo = new Solo();
    const own = solo.lead();
    solo.propose('7');
    solo.flush();
    expect(applied(solo)).toEqual([]);
    solo.receive('c2', { type: 'accepted', ballot: own, slots: [2] });
    expect(applied(solo)).toEqual(['2=7']);
  });
});

describe('2.2 choosing a value', () => {
  it('P1: an acceptor accepts the first proposal that it receives', () => {
    const solo = new Solo();
    solo.accept('c2', b2(1), 1, ['x']);
    solo.flush();
    expect(solo.sent('accepted')).toHaveLength(1);
  });

  it('a value is chosen when a majority accepted it: any two majorities have an acceptor in common', () => {
    for (const size of [1, 2, 3, 4, 5, 6, 7]) {
      const quorum = Math.floor(size / 2) + 1;
      expect(2 * quorum).toBeGreaterThan(size);
      const solo = new Solo({ size });
      const own = solo.lead();
      solo.propose('7');
      solo.flush();
      for (const peer of solo.peers.slice(0, quorum - 2))
        solo.receive(peer, { type: 'accepted', ballot: own, slots: [2] });
      expect(applied(solo)).toEqual(size === 1 ? ['2=7'] : []);
      const last = solo.peers[quorum - 2];
      if (last !== undefined) solo.receive(last, { type: 'accepted', ballot: own, slots: [2] });
      expect(solo.status.appliedSlot).toBe(2);
    }
  });

  it('an acceptor may accept more than one proposal: the later one takes the place of the earlier', () => {
    const solo = new Solo();
    solo.accept('c2', b2(1), 1, ['x']);
    solo.accept('c3', b3(2), 1, ['y']);
    solo.flush();
    expect(solo.disk.accepted.get(1)).toEqual(held(1, b3(2), 'y'));
  });

  it('proposals are numbered in a total order, and no two proposers share a number', () => {
    const first = new Solo();
    const second = new Solo({ nodeId: 'c2' });
    expect(first.stand()).not.toEqual(second.stand());
  });

  it('P2a: once v is chosen, an acceptor that knows it stops rather than accept another value', () => {
    const solo = new Solo();
    solo.accept('c2', b2(1), 1, ['v']);
    solo.receive('c2', { type: 'chosen', ballot: b2(1), chosenThroughSlot: 1 });
    solo.flush();
    expect(() => solo.accept('c3', b3(2), 1, ['w'])).toThrow('I4');
  });

  it('P2b: once v is chosen, every higher-numbered proposal has value v', () => {
    expect(proposedAfter([held(1, b2(3), 'v')])).toEqual(['1=v']);
  });

  it('P2c (a): where none of a majority accepted anything, the proposer is free', () => {
    const solo = new Solo();
    solo.stand();
    solo.promised('c2');
    solo.effects = [];
    solo.flush();
    solo.propose('7');
    expect(solo.sent('accept')[0]?.body.entries.map(({ entry }) => text(entry))).toEqual(['7']);
  });

  it('P2c (b): else the value is that of the highest-numbered proposal among them, its own included', () => {
    expect(proposedAfter([held(1, b2(3), 'older')], [held(1, b3(4), 'newer')])).toEqual(['1=newer']);
    expect(proposedAfter([held(1, b2(5), 'newer')], [held(1, b3(4), 'older')])).toEqual(['1=newer']);
  });

  it('a proposer asks for a promise before it proposes, and of a majority', () => {
    const solo = new Solo({ size: 5 });
    solo.stand();
    expect(solo.sent('prepare')).toHaveLength(4);
    solo.promised('c2');
    expect(solo.sent('accept')).toEqual([]);
    solo.promised('c3');
    expect(solo.sent('accept').length).toBeGreaterThan(0);
  });

  it('P1a: an acceptor accepts proposal n if, and only if, it has promised nothing above n', () => {
    const solo = new Solo();
    solo.receive('c3', prepare(b3(5)));
    solo.accept('c2', b2(4), 1, ['x']);
    solo.accept('c3', b3(5), 1, ['y']);
    solo.flush();
    expect(solo.sent('nacked')).toMatchObject([{ to: 'c2', body: { promised: b3(5) } }]);
    expect(solo.sent('accepted')).toMatchObject([{ to: 'c3', body: { slots: [1] } }]);
  });

  it('an acceptor may ignore any request without harm to safety', () => {
    const cluster = new TestCluster({ size: 3 });
    const leader = cluster.start();
    const mute = cluster.ids.find((id) => id !== leader.nodeId) ?? '';
    cluster.drop = ({ header, body }) => header.to === mute && (body.type === 'accept' || body.type === 'prepare');
    cluster.propose(leader.nodeId, 'x');
    cluster.run(1_000);
    expect(leader.texts).toContain('x');
    cluster.drop = () => false;
    cluster.run(1_500);
    expect(cluster.node(mute).texts).toEqual(leader.texts);
  });

  it('an acceptor ignores a prepare below its promise, and says so, so that the proposer may abandon it', () => {
    const solo = new Solo();
    solo.receive('c3', prepare(b3(5)));
    solo.receive('c2', prepare(b2(4)));
    solo.flush();
    expect(solo.sent('promised').map(({ to }) => to)).toEqual(['c3']);
    expect(solo.sent('nacked').map(({ to }) => to)).toEqual(['c2']);
  });

  it('an acceptor remembers only its promise and what it accepted at the highest number, also after a crash', () => {
    const solo = new Solo();
    solo.accept('c2', b2(1), 1, ['x']);
    solo.accept('c3', b3(2), 1, ['y']);
    solo.receive('c2', prepare(b2(6)));
    solo.flush();
    const again = new Solo({ durable: solo.disk.load() });
    again.receive('c3', prepare(b3(7)));
    again.flush();
    expect(again.status.promised).toEqual(b3(7));
    expect(again.sent('promised')[0]?.body.accepted).toEqual([held(1, b3(2), 'y')]);
    again.accept('c2', b2(6), 1, ['z']);
    again.flush();
    expect(again.sent('nacked')).toHaveLength(1);
  });

  it('phase 1: the response holds the promise, and the highest-numbered proposal accepted', () => {
    const solo = new Solo();
    solo.accept('c2', b2(1), 1, ['x']);
    solo.receive('c3', prepare(b3(2)));
    solo.flush();
    expect(solo.sent('promised')).toMatchObject([
      { to: 'c3', body: { ballot: b3(2), accepted: [held(1, b2(1), 'x')] } },
    ]);
  });

  it('a proposer can abandon a proposal at any time: its value may still be chosen by another', () => {
    const cluster = new TestCluster();
    const leader = cluster.start();
    const [first = '', second = ''] = cluster.ids.filter((id) => id !== leader.nodeId);
    cluster.drop = ({ header, body }) => body.type === 'accept' && header.to === second;
    leader.holdFlushes = true;
    const id = cluster.propose(leader.nodeId, 'x');
    cluster.settle();
    leader.healthy = false;
    cluster.tickOne(leader.nodeId);
    expect(leader.refused).toEqual([{ id, reason: 'leadershipLost' }]);
    cluster.drop = () => false;
    leader.holdFlushes = false;
    cluster.run(1_000);
    expect(cluster.node(first).texts).toContain('x');
  });
});

describe('2.3 learning a chosen value', () => {
  it('a distinguished learner, the leader, tells the others', () => {
    const solo = new Solo();
    const own = solo.lead();
    solo.propose('7');
    solo.flush();
    solo.receive('c2', { type: 'accepted', ballot: own, slots: [2] });
    expect(solo.sent('chosen').map(({ to, body }) => [to, body.chosenThroughSlot])).toEqual([
      ['c2', 2],
      ['c3', 2],
    ]);
  });

  it('messages may be lost, and nobody knows that a value is chosen: a new proposal finds out', () => {
    const cluster = new TestCluster();
    const leader = cluster.start();
    cluster.drop = ({ body }) => body.type === 'accepted' || body.type === 'pollReply' || body.type === 'chosen';
    cluster.propose(leader.nodeId, 'x');
    cluster.settle();
    expect(cluster.logs().join()).not.toContain('x');
    cluster.kill(leader.nodeId);
    cluster.drop = () => false;
    cluster.start();
    for (const log of cluster.logs()) expect(log).toContain('x');
  });
});

describe('2.4 progress', () => {
  it('two proposers that outbid each other end with one distinguished proposer', () => {
    const cluster = new TestCluster();
    cluster.nowMs = 10;
    for (const id of ['c1', 'c2']) cluster.tickOne(id);
    cluster.run(2_000);
    const before = cluster.count('elections');
    cluster.run(2_000);
    expect(cluster.count('elections')).toBe(before);
    expect(cluster.leader.status.serving).toBe(true);
  });

  it('safety does not hang on who is distinguished: an old one is refused', () => {
    const cluster = new TestCluster();
    const old = cluster.start();
    cluster.isolate(old.nodeId);
    cluster.propose(old.nodeId, 'stale');
    cluster.runUntil(() => cluster.alive.some((node) => node !== old && node.status.serving));
    const fresh = cluster.alive.find((node) => node !== old && node.status.serving);
    cluster.propose(fresh?.nodeId ?? '', 'fresh');
    cluster.settle();
    cluster.heal();
    cluster.run(2_000);
    for (const log of cluster.logs()) expect(log).toContain('fresh');
    for (const log of cluster.logs()) expect(log).not.toContain('stale');
  });
});

describe('2.5 the implementation', () => {
  it('an acceptor records its response in stable storage before it sends it', () => {
    const solo = new Solo();
    solo.receive('c2', prepare(b2(1)));
    expect(solo.sent('promised')).toEqual([]);
    solo.flush();
    expect(solo.sent('promised')).toHaveLength(1);
    solo.accept('c2', b2(1), 1, ['x']);
    expect(solo.sent('accepted')).toEqual([]);
    solo.flush();
    expect(solo.sent('accepted')).toHaveLength(1);
  });

  it('a proposer remembers its highest number in stable storage, and begins phase 1 with a higher one', () => {
    const solo = new Solo();
    const first = solo.stand();
    expect(solo.disk.promised).toEqual(first);
    const again = new Solo({ durable: solo.disk.load() });
    expect(again.stand().round).toBe(first.round + 1);
  });
});

describe('3 implementing a state machine', () => {
  it('a new leader executes phase 1 for all slots above those it knows, in one message to each', () => {
    const solo = new Solo({
      durable: { promised: b2(1), chosenThroughSlot: 134, accepted: [held(135, b2(1), 'x')] },
    });
    solo.stand();
    expect(solo.sent('prepare').map(({ to, body }) => [to, body.fromSlot])).toEqual([
      ['c2', 135],
      ['c3', 135],
    ]);
  });

  it('it proposes what it found, fills gaps with no-ops, and puts new commands behind', () => {
    // The example of the paper: slots 138 and 139 unknown beside 135 to 137 and 140, here from 1.
    const found = proposedAfter([held(1, b2(3), 'a'), held(4, b2(3), 'd')]);
    expect(found).toEqual(['1=a', '2=noop', '3=noop', '4=d']);
  });

  it('a no-op changes no state: only commands are answered', () => {
    const cluster = new TestCluster();
    const leader = cluster.start();
    expect(leader.texts).toEqual(['noop']);
    expect(leader.answered).toEqual([]);
  });

  it('commands are executed in the order of their slots, not of their being chosen', () => {
    const solo = new Solo();
    const own = solo.lead();
    for (const value of ['2', '3']) {
      solo.propose(value);
      solo.flush();
    }
    solo.receive('c2', { type: 'accepted', ballot: own, slots: [3] });
    expect(applied(solo)).toEqual([]);
    solo.receive('c2', { type: 'accepted', ballot: own, slots: [2] });
    expect(applied(solo)).toEqual(['2=2', '3=3']);
  });

  it('it proposes a slot before the one below is chosen, at most alpha ahead', () => {
    const solo = new Solo({ options: { maxOpenSlots: 3, maxFlushesInFlight: 9, maxEntryCommands: 1 } });
    solo.lead();
    for (let value = 2; value <= 9; value += 1) solo.propose(String(value));
    expect(solo.status).toMatchObject({ openSlots: 3, queuedProposals: 5 });
  });

  it('in a stable leadership phase 1 is over: a command costs one round of phase 2', () => {
    const cluster = new TestCluster();
    const leader = cluster.start();
    cluster.run(300);
    const types: string[] = [];
    cluster.onEffect = (_, effect) => {
      if (effect.type === 'send') types.push(effect.message.body.type);
    };
    cluster.propose(leader.nodeId, 'x');
    cluster.settle();
    expect(types.sort()).toEqual(['accept', 'accept', 'accepted', 'accepted', 'chosen', 'chosen']);
  });
});
