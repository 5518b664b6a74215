import type { SeededRandom, SimulatedNetwork, VirtualClock } from '@synod/testkit';
import { SeededRandom as Random } from '@synod/testkit';
import type { Counts } from '../../events.js';
import type { Injection } from '../../world.js';
import type { DurabilityChecker } from '../durability.js';
import type { SimulatedHost } from '../host.js';
import type { Packet } from '../packet.js';
import type { RunPlan } from '../plan.js';
import { CLOCK_FAULTS } from './clock-faults.js';
import { DISK_FAULTS } from './disk-faults.js';
import type { InjectedKind } from './kinds.js';
import { NETWORK_FAULTS } from './network-faults.js';
import { PROCESS_FAULTS } from './process-faults.js';
import { REQUESTS } from './requests.js';

export interface FaultModules {
  readonly plan: RunPlan;
  readonly clock: VirtualClock;
  readonly hosts: readonly SimulatedHost[];
  readonly network: SimulatedNetwork<Packet>;
  readonly durability: DurabilityChecker;
  readonly counts: Counts;
  readonly events: Counts;
  /** For what isn't part of one injection, such as who notices a broken connection. */
  readonly random: SeededRandom;
  /** Sends a node many commands at once, so that much is open when it crashes. */
  readonly surge: (host: SimulatedHost) => void;
  /** A disk that lied comes back without what it had acknowledged, as if nothing were wrong: outside of what the protocol promises. */
  readonly liarsReturn: boolean;
}

/** What one injection works with: its own source of randomness, and the node that it is about, if the plan names one. */
export interface FaultContext extends FaultModules {
  readonly named: SimulatedHost | undefined;
  readonly durationMs: number;
  /** Some of those that lost a connection notice it after a moment. */
  notice(lost: SimulatedHost, hosts: readonly SimulatedHost[]): void;
}

/** Breaks something; gives what repairs it, or undefined when there is nothing to break, or the fault budget forbids it. */
export type Begin = (context: FaultContext) => (() => void) | undefined;

const FAULTS: Readonly<Record<InjectedKind, Begin>> = {
  ...PROCESS_FAULTS,
  ...NETWORK_FAULTS,
  ...DISK_FAULTS,
  ...CLOCK_FAULTS,
  ...REQUESTS,
};

const TRY_AGAIN_AFTER_MS = 50;
/** A transfer of a snapshot may be over in a moment. */
const WATCH_CLOSELY: ReadonlySet<string> = new Set(['crashServer']);
const WATCH_EVERY_MS = 3;
const WATCH_FOR_MS = 5_000;

/** Carries the plan's injections out, each for its while; several may overlap. */
export class Faults {
  private readonly repairs = new Set<() => void>();
  private stopped = false;

  constructor(private readonly modules: FaultModules) {}

  start(): void {
    const { clock, plan } = this.modules;
    for (const injection of plan.injections) {
      // What can't strike now, for want of a leader say, may strike a little later.
      const patienceMs = WATCH_CLOSELY.has(injection.kind) ? WATCH_FOR_MS : Math.max(500, injection.durationMs);
      const lastTryMs = injection.atMs + patienceMs;
      clock.after(injection.atMs, () => this.tryToInject(injection, new Random(injection.salt), lastTryMs));
    }
  }

  /** No more faults; all that is broken is repaired now. */
  heal(): void {
    this.stopped = true;
    for (const repair of [...this.repairs]) repair();
  }

  private tryToInject(injection: Injection, random: SeededRandom, lastTryMs: number): void {
    const { clock } = this.modules;
    if (this.stopped || this.inject(injection, random) || clock.nowMs >= lastTryMs) return;
    const waitMs = WATCH_CLOSELY.has(injection.kind) ? WATCH_EVERY_MS : TRY_AGAIN_AFTER_MS;
    clock.after(waitMs, () => this.tryToInject(injection, random, lastTryMs));
  }

  private inject({ kind, durationMs, node }: Injection, random: SeededRandom): boolean {
    const { hosts, counts, clock } = this.modules;
    const named = hosts.find(({ nodeId }) => nodeId === node);
    const notice = (lost: SimulatedHost, others: readonly SimulatedHost[]): void => this.notice(lost, others, random);
    const repair = FAULTS[kind as InjectedKind]({ ...this.modules, random, named, durationMs, notice });
    if (repair === undefined) return false;
    counts.add(kind);
    const once = (): void => {
      if (this.repairs.delete(once)) repair();
    };
    this.repairs.add(once);
    clock.after(durationMs, once);
    return true;
  }

  private notice(lost: SimulatedHost, hosts: readonly SimulatedHost[], random: SeededRandom): void {
    const { clock, plan } = this.modules;
    for (const host of hosts) {
      if (host === lost || !random.chance(plan.noticedRate)) continue;
      clock.after(random.between(0.5, 15), () => host.input({ type: 'peerDisconnected', peer: lost.nodeId }));
    }
  }
}
