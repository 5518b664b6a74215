import type { NodeId } from '@synod/consensus';
import type { SeededRandom, SimulatedNetwork, VirtualClock } from '@synod/testkit';
import type { SimulatedHost } from './host.js';
import type { FaultKind, RunPlan } from './plan.js';

export interface FaultModules<M> {
  readonly plan: RunPlan;
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  readonly hosts: readonly SimulatedHost[];
  readonly network: SimulatedNetwork<M>;
  /** Sends a node many commands at once, so that much is open when it crashes. */
  readonly surge: (nodeId: NodeId) => void;
}

/** Starts one kind of fault after the other, each for a while, as the plan says; several may overlap. */
export class Faults<M> {
  readonly counts: Partial<Record<FaultKind, number>> = {};
  private readonly repairs = new Set<() => void>();
  private stopped = false;

  constructor(private readonly modules: FaultModules<M>) {}

  /** Whatever the plan draws, the leader crashes once amid losses: there a run shows what recovery is worth. */
  start(): void {
    const { clock, random, plan } = this.modules;
    clock.after(random.between(0.2, 0.7) * plan.faultPhaseMs, () => this.crashOnce());
    this.scheduleNext();
  }

  /** No more faults; all that is broken is repaired now. */
  heal(): void {
    this.stopped = true;
    for (const repair of [...this.repairs]) repair();
  }

  private crashOnce(): void {
    if (this.stopped || this.inject('lossyLeaderCrash')) return;
    this.modules.clock.after(50, () => this.crashOnce());
  }

  private scheduleNext(): void {
    const { clock, random, plan } = this.modules;
    clock.after(random.between(0.2, 1.8) * plan.meanFaultIntervalMs, () => {
      if (this.stopped) return;
      this.inject(random.pick(plan.faults));
      this.scheduleNext();
    });
  }

  private inject(kind: FaultKind): boolean {
    const repair = this.begin(kind);
    if (repair === undefined) return false;
    this.counts[kind] = (this.counts[kind] ?? 0) + 1;
    const once = (): void => {
      if (this.repairs.delete(once)) repair();
    };
    this.repairs.add(once);
    const { clock, random, plan } = this.modules;
    clock.after(random.between(0.2, 1.8) * plan.meanFaultDurationMs, once);
    return true;
  }

  /** Breaks something; gives what repairs it, or undefined when there is nothing to break. */
  private begin(kind: FaultKind): (() => void) | undefined {
    const { random, hosts, plan } = this.modules;
    const leader = hosts.find(({ leads }) => leads);
    const host = leader !== undefined && random.chance(0.3) ? leader : random.pick(hosts);
    const others = hosts.filter((other) => other !== host);
    switch (kind) {
      case 'crash':
        return this.crash([host]);
      case 'crashLeader':
        return this.crash(hosts.filter(({ leads }) => leads));
      case 'lossyLeaderCrash':
        return this.lossyCrash(leader ?? host);
      case 'crashAll':
        return this.crash(hosts.filter(({ alive }) => alive));
      case 'isolate':
        return this.cutBothWays(pairs([host], others));
      case 'isolateLeader': {
        const leaders = hosts.filter(({ leads }) => leads);
        return this.cutBothWays(
          pairs(
            leaders,
            hosts.filter((other) => !leaders.includes(other)),
          ),
        );
      }
      case 'split': {
        const left = random.shuffle(hosts).slice(0, Math.ceil(plan.size / 2));
        return this.cutBothWays(
          pairs(
            left,
            hosts.filter((other) => !left.includes(other)),
          ),
        );
      }
      case 'oneWay':
        return this.cut(random.chance(0.5) ? pairs([host], others) : pairs([host], others.slice(0, 1)));
      case 'hub':
        return this.cutBothWays(pairs(others, others));
      case 'chain': {
        const order = random.shuffle(hosts);
        const far = pairs(order, order).filter(
          ([left, right]) => Math.abs(order.indexOf(left) - order.indexOf(right)) > 1,
        );
        return this.cut(far);
      }
      case 'clog':
        return this.clog(pairs([host], others));
      case 'pause':
      case 'slowDisk':
      case 'hungDisk':
      case 'failedFlush':
      case 'unhealthy':
        return this.ail(kind, leader !== undefined && random.chance(0.7) ? leader : host);
    }
  }

