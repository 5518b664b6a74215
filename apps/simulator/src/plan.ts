import { DEFAULT_REPLICA_OPTIONS } from '@synod/consensus';
import type { ReplicaOptions } from '@synod/consensus';
import { SeededRandom } from '@synod/testkit';
import type { ClockSkew, DiskFaults, LinkFaults } from '@synod/testkit';

/** What may go wrong in a run, each of them for a while. */
export const FAULT_KINDS = [
  'crash',
  'crashLeader',
  'lossyLeaderCrash',
  'crashAll',
  'isolate',
  'isolateLeader',
  'split',
  'oneWay',
  'hub',
  'chain',
  'clog',
  'pause',
  'slowDisk',
  'hungDisk',
  'failedFlush',
  'unhealthy',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/** All that one seed decides before the run begins. */
export interface RunPlan {
  readonly seed: number;
  readonly size: number;
  readonly priorities: readonly number[];
  readonly options: ReplicaOptions;
  readonly link: LinkFaults;
  readonly disk: DiskFaults;
  readonly clocks: readonly ClockSkew[];
  readonly tickMs: number;
  readonly faultPhaseMs: number;
  readonly faults: readonly FaultKind[];
  readonly meanFaultIntervalMs: number;
  readonly meanFaultDurationMs: number;
  /** Share of crashes and cuts that peers notice as a broken connection. */
  readonly noticedRate: number;
  readonly clients: number;
  readonly meanThinkMs: number;
  readonly maxBurst: number;
  readonly readRate: number;
  readonly paddingBytes: number;
}

export function planRun(seed: number): RunPlan {
  const random = new SeededRandom(seed);
  const size = random.pick([1, 3, 3, 3, 5]);
  const calm = random.chance(0.15);
  const faults = calm
    ? (['crashLeader'] as const)
    : random.shuffle(FAULT_KINDS).slice(0, random.integer(3, FAULT_KINDS.length));
  const maxDelayMs = random.pick([1, 5, 20]);
  const clients = random.integer(2, 12);
  const maxBurst = random.pick([1, 1, 4, 20]);
  // A few runs are as busy as their clients can make them; the others leave the machine time for more runs.
  const commandsPerSecond = random.chance(0.1) ? Infinity : 250;
  const leastThinkMs = ((clients * (1 + maxBurst)) / 2 / commandsPerSecond) * 1_000;
  return {
    seed,
    size,
    priorities: Array.from({ length: size }, () => (random.chance(0.5) ? 0 : random.integer(0, 2))),
    options: planOptions(random),
    link: {
      dropRate: calm ? 0 : random.pick([0, 0.005, 0.03, 0.1]),
      duplicateRate: calm ? 0 : random.pick([0, 0.01, 0.1]),
      reorderRate: calm ? 0 : random.pick([0, 0.02, 0.3]),
      replayRate: calm ? 0 : random.pick([0, 0.002, 0.02]),
      minDelayMs: 0.1,
      maxDelayMs,
    },
    disk: { minFlushMs: 0.2, maxFlushMs: random.pick([0.6, 3, 20]), failRate: 0 },
    clocks: Array.from({ length: size }, () => ({
      rate: calm ? 1 : random.between(0.85, 1.15),
      wallOffsetMs: random.integer(-2_000, 2_000),
    })),
    tickMs: random.pick([5, 10, 20]),
    faultPhaseMs: random.integer(8_000, 16_000),
    faults,
    meanFaultIntervalMs: random.integer(300, 2_000),
    meanFaultDurationMs: random.integer(300, 1_500),
    noticedRate: random.pick([0, 0.5, 1]),
    clients,
    meanThinkMs: Math.max(leastThinkMs, random.pick([5, 20, 60])),
    maxBurst,
    readRate: random.pick([0.05, 0.2, 0.5]),
    paddingBytes: random.pick([0, 40, 200]),
  };
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
  };
}
