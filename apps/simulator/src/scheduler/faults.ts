import { SeededRandom } from '@synod/testkit';
import type { VirtualClock } from '@synod/testkit';
import type { Counts } from '../events.js';
import type { Injection } from '../world.js';
import type { SimulatedCoordinator } from './coordinator.js';
import type { Links } from './links.js';
import type { SchedulerFault } from './kinds.js';
import type { SchedulerPlan } from './plan.js';
import type { WorkerMachine } from './worker-machine.js';

export interface SchedulerFaultModules {
  readonly plan: SchedulerPlan;
  readonly time: VirtualClock;
  readonly coordinators: readonly SimulatedCoordinator[];
  readonly workers: readonly WorkerMachine[];
  readonly links: Links<unknown>;
  readonly struck: Counts;
  readonly crash: (node: SimulatedCoordinator) => void;
}

/** After a guard died, its agent needs so long to end what it left: until then nothing else befalls that machine. */
const ORPHAN_CARE_MS = 1_500;

/** A leader that goes on hears nothing of its peers for so long. */
const IGNORANT_MS = 400;

type Repair = () => void;

/** Lets the injections of the plan strike. Each draws from its own salt, so that leaving one out changes no other. */
export class SchedulerFaults {
  private readonly repairs = new Set<Repair>();
  private readonly busy = new Map<string, number>();
  private healed = false;

  constructor(private readonly modules: SchedulerFaultModules) {}

  start(): void {
    for (const injection of this.modules.plan.injections) {
      this.modules.time.after(injection.atMs, () => this.strike(injection));
    }
  }

  /** All that is broken is repaired now, and nothing breaks any more. */
  heal(): void {
    this.healed = true;
    for (const repair of [...this.repairs]) repair();
  }

  private strike({ kind, durationMs, salt }: Injection): void {
    if (this.healed) return;
    const random = new SeededRandom(salt);
    const repair = this.begin(kind as SchedulerFault, random);
    if (repair === undefined) return;
    this.modules.struck.add(kind);
    const once = (): void => {
      if (this.repairs.delete(once)) repair();
    };
    this.repairs.add(once);
    this.modules.time.after(durationMs, once);
  }

  /** Breaks something; gives what repairs it, or undefined when there is nothing to break. */
  private begin(kind: SchedulerFault, random: SeededRandom): Repair | undefined {
    const { coordinators } = this.modules;
    const leader = coordinators.find(({ serving }) => serving);
    const some = random.pick(coordinators);
    switch (kind) {
      case 'coordinatorCrash':
        return this.crash([some]);
      case 'leaderCrash':
        return this.crash(leader === undefined ? [] : [leader]);
      case 'allCoordinatorsCrash':
        return this.crash(coordinators);
      case 'coordinatorStopped':
        return stopped(some);
      case 'leaderStopped':
        return leader && this.leaderStopped(leader, random.chance(0.5));
      case 'leaderIsolated':
        return leader && this.isolateNode(leader, random.chance(0.5));
      case 'coordinatorIsolated':
        return this.isolateNode(some, random.chance(0.5));
      case 'oneWayLink':
      case 'cloggedLink': {
        const other = random.pick(coordinators.filter((it) => it !== some));
        return this.cut([[some.nodeId, other.nodeId]], kind === 'cloggedLink');
      }
      case 'coordinatorsUnreachable':
        return this.cut(both(nodeNames(coordinators), [...this.workerNames(), 'clients']), false);
      case 'slowDisk':
      case 'hungDisk':
      case 'failedFlush':
      case 'fullDisk':
      case 'damagedImage':
      case 'wallClockJump':
        return this.ail(kind, random.chance(0.5) ? (leader ?? some) : some, random);
      default:
        return this.strikeWorker(kind, random);
    }
  }

  private ail(kind: SchedulerFault, node: SimulatedCoordinator, random: SeededRandom): Repair | undefined {
    const { disk, clock } = node;
    const { maxFlushMs } = this.modules.plan;
    switch (kind) {
      case 'slowDisk':
        disk.maxFlushMs = random.integer(30, 200);
        return () => (disk.maxFlushMs = maxFlushMs);
      case 'hungDisk':
        disk.hang();
        return () => disk.resume();
      case 'fullDisk':
        disk.level = random.pick(['low', 'full'] as const);
        return () => (disk.level = 'ok');
      case 'damagedImage':
        if (!node.alive || !disk.damageImage()) return undefined;
        this.modules.crash(node);
        return () => node.start();
      case 'wallClockJump':
        clock.jumpWall(random.integer(-20_000, 20_000));
        return () => undefined;
      default:
        if (!node.alive) return undefined;
        disk.failOnce();
        return () => node.start();
    }
  }

  private strikeWorker(kind: SchedulerFault, random: SeededRandom): Repair | undefined {
    const { coordinators } = this.modules;
    const worker = this.pickWorker(random);
    if (worker === undefined) return undefined;
    const name = worker.workerId;
    const nodes = nodeNames(coordinators);
    switch (kind) {
      case 'agentCrash':
      case 'agentLostForGood':
        return this.agentCrash(worker);
      case 'agentStopped':
        return this.agentStopped(worker);
      case 'agentIsolated':
        return this.cut(both([name], nodes), random.chance(0.3));
      case 'agentOneWay':
        return this.cut(random.chance(0.5) ? pairs([name], nodes) : pairs(nodes, [name]), false);
      case 'agentLosesCoordinator':
        return this.cut(both([name], [random.pick(nodes)]), false);
      case 'guardCrash':
        return this.guardCrash(worker);
      case 'guardStopped':
        return this.guardStopped(worker);
      case 'machineCrash':
        return this.machineCrash(worker);
      default:
        return this.machineStopped(worker);
    }
  }

