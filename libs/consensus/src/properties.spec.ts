import fc from 'fast-check';
import { bytes, HEALTHY, TestCluster, text } from './cluster.spec-support.js';
import type { ReplicaOptions } from './options.js';
import { Solo } from './solo.spec-support.js';
import type { Input } from './io.js';
import { compareBallots } from './ballot.js';
import type { Ballot } from './types.js';

/** One step of a schedule; what `pick` chooses among is decided when the step runs. */
type Step =
  | { readonly do: 'deliver' | 'lose' | 'repeat'; readonly pick: number }
  | { readonly do: 'tick'; readonly node: number; readonly ms: number }
  | { readonly do: 'flush' | 'crash' | 'restart' | 'propose' | 'read'; readonly node: number }
  | { readonly do: 'disconnect' | 'cut'; readonly node: number; readonly other: number }
  | { readonly do: 'heal' };

const node = fc.nat(4);
const pick = fc.nat(200);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 30, arbitrary: fc.record({ do: fc.constant('deliver' as const), pick }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('lose' as const), pick }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('repeat' as const), pick }) },
  {
    weight: 12,
    arbitrary: fc.record({ do: fc.constant('tick' as const), node, ms: fc.constantFrom(1, 30, 130, 250) }),
  },
  { weight: 16, arbitrary: fc.record({ do: fc.constant('flush' as const), node }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('propose' as const), node }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('read' as const), node }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const), node }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('restart' as const), node }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('disconnect' as const), node, other: node }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cut' as const), node, other: node }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('heal' as const) }) },
);

const tightOptions: fc.Arbitrary<Partial<ReplicaOptions>> = fc.record({
  maxOpenSlots: fc.constantFrom(1, 3, 256),
  maxFlushesInFlight: fc.constantFrom(1, 3),
  maxEntryCommands: fc.constantFrom(1, 100),
  maxCachedBytes: fc.constantFrom(0, 1_000_000),
  maxEntryBytes: fc.constant(20),
  maxTransferBytes: fc.constantFrom(60, 1_000_000),
});

/** Runs a schedule in which anything may happen, message by message and flush by flush. */
class Schedule {
  readonly cluster: TestCluster;
  readonly reads = new Map<number, number>();
  acknowledged = 0;
  private proposals = 0;
  private readonly promised = new Map<string, Ballot>();

  constructor(size: number, options: Partial<ReplicaOptions>) {
    this.cluster = new TestCluster({ size, options });
    for (const id of this.cluster.ids) this.cluster.tickOne(id);
    this.cluster.onEffect = (nodeId, effect) => {
      if (effect.type === 'apply' && effect.proposalIds !== undefined)
        this.acknowledged = Math.max(this.acknowledged, effect.slot);
      if (effect.type === 'readReady') {
        for (const id of effect.readIds) expect(effect.appliedSlot).toBeGreaterThanOrEqual(this.reads.get(id) ?? 0);
      }
      if (effect.type !== 'persist') return;
      for (const write of effect.writes) {
        if (write.kind !== 'promised') continue;
        const before = this.promised.get(nodeId);
        if (before !== undefined) expect(compareBallots(write.ballot, before)).toBeGreaterThan(0);
        this.promised.set(nodeId, write.ballot);
      }
    };
  }

  run(steps: readonly Step[]): void {
    for (const next of steps) this.perform(next);
    for (const { disk, replica } of this.cluster.alive) {
      const { appliedSlot, chosenThroughSlot, promised, durablePromised } = replica.status();
      expect(appliedSlot).toBeLessThanOrEqual(chosenThroughSlot);
      expect(compareBallots(durablePromised, promised)).toBeLessThanOrEqual(0);
      expect(disk.chosenThroughSlot).toBeLessThanOrEqual(chosenThroughSlot);
    }
  }

  /** Repairs everything: all nodes converge, serve, and hold what was acknowledged. */
  converge(): void {
    const { cluster } = this;
    cluster.heal();
    for (const id of cluster.ids) if (!cluster.node(id).alive) this.restart(id);
    cluster.run(1_500);
    cluster.start();
    const id = cluster.propose(cluster.leader.nodeId, 'last');
    cluster.run(500);
    expect(cluster.ids.some((each) => cluster.node(each).answered.includes(id))).toBe(true);
    expect(new Set(cluster.logs()).size).toBe(1);
    expect(cluster.leader.applied.length).toBeGreaterThanOrEqual(this.acknowledged);
  }

