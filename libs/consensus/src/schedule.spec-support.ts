import fc from 'fast-check';
import { NO_IMAGE, TestCluster } from './cluster.spec-support.js';
import type { ClusterOptions } from './cluster.spec-support.js';
import type { ReplicaOptions } from './options.js';
import { compareBallots } from './ballot.js';
import type { Ballot } from './types.js';

/** One step of a schedule; what `pick` chooses among is decided when the step runs. */
export type Step =
  | { readonly do: 'deliver' | 'lose' | 'repeat'; readonly pick: number }
  | { readonly do: 'tick'; readonly node: number; readonly ms: number }
  | { readonly do: 'flush' | 'crash' | 'restart' | 'propose' | 'read'; readonly node: number }
  | { readonly do: 'disconnect' | 'cut'; readonly node: number; readonly other: number }
  | { readonly do: 'heal' }
  | { readonly do: 'image' | 'trim'; readonly node: number; readonly back: number }
  | { readonly do: 'snapshot' | 'installAndCrash' | 'fill' | 'handOver'; readonly node: number }
  | { readonly do: 'damage'; readonly node: number; readonly pick: number }
  | { readonly do: 'clock'; readonly node: number; readonly ms: number }
  | { readonly do: 'loseImage' };

const node = fc.nat(4);
const pick = fc.nat(200);
const basics = [
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
] as const;

/** Messages, flushes, crashes and cuts in any order. */
export const anyStep: fc.Arbitrary<Step> = fc.oneof(...basics);

const back = fc.constantFrom(0, 0, 1, 3);
/** The same with images, trims, snapshots and what happens to disks: P10 is that all of these race. */
export const anyStepWithSnapshots: fc.Arbitrary<Step> = fc.oneof(
  ...basics,
  { weight: 8, arbitrary: fc.record({ do: fc.constant('image' as const), node, back }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('trim' as const), node, back }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('snapshot' as const), node }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('installAndCrash' as const), node }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('fill' as const), node }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('handOver' as const), node }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('damage' as const), node, pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('clock' as const), node, ms: fc.constantFrom(0, 2_000) }) },
  { weight: 1, arbitrary: fc.constant({ do: 'loseImage' as const }) },
);

export const tightOptions: fc.Arbitrary<Partial<ReplicaOptions>> = fc.record({
  maxOpenSlots: fc.constantFrom(1, 3, 256),
  maxFlushesInFlight: fc.constantFrom(1, 3),
  maxEntryCommands: fc.constantFrom(1, 100),
  maxCachedBytes: fc.constantFrom(0, 1_000_000),
  maxEntryBytes: fc.constant(20),
  maxTransferBytes: fc.constantFrom(60, 1_000_000),
});

/** Runs a schedule in which anything may happen, message by message and flush by flush. */
export class Schedule {
  readonly cluster: TestCluster;
  readonly reads = new Map<number, number>();
  acknowledged = 0;
  private isDamaged = false;
  private proposals = 0;
  private readonly promised = new Map<string, Ballot>();

  constructor(size: number, options: Partial<ReplicaOptions>, more: Partial<ClusterOptions> = {}) {
    this.cluster = new TestCluster({ ...more, size, options });
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
      const isLost = this.isDamaged || disk.image.slot < disk.trimmedThroughSlot;
      if (!isLost) expect(disk.chosenThroughSlot).toBeLessThanOrEqual(chosenThroughSlot);
    }
  }

  /** Repairs everything: all nodes converge, serve, and hold what was acknowledged. */
  converge(): void {
    const { cluster } = this;
    cluster.heal();
    cluster.holdSnapshots = false;
    for (const { nodeId } of cluster.nodes.values()) {
      cluster.node(nodeId).mayWrite = true;
      cluster.node(nodeId).wallOffsetMs = 0;
    }
    for (const id of cluster.ids) if (!cluster.node(id).alive) this.restart(id);
    cluster.run(1_500);
    cluster.start();
    // Images reach what was trimmed anywhere, as a host's do by and by: a lost image is then made good by a snapshot.
    for (const nodeId of cluster.ids) cluster.flushImage(nodeId);
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
      default:
        return this.performOnDisk(next, idOf);
    }
  }

  private performOnDisk(next: Step, idOf: (index: number) => string): void {
    const { cluster } = this;
    switch (next.do) {
      case 'image':
        return cluster.flushImage(idOf(next.node), cluster.node(idOf(next.node)).applied.length - next.back);
      case 'trim': {
        const node = cluster.node(idOf(next.node));
        return cluster.trim(node.nodeId, node.applied.length - next.back);
      }
      case 'snapshot':
        cluster.moveSnapshot(idOf(next.node));
        return;
      case 'installAndCrash': {
        const node = cluster.node(idOf(next.node));
        if (!node.alive || !node.installing) return;
        cluster.install(node, false);
        return cluster.crash(node.nodeId);
      }
      case 'fill': {
        const node = cluster.node(idOf(next.node));
        node.mayWrite = !node.mayWrite;
        return cluster.tickOne(node.nodeId);
      }
      case 'handOver': {
        this.proposals += 1;
        const input = { type: 'transferLeadership' as const, transferId: this.proposals, to: undefined };
        for (const node of cluster.alive) if (node.status.role === 'leader') cluster.input(node.nodeId, input);
        return;
      }
      case 'damage':
        return this.damage(idOf(next.node), next.pick);
      case 'clock':
        cluster.node(idOf(next.node)).wallOffsetMs = next.ms;
        return;
      case 'loseImage': {
        // One image of the group at the most: the fault budget. It shows at the next start.
        const node = cluster.node('c1');
        if (node.installing || this.isDamaged) return;
        cluster.crash('c1');
        node.disk.image = NO_IMAGE;
        this.isDamaged = true;
        return;
      }
      default:
        throw new Error(`unknown step ${next.do}`);
    }
  }

  /** One record of the group becomes unreadable: more than one could be the last copy of a chosen value. */
  private damage(id: string, choice: number): void {
    const { disk } = this.cluster.node(id);
    const held = [...disk.accepted.keys()].filter((slot) => slot > disk.trimmedThroughSlot);
    const slot = held[choice % Math.max(1, held.length)];
    if (slot === undefined || this.isDamaged || this.cluster.voters.length < 3) return;
    this.isDamaged = true;
    this.cluster.crash(id);
    disk.unknownSlots.add(slot);
  }

  private restart(id: string): void {
    this.cluster.restart(id);
    this.promised.set(id, this.cluster.node(id).disk.promised);
    this.cluster.tickOne(id);
  }
}
