import type {
  AttemptOutcome,
  AttemptState,
  BackoffKind,
  ExecutionMode,
  JobState,
  LimitsPolicy,
  NodeRecord,
  PlacementPolicy,
  WaitReason,
  WorkerScheduling,
  WorkerState,
} from '@synod/jobs';
import type {
  WireAttemptState,
  WireBackoff,
  WireDiskState,
  WireExecutionMode,
  WireJobState,
  WireLimitsPolicy,
  WireMemberRole,
  WireNodeKind,
  WirePlacementPolicy,
  WirePlacementVerdict,
  WireWorkerChange,
  WireWaitReason,
  WireWorkerScheduling,
  WireWorkerState,
} from '@synod/wire';

// Wire enums and domain words, both ways: wire names go no further than this library. A wire value without a domain word
// (unspecified, or a number that a newer program sent) gives undefined, and the caller says what that means.

type NodeKind = NodeRecord['kind'];
export type MemberRole = 'follower' | 'candidate' | 'leader' | undefined;

/** How a coordinator's disk does. `low`: below the watermark of free space. `slow`: a write is under way for too long. */
export type DiskState = 'ok' | 'low' | 'full' | 'slow';

/** Why a job would go to a worker, or pass it over. */
export type PlacementVerdict = 'free' | 'full' | 'cordoned' | 'draining' | 'unfit';

/** What a simulated change does with a worker. */
export type WorkerChange = 'stays' | 'joins' | 'leaves';

export interface EnumCodec<Wire extends string, Domain extends string> {
  readonly toWire: Readonly<Record<Domain, Wire>>;
  /** `value` may be anything that a newer or careless program sent. */
  fromWire(value: unknown): Domain | undefined;
}

export function enumCodec<Wire extends string, Domain extends string>(
  toWire: Readonly<Record<Domain, Wire>>,
): EnumCodec<Wire, Domain> {
  const byWire = new Map<unknown, Domain>(Object.entries(toWire).map(([domain, wire]) => [wire, domain as Domain]));
  return { toWire, fromWire: (value) => byWire.get(value) };
}

export const jobStates = enumCodec<WireJobState, JobState>({
  waiting: 'JOB_STATE_WAITING',
  ready: 'JOB_STATE_READY',
  assigned: 'JOB_STATE_ASSIGNED',
  running: 'JOB_STATE_RUNNING',
  succeeded: 'JOB_STATE_SUCCEEDED',
  failed: 'JOB_STATE_FAILED',
  cancelled: 'JOB_STATE_CANCELLED',
  expired: 'JOB_STATE_EXPIRED',
});

export const attemptStates = enumCodec<WireAttemptState, AttemptState>({
  assigned: 'ATTEMPT_STATE_ASSIGNED',
  starting: 'ATTEMPT_STATE_STARTING',
  running: 'ATTEMPT_STATE_RUNNING',
  succeeded: 'ATTEMPT_STATE_SUCCEEDED',
  failed: 'ATTEMPT_STATE_FAILED',
  timedOut: 'ATTEMPT_STATE_TIMED_OUT',
  cancelled: 'ATTEMPT_STATE_CANCELLED',
  lost: 'ATTEMPT_STATE_LOST',
});

export const attemptOutcomes = enumCodec<WireAttemptState, AttemptOutcome>({
  succeeded: 'ATTEMPT_STATE_SUCCEEDED',
  failed: 'ATTEMPT_STATE_FAILED',
  timedOut: 'ATTEMPT_STATE_TIMED_OUT',
  cancelled: 'ATTEMPT_STATE_CANCELLED',
  lost: 'ATTEMPT_STATE_LOST',
});

export const executionModes = enumCodec<WireExecutionMode, ExecutionMode>({
  oneLiveHolder: 'EXECUTION_MODE_ONE_LIVE_HOLDER',
  atLeastOnce: 'EXECUTION_MODE_AT_LEAST_ONCE',
  atMostOnce: 'EXECUTION_MODE_AT_MOST_ONCE',
});

export const placementPolicies = enumCodec<WirePlacementPolicy, PlacementPolicy>({
  leastLoaded: 'PLACEMENT_POLICY_LEAST_LOADED',
  consistentHash: 'PLACEMENT_POLICY_CONSISTENT_HASH',
  random: 'PLACEMENT_POLICY_RANDOM',
  roundRobin: 'PLACEMENT_POLICY_ROUND_ROBIN',
  weightedRoundRobin: 'PLACEMENT_POLICY_WEIGHTED_ROUND_ROBIN',
  powerOfChoices: 'PLACEMENT_POLICY_POWER_OF_CHOICES',
  boundedHash: 'PLACEMENT_POLICY_BOUNDED_HASH',
  binPack: 'PLACEMENT_POLICY_BIN_PACK',
  spread: 'PLACEMENT_POLICY_SPREAD',
});

export const placementVerdicts = enumCodec<WirePlacementVerdict, PlacementVerdict>({
  free: 'PLACEMENT_VERDICT_FREE',
  full: 'PLACEMENT_VERDICT_FULL',
  cordoned: 'PLACEMENT_VERDICT_CORDONED',
  draining: 'PLACEMENT_VERDICT_DRAINING',
  unfit: 'PLACEMENT_VERDICT_UNFIT',
});

export const workerChanges = enumCodec<WireWorkerChange, WorkerChange>({
  stays: 'WORKER_CHANGE_STAYS',
  joins: 'WORKER_CHANGE_JOINS',
  leaves: 'WORKER_CHANGE_LEAVES',
});

export const backoffs = enumCodec<WireBackoff, BackoffKind>({
  fixed: 'BACKOFF_FIXED',
  linear: 'BACKOFF_LINEAR',
  exponential: 'BACKOFF_EXPONENTIAL',
});

export const waitReasons = enumCodec<WireWaitReason, WaitReason>({
  delay: 'WAIT_REASON_DELAY',
  backOff: 'WAIT_REASON_BACK_OFF',
  overlap: 'WAIT_REASON_OVERLAP',
});

export const workerStates = enumCodec<WireWorkerState, WorkerState>({
  online: 'WORKER_STATE_ONLINE',
  lost: 'WORKER_STATE_LOST',
  left: 'WORKER_STATE_LEFT',
});

export const workerSchedulings = enumCodec<WireWorkerScheduling, WorkerScheduling>({
  active: 'WORKER_SCHEDULING_ACTIVE',
  cordoned: 'WORKER_SCHEDULING_CORDONED',
  draining: 'WORKER_SCHEDULING_DRAINING',
});

export const limitsPolicies = enumCodec<WireLimitsPolicy, LimitsPolicy>({
  require: 'LIMITS_POLICY_REQUIRE',
  prefer: 'LIMITS_POLICY_PREFER',
});

export const nodeKinds = enumCodec<WireNodeKind, NodeKind>({
  coordinator: 'NODE_KIND_COORDINATOR',
  registry: 'NODE_KIND_REGISTRY',
  worker: 'NODE_KIND_WORKER',
});

export const memberRoles = enumCodec<WireMemberRole, NonNullable<MemberRole>>({
  follower: 'MEMBER_ROLE_FOLLOWER',
  candidate: 'MEMBER_ROLE_CANDIDATE',
  leader: 'MEMBER_ROLE_LEADER',
});

export const diskStates = enumCodec<WireDiskState, DiskState>({
  ok: 'DISK_STATE_OK',
  low: 'DISK_STATE_LOW',
  full: 'DISK_STATE_FULL',
  slow: 'DISK_STATE_SLOW',
});
