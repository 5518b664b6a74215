import type { BasePlan, Injection } from '../world.js';
import { SeededRandom } from '@synod/testkit';
import type { LinkFaults } from '@synod/testkit';
import { SCHEDULER_FAULTS } from './kinds.js';
import type { SchedulerFault } from './kinds.js';
import type { StreamDelays } from './links.js';

export interface MachineClockPlan {
  readonly rate: number;
  readonly wallOffsetMs: number;
}

export interface WorkerPlan {
  readonly capacity: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly clock: MachineClockPlan;
}

/** Every agent is stopped in order and started again, one after the other. */
export interface RollingRestartPlan {
  readonly onStop: 'drain' | 'keep';
  readonly fromMs: number;
  /** Between one agent's SIGTERM and that of the next: several may be on their way at the same time. */
  readonly everyMs: number;
  /** Time that what runs has to end by itself; longer than it takes, nothing is moved. */
  readonly stopTimeoutMs: number;
  /** From an agent's end to the start of the next one in its place. */
  readonly downMs: number;
}

/** All that one seed decides before a run of the scheduler. */
export interface SchedulerPlan extends BasePlan {
  readonly coordinators: readonly MachineClockPlan[];
  readonly workers: readonly WorkerPlan[];
  readonly link: LinkFaults;
  readonly stream: StreamDelays;
  readonly maxFlushMs: number;
  /** Slots of the log that are kept below the image. */
  readonly keptSlots: number;
  readonly orphanGraceMs: number;
  /** Share of crashes that peers notice as a broken connection at once. */
  readonly noticedRate: number;
  readonly jobs: number;
  readonly meanThinkMs: number;
  /** The longest that the work of most jobs takes. */
  readonly maxWorkMs: number;
  readonly cancelRate: number;
  /** What is set of queues, beside one of which nothing is. */
  readonly queues: Readonly<Record<string, PlannedQueue>>;
  /** What operators do, and how often on average. */
  readonly operations: readonly Operation[];
  readonly meanOperationMs: number;
  /** Events that a coordinator keeps. */
  readonly keptEvents: number;
  /** In the world of that name. */
  readonly rollingRestart?: RollingRestartPlan;
}

/** Whole, as the log has it; 0: no limit. */
export interface PlannedQueue {
  readonly maxRunning: number;
  readonly maxRunningPerKey: number;
  readonly rate?: { readonly tokens: number; readonly perMs: number; readonly burst: number };
}

export const OPERATIONS = ['changeLimits', 'pauseQueue', 'retryJob', 'changeJob', 'redriveQueue'] as const;

export type Operation = (typeof OPERATIONS)[number];

export const SCHEDULER_WORLD = 'scheduler';
const PLAN_VERSION = 2;

/** Drift that the margin of a lease covers: 700 ms of at most 6 s, less the time for killing. */
const MAX_DRIFT = 0.02;

export function planScheduler(seed: number): SchedulerPlan {
  const random = new SeededRandom(seed);
  const faultPhaseMs = random.integer(15_000, 22_000);
  const calm = random.chance(0.1);
  const clock = (): MachineClockPlan => ({
    rate: calm ? 1 : random.between(1 - MAX_DRIFT, 1 + MAX_DRIFT),
    wallOffsetMs: random.integer(-5_000, 5_000),
  });
  const maxDelayMs = random.pick([1, 3, 10]);
  const size = random.pick([3, 3, 3, 3, 3, 5]);
  const kinds = random.shuffle(SCHEDULER_FAULTS).slice(0, random.integer(10, 18));
  const workers = random.integer(5, 7);
  return {
    world: SCHEDULER_WORLD,
    version: PLAN_VERSION,
    seed,
    clients: random.integer(6, 9),
    faultPhaseMs,
    injections: calm ? [] : injections(random, kinds, faultPhaseMs),
    coordinators: Array.from({ length: size }, clock),
    workers: Array.from({ length: workers }, (_, index) => ({
      capacity: random.integer(6, 12),
      labels: { zone: index % 2 === 0 ? 'a' : 'b' },
      clock: clock(),
    })),
    link: {
      dropRate: calm ? 0 : random.pick([0, 0.005, 0.03]),
      duplicateRate: calm ? 0 : random.pick([0, 0.01, 0.05]),
      reorderRate: calm ? 0 : random.pick([0, 0.02, 0.2]),
      replayRate: calm ? 0 : random.pick([0, 0.002]),
      minDelayMs: 0.1,
      maxDelayMs,
    },
    stream: { minDelayMs: 0.1, maxDelayMs, lossRate: calm ? 0 : random.pick([0, 0.005, 0.03]) },
    maxFlushMs: random.pick([0.8, 2, 6]),
    keptSlots: random.pick([0, 10, 60, 1_000_000]),
    orphanGraceMs: random.integer(800, 2_000),
    noticedRate: random.pick([0, 0.5, 1]),
    jobs: random.integer(340, 420),
    meanThinkMs: faultPhaseMs / 260,
    maxWorkMs: random.pick([200, 600, 1_200]),
    cancelRate: random.pick([0.02, 0.08]),
    queues: planQueues(random),
    operations: random.shuffle(OPERATIONS).slice(0, random.integer(0, OPERATIONS.length)),
    meanOperationMs: random.pick([400, 1_200]),
    keptEvents: random.pick([300, 200_000]),
  };
}

