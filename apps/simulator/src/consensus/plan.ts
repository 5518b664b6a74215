import { DEFAULT_REPLICA_OPTIONS } from '@synod/consensus';
import type { ReplicaOptions } from '@synod/consensus';
import { PERFECT_DISK, PERFECT_LINK, SeededRandom } from '@synod/testkit';
import type { ClockSkew, DiskFaults, LinkFaults } from '@synod/testkit';
import type { BasePlan, Injection } from '../world.js';
import { INJECTED_KINDS, LEADER_KINDS, NEEDS_PEERS, SELDOM_POSSIBLE } from './faults/kinds.js';
import type { InjectedKind } from './faults/kinds.js';

/** Rises when a seed no longer means the same run. Plans kept in files don't mind. */
export const PLAN_VERSION = 3;

/** How a node keeps its image, cuts its log and carries snapshots. */
export interface ImagePlan {
  /** Time between two images; undefined for no image at all, and so no trim. */
  readonly intervalMs: number | undefined;
  readonly maxFlushMs: number;
  /** Slots that stay in the log below the image; undefined for no trim. */
  readonly trimKeepSlots: number | undefined;
  /** The host sometimes asks to trim more than its image covers: the core must clamp that. */
  readonly asksTooMuch: boolean;
  readonly chunkBytes: number;
}

export interface NodePlan {
  readonly priority: number;
  readonly clock: ClockSkew;
}

/** All that one seed decides before the run begins. */
export interface RunPlan extends BasePlan {
  readonly size: number;
  readonly learners: number;
  readonly nodes: readonly NodePlan[];
  readonly options: ReplicaOptions;
  readonly link: LinkFaults;
  readonly disk: DiskFaults;
  readonly image: ImagePlan;
  readonly tickMs: number;
  /** Share of crashes and cuts that peers notice as a broken connection. */
  readonly noticedRate: number;
  readonly meanThinkMs: number;
  readonly maxBurst: number;
  readonly readRate: number;
  /** Share of time-outs after which a client gives up: nobody will ever know what became of the command. */
  readonly giveUpRate: number;
  readonly keys: number;
  readonly paddingBytes: number;
}

export function planRun(seed: number): RunPlan {
  const random = new SeededRandom(seed);
  const size = random.pick([1, 3, 3, 3, 3, 5, 5]);
  const learners = random.chance(0.3) ? random.integer(1, 2) : 0;
  const calm = random.chance(0.1);
  const options = planOptions(random);
  const faultPhaseMs = random.integer(7_000, 11_500);
  return {
    world: 'consensus',
    version: PLAN_VERSION,
    seed,
    size,
    learners,
    nodes: Array.from({ length: size + learners }, () => planNode(random, options, calm)),
    options,
    link: calm ? PERFECT_LINK : planLink(random),
    disk: { ...PERFECT_DISK, maxFlushMs: random.pick([0.6, 3, 12]) },
    image: planImage(random),
    tickMs: random.pick([5, 10, 20]),
    faultPhaseMs,
    injections: planInjections(random, size, faultPhaseMs, calm),
    noticedRate: random.pick([0, 0.5, 1]),
    ...planLoad(random),
  };
}

/** As busy as can be in a few runs; the others leave the machine time for more runs. */
function planLoad(random: SeededRandom) {
  const clients = random.integer(3, 12);
  const maxBurst = random.pick([1, 8, 16, 30]);
  const commandsPerSecond = random.chance(0.05) ? 2_000 : 600;
  const leastThinkMs = ((clients * (1 + maxBurst)) / 2 / commandsPerSecond) * 1_000;
  return {
    clients,
    maxBurst,
    meanThinkMs: Math.max(leastThinkMs, random.pick([5, 20])),
    readRate: random.pick([0.05, 0.2, 0.4]),
    giveUpRate: random.pick([0, 0.1, 0.5]),
    keys: random.integer(1, 6),
    paddingBytes: random.pick([0, 20, 150]),
  };
}

function planNode(random: SeededRandom, { maxClockSkewMs }: ReplicaOptions, calm: boolean): NodePlan {
  // Wall clocks differ by less than the bound, until a fault sets one wrong. Rates are off far more than any crystal's.
  const offsetMs = Math.min(2_000, Math.floor(maxClockSkewMs / 4));
  return {
    priority: random.chance(0.5) ? 0 : random.integer(0, 2),
    clock: {
      rate: calm ? 1 : random.between(0.85, 1.15),
      wallOffsetMs: random.integer(-offsetMs, offsetMs),
    },
  };
}