  /** One that isn't in the middle of another fault of its own: a guard that dies with its agent leaves what nobody can end. */
  private pickWorker(random: SeededRandom): WorkerMachine | undefined {
    const now = this.modules.time.nowMs;
    const fit = this.modules.workers.filter(({ workerId }) => (this.busy.get(workerId) ?? 0) <= now);
    return fit.length === 0 ? undefined : random.pick(fit);
  }

  /** The machine is busy with a fault of its own, and for a while after its repair. */
  private own(worker: WorkerMachine, repair: Repair, careMs = ORPHAN_CARE_MS): Repair {
    this.busy.set(worker.workerId, Number.POSITIVE_INFINITY);
    return () => {
      repair();
      this.busy.set(worker.workerId, this.modules.time.nowMs + careMs);
    };
  }

  private agentCrash(worker: WorkerMachine): Repair | undefined {
    if (worker.agent === undefined) return undefined;
    worker.crashAgent();
    return this.own(worker, () => worker.startAgent());
  }

  private agentStopped(worker: WorkerMachine): Repair | undefined {
    const { agent } = worker;
    if (agent === undefined) return undefined;
    agent.stop();
    return this.own(worker, () => agent.resume());
  }

  private guardCrash(worker: WorkerMachine): Repair | undefined {
    const { guard, agent } = worker;
    if (worker.guardProcess === undefined || agent === undefined) return undefined;
    guard?.die();
    return this.own(worker, () => undefined);
  }

  private guardStopped(worker: WorkerMachine): Repair | undefined {
    const { guardProcess } = worker;
    if (guardProcess === undefined) return undefined;
    guardProcess.stop();
    worker.guardResumedAtMs = Number.POSITIVE_INFINITY;
    return this.own(worker, () => {
      worker.guardResumedAtMs = this.modules.time.nowMs;
      guardProcess.resume();
    });
  }

  private machineCrash(worker: WorkerMachine): Repair | undefined {
    worker.powerOff();
    return this.own(worker, () => worker.startAgent());
  }

  private machineStopped(worker: WorkerMachine): Repair | undefined {
    const { agent, guardProcess, table } = worker;
    if (agent === undefined || guardProcess === undefined) return undefined;
    agent.stop();
    guardProcess.stop();
    table.freeze();
    worker.guardResumedAtMs = Number.POSITIVE_INFINITY;
    return this.own(worker, () => {
      worker.guardResumedAtMs = this.modules.time.nowMs;
      guardProcess.resume();
      agent.resume();
      table.thaw();
    });
  }

  private crash(nodes: readonly SimulatedCoordinator[]): Repair | undefined {
    const victims = nodes.filter(({ alive }) => alive);
    if (victims.length === 0) return undefined;
    for (const victim of victims) this.modules.crash(victim);
    return () => {
      for (const victim of victims) victim.start();
    };
  }

  /**
   * Deposed meanwhile, it goes on with heartbeats in its sockets that were sent under its successor. Unheard by its peers for a
   * while longer, it doesn't learn of that at once: whatever it then says, it must not vouch for (P8).
   */
  private leaderStopped(leader: SimulatedCoordinator, alsoCut: boolean): Repair | undefined {
    const resume = stopped(leader);
    if (resume === undefined || !alsoCut) return resume;
    const mend = this.isolateNode(leader, false);
    return () => {
      resume();
      this.modules.time.after(IGNORANT_MS, mend);
    };
  }

  /** From the other coordinators, and from agents and clients too if `wholly`. */
  private isolateNode({ nodeId }: SimulatedCoordinator, wholly: boolean): Repair {
    const others = nodeNames(this.modules.coordinators).filter((name) => name !== nodeId);
    return this.cut(both([nodeId], wholly ? [...others, ...this.workerNames(), 'clients'] : others), false);
  }

  private workerNames(): string[] {
    return this.modules.workers.map(({ workerId }) => workerId);
  }

  private cut(links: readonly (readonly [string, string])[], clog: boolean): Repair {
    const mend = links.map(([from, to]) => this.modules.links.cut(from, to, clog));
    return () => {
      for (const one of mend) one();
    };
  }
}

function stopped(node: SimulatedCoordinator | undefined): Repair | undefined {
  const process = node?.process;
  if (process === undefined || !process.running) return undefined;
  process.stop();
  return () => process.resume();
}

function nodeNames(nodes: readonly SimulatedCoordinator[]): string[] {
  return nodes.map(({ nodeId }) => nodeId);
}

function pairs(from: readonly string[], to: readonly string[]): (readonly [string, string])[] {
  return from.flatMap((one) => to.map((other) => [one, other] as const));
}

function both(one: readonly string[], other: readonly string[]): (readonly [string, string])[] {
  return [...pairs(one, other), ...pairs(other, one)];
}