/** Narrow enough to be felt, wide enough for a run to end. */
export function planQueues(random: SeededRandom): Record<string, PlannedQueue> {
  const tokens = random.integer(4, 12);
  return {
    narrow: { maxRunning: random.integer(3, 8), maxRunningPerKey: 0 },
    keyed: { maxRunning: random.pick([0, 0, 9]), maxRunningPerKey: random.integer(1, 2) },
    slow: {
      maxRunning: random.pick([0, 0, 6]),
      maxRunningPerKey: random.pick([0, 2]),
      rate: { tokens, perMs: random.pick([700, 1_000]), burst: random.integer(1, 6) },
    },
  };
}

/**
 * In this part of a run, of the time of faults, nothing befalls coordinators: a new leader counts every worker as heard, so without
 * such a calm nobody would be declared lost.
 */
const CALM = [0.38, 0.78] as const;

function befallsWorkers(kind: SchedulerFault): boolean {
  return /^(agent|guard|machine)/.test(kind);
}

/** Longer than leases, shorter and longer than a guard waits for its agent. */
const WORKER_FAULTS: readonly (readonly [SchedulerFault, minMs: number, maxMs: number])[] = [
  ['agentIsolated', 4_000, 9_000],
  ['agentCrash', 200, 700],
  ['agentLostForGood', 2_500, 5_000],
  ['guardStopped', 4_000, 9_000],
  ['machineStopped', 4_000, 9_000],
];

/** The leader falls three times at the least: there a run shows what its successors are worth. */
function injections(random: SeededRandom, kinds: readonly SchedulerFault[], faultPhaseMs: number): Injection[] {
  const all: Injection[] = [];
  const add = (kind: SchedulerFault, atMs: number, durationMs: number): void => {
    all.push({ kind, atMs: Math.round(atMs), durationMs: Math.round(durationMs), salt: random.nextUint32() });
  };
  for (const part of [0.1, 0.2, 0.28, 0.85]) {
    const kind = random.pick(['leaderCrash', 'leaderStopped', 'leaderIsolated'] as const);
    add(kind, (part + random.between(-0.04, 0.04)) * faultPhaseMs, random.integer(700, 2_000));
  }
  // And what leases, guards and their grace are for happens in every run.
  for (const part of [0.2, 0.42]) {
    const [kind, minMs, maxMs] = random.pick(WORKER_FAULTS);
    add(kind, (part + random.between(-0.04, 0.04)) * faultPhaseMs, random.integer(minMs, maxMs));
  }
  const meanIntervalMs = random.integer(300, 1_100);
  for (let atMs = 1_000; ;) {
    atMs += random.between(0.2, 1.8) * meanIntervalMs;
    if (atMs > faultPhaseMs - 500) break;
    const kind = random.pick(kinds);
    const durationMs = random.between(0.2, 1.8) * meanDurationMs(kind);
    const [fromMs, untilMs] = CALM.map((part) => part * faultPhaseMs) as [number, number];
    const isCalm = atMs > fromMs - durationMs && atMs < untilMs;
    if (!isCalm || befallsWorkers(kind)) add(kind, atMs, durationMs);
  }
  return all.sort((left, right) => left.atMs - right.atMs);
}

/** Long enough to matter: leases last 2 to 5 seconds, a guard waits for its agent up to 2. */
function meanDurationMs(kind: SchedulerFault): number {
  switch (kind) {
    case 'agentIsolated':
    case 'agentStopped':
    case 'agentLostForGood':
    case 'machineCrash':
    case 'machineStopped':
    case 'agentOneWay':
      return 4_500;
    case 'coordinatorsUnreachable':
    case 'guardStopped':
    case 'agentLosesCoordinator':
      return 2_500;
    default:
      return 1_200;
  }
}