/** Swarm: each kind of noise is on in some runs and off in others, for one can hide what another would show. */
function planLink(random: SeededRandom): LinkFaults {
  return {
    dropRate: random.pick([0, 0, 0.005, 0.03, 0.1]),
    duplicateRate: random.pick([0, 0.01, 0.1]),
    reorderRate: random.pick([0, 0.02, 0.3]),
    replayRate: random.pick([0, 0.002, 0.02]),
    minDelayMs: 0.1,
    maxDelayMs: random.pick([1, 5, 20]),
  };
}

function planImage(random: SeededRandom): ImagePlan {
  return {
    intervalMs: random.pick([undefined, 60, 150, 150, 400, 1_500]),
    maxFlushMs: random.pick([2, 20, 100, 400]),
    trimKeepSlots: random.pick([undefined, 0, 0, 5, 50]),
    asksTooMuch: random.chance(0.3),
    chunkBytes: random.pick([60, 200, 1_000, 100_000]),
  };
}

/** Each run has some kinds and not others. Whatever it draws, leaders are lost: there a run shows what recovery is worth. */
function planInjections(random: SeededRandom, size: number, faultPhaseMs: number, calm: boolean): Injection[] {
  const possible = INJECTED_KINDS.filter((kind) => size > 1 || !NEEDS_PEERS.has(kind));
  const kinds: readonly InjectedKind[] = calm
    ? ['crashLeader']
    : random.shuffle(possible).slice(0, random.integer(3, Math.ceil(possible.length * 0.7)));
  const weighted = [...kinds, ...kinds.filter((kind) => SELDOM_POSSIBLE.has(kind))];
  const meanIntervalMs = random.integer(600, 1_600);
  const meanDurationMs = random.integer(250, 1_000);
  const injections: Injection[] = [];
  const add = (atMs: number, kind: InjectedKind): void => {
    const durationMs = Math.round(random.between(0.2, 1.8) * meanDurationMs);
    injections.push({ atMs: Math.round(atMs), kind, durationMs, salt: random.nextUint32() });
  };
  for (let atMs = 300; atMs < faultPhaseMs - 300; atMs += random.between(0.2, 1.8) * meanIntervalMs) {
    add(atMs, random.pick(weighted));
  }
  add(random.between(0.2, 0.7) * faultPhaseMs, size > 1 ? 'lossyLeaderCrash' : 'crashLeader');
  const leaderKinds = LEADER_KINDS.filter((kind) => size > 1 || !NEEDS_PEERS.has(kind));
  for (let count = 0; count < 2; count += 1) {
    add(random.between(0.1, 0.95) * faultPhaseMs, calm ? 'crashLeader' : random.pick(leaderKinds));
  }
  return injections.sort((left, right) => left.atMs - right.atMs || left.salt - right.salt);
}

/** Tight limits are where the edges are: small windows, no cache, promises of many chunks. */
function planOptions(random: SeededRandom): ReplicaOptions {
  const maxEntryBytes = random.pick([300, 300, 2_000, DEFAULT_REPLICA_OPTIONS.maxEntryBytes]);
  return {
    ...DEFAULT_REPLICA_OPTIONS,
    electionRoundMs: random.pick([50, 100, 150]),
    resendAfterMs: random.pick([60, 200]),
    maxOpenSlots: random.pick([1, 4, 16, 64, 256]),
    maxFlushesInFlight: random.pick([1, 2, 8]),
    maxEntryBytes,
    maxEntryCommands: random.pick([1, 5, DEFAULT_REPLICA_OPTIONS.maxEntryCommands]),
    maxOpenBytes: Math.max(maxEntryBytes, random.pick([600, DEFAULT_REPLICA_OPTIONS.maxOpenBytes])),
    maxQueuedProposals: random.pick([10, DEFAULT_REPLICA_OPTIONS.maxQueuedProposals]),
    maxQueuedReads: random.pick([5, DEFAULT_REPLICA_OPTIONS.maxQueuedReads]),
    maxCachedBytes: random.pick([0, 3_000, DEFAULT_REPLICA_OPTIONS.maxCachedBytes]),
    maxTransferBytes: Math.max(maxEntryBytes, random.pick([300, 300, 2_000, DEFAULT_REPLICA_OPTIONS.maxTransferBytes])),
    maxClockSkewMs: random.pick([200, 500, 500, 1_000_000]),
    transferTimeoutMs: random.pick([20, 200, 1_000]),
  };
}