  /** Faults of one live machine. */
  private ail(
    kind: 'pause' | 'slowDisk' | 'hungDisk' | 'failedFlush' | 'unhealthy',
    host: SimulatedHost,
  ): (() => void) | undefined {
    switch (kind) {
      case 'pause':
        return this.on(
          host,
          () => host.pause(),
          () => host.resume(),
        );
      case 'slowDisk':
        return this.slowDisk(host);
      case 'hungDisk':
        return this.on(
          host,
          () => host.disk.hang(),
          () => host.disk.resume(),
        );
      case 'failedFlush':
        return this.on(
          host,
          () => host.disk.failNext(),
          () => this.reboot(host),
        );
      case 'unhealthy':
        return this.on(
          host,
          () => (host.healthy = false),
          () => (host.healthy = true),
        );
    }
  }

  private on(host: SimulatedHost, begin: () => void, end: () => void): (() => void) | undefined {
    if (!host.alive) return undefined;
    begin();
    return end;
  }

  private crash(hosts: readonly SimulatedHost[]): (() => void) | undefined {
    const victims = hosts.filter(({ alive }) => alive);
    if (victims.length === 0) return undefined;
    for (const victim of victims) victim.crash();
    for (const victim of victims) this.notice(victim, this.modules.hosts);
    return () => {
      for (const victim of victims) victim.start();
    };
  }

  /** The leader's messages get lost more and more, then it crashes: some accepts reach few, some nobody. */
  private lossyCrash(victim: SimulatedHost): (() => void) | undefined {
    const { clock, random, hosts, network, plan } = this.modules;
    if (!victim.alive) return undefined;
    const others = hosts.filter((other) => other !== victim);
    for (const other of others) network.setLinkFaults(victim.nodeId, other.nodeId, { ...plan.link, dropRate: 0.6 });
    this.modules.surge(victim.nodeId);
    let restart: (() => void) | undefined;
    let repaired = false;
    const restore = (): void => {
      for (const other of others) network.setLinkFaults(victim.nodeId, other.nodeId, plan.link);
    };
    clock.after(random.between(10, 120), () => {
      if (repaired) return;
      restore();
      restart = this.crash([victim]);
    });
    return () => {
      repaired = true;
      restore();
      restart ??= this.crash([victim]);
      restart?.();
    };
  }

  private reboot(host: SimulatedHost): void {
    host.crash();
    host.start();
  }

  private slowDisk(host: SimulatedHost): () => void {
    const { plan, random } = this.modules;
    host.disk.setFaults({ minFlushMs: 5, maxFlushMs: random.integer(20, 150), failRate: 0 });
    return () => host.disk.setFaults(plan.disk);
  }

  private cutBothWays(links: readonly Link[]): (() => void) | undefined {
    return this.cut([...links, ...links.map(([from, to]): Link => [to, from])]);
  }

  private cut(links: readonly Link[]): (() => void) | undefined {
    const { network } = this.modules;
    if (links.length === 0) return undefined;
    for (const [from, to] of links) {
      network.cut(from.nodeId, to.nodeId);
      this.notice(from, [to]);
    }
    return () => {
      for (const [from, to] of links) network.mend(from.nodeId, to.nodeId);
    };
  }

  private clog(links: readonly Link[]): (() => void) | undefined {
    const { network } = this.modules;
    if (links.length === 0) return undefined;
    for (const [from, to] of links) network.clog(from.nodeId, to.nodeId);
    return () => {
      for (const [from, to] of links) network.mend(from.nodeId, to.nodeId);
    };
  }

  /** Some of those that lost a connection notice it after a moment. */
  private notice(lost: SimulatedHost, hosts: readonly SimulatedHost[]): void {
    const { clock, random, plan } = this.modules;
    for (const host of hosts) {
      if (host === lost || !random.chance(plan.noticedRate)) continue;
      const peer: NodeId = lost.nodeId;
      clock.after(random.between(0.5, 15), () => host.input({ type: 'peerDisconnected', peer }));
    }
  }
}

type Link = readonly [SimulatedHost, SimulatedHost];

function pairs(left: readonly SimulatedHost[], right: readonly SimulatedHost[]): Link[] {
  return left.flatMap((from) => right.filter((to) => to !== from).map((to): Link => [from, to]));
}