  private perform(next: Step): void {
    const { cluster } = this;
    const idOf = (index: number): string => cluster.ids[index % cluster.ids.length] ?? '';
    switch (next.do) {
      case 'deliver':
      case 'lose':
      case 'repeat': {
        const index = next.pick % Math.max(1, cluster.messages.length);
        const message = cluster.messages[index];
        if (message === undefined) return;
        if (next.do !== 'repeat') cluster.messages.splice(index, 1);
        if (next.do !== 'lose') cluster.deliver(message);
        return;
      }
      case 'tick':
        cluster.nowMs += next.ms;
        return cluster.tickOne(idOf(next.node));
      case 'flush':
        cluster.flush(idOf(next.node));
        return;
      case 'propose':
        this.proposals += 1;
        cluster.propose(idOf(next.node), `p${this.proposals}`);
        return;
      case 'read': {
        const before = this.acknowledged;
        this.reads.set(cluster.read(idOf(next.node)), before);
        return;
      }
      case 'crash':
        return cluster.crash(idOf(next.node));
      case 'restart':
        if (!cluster.node(idOf(next.node)).alive) this.restart(idOf(next.node));
        return;
      case 'disconnect':
        return cluster.input(idOf(next.node), { type: 'peerDisconnected', peer: idOf(next.other) });
      case 'cut':
        if (idOf(next.node) !== idOf(next.other)) cluster.cutOneWay(idOf(next.node), idOf(next.other));
        return;
      case 'heal':
        return cluster.heal();
    }
  }

  private restart(id: string): void {
    this.cluster.restart(id);
    this.promised.set(id, this.cluster.node(id).disk.promised);
    this.cluster.tickOne(id);
  }
}

describe('under any schedule', () => {
  it.each([
    [1, 20],
    [2, 25],
    [3, 60],
    [5, 25],
  ])(
    '(N=%i) replicas agree, promises never fall, reads are fresh, and the repaired cluster serves',
    (size, numRuns) => {
      fc.assert(
        fc.property(tightOptions, fc.array(step, { minLength: 30, maxLength: 500, size: 'max' }), (options, steps) => {
          const schedule = new Schedule(size, options);
          schedule.run(steps);
          schedule.converge();
        }),
        { numRuns, seed: size },
      );
    },
  );

  it('(N=3) a schedule whose start elects a leader keeps what it acknowledged', () => {
    fc.assert(
      fc.property(tightOptions, fc.array(step, { minLength: 50, maxLength: 400, size: 'max' }), (options, steps) => {
        const schedule = new Schedule(3, options);
        const { cluster } = schedule;
        cluster.start();
        for (let i = 0; i < 5; i += 1) cluster.propose(cluster.leader.nodeId, `early ${i}`);
        cluster.settle();
        const kept = [...cluster.leader.texts];
        schedule.run(steps);
        schedule.converge();
        expect(cluster.leader.texts.slice(0, kept.length)).toEqual(kept);
      }),
      { numRuns: 25, seed: 7 },
    );
  });
});

describe('step', () => {
  it('is a function of state and input: two replicas fed alike give the same effects', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 200, size: 'max' }), (steps) => {
        const inputs: Input[] = [];
        const schedule = new Schedule(3, {});
        const original = schedule.cluster.input.bind(schedule.cluster);
        const seen: string[] = [];
        schedule.cluster.onEffect = (nodeId, effect) => {
          if (nodeId === 'c1') seen.push(JSON.stringify(effect));
        };
        schedule.cluster.input = (nodeId, input) => {
          if (nodeId === 'c1' && schedule.cluster.node('c1').alive) inputs.push(input);
          original(nodeId, input);
        };
        const withoutCrashes = steps.filter((each) => each.do !== 'crash' && each.do !== 'restart');
        schedule.run(withoutCrashes);
        expect(schedule.cluster.node('c1').fatal).toBeUndefined();
        const twin = new Solo();
        const effects = [
          ...twin.replica.step({ type: 'timerTick', nowMs: 0, wallMs: 0, health: HEALTHY }),
          ...inputs.flatMap((input) => twin.replica.step(input)),
        ].map((effect) => JSON.stringify(effect));
        expect(effects.slice(effects.length - seen.length)).toEqual(seen);
      }),
      { numRuns: 15, seed: 3 },
    );
  });

  it('keeps no reference to what it was given: a host may reuse its arrays', () => {
    const solo = new Solo();
    const own = solo.lead();
    const proposals = [{ proposalId: 1, command: bytes('x') }];
    solo.input({ type: 'propose', proposals });
    proposals.length = 0;
    solo.flush();
    solo.receive('c2', { type: 'accepted', ballot: own, slots: [2] });
    expect(solo.take('apply').map(({ entry }) => text(entry))).toEqual(['x']);
  });

  it('with nothing to do gives no effects', () => {
    const solo = new Solo();
    solo.lead();
    expect(solo.tick(1)).toEqual([]);
  });
});
