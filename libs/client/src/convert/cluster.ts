import type { WireGetClusterStatusResponse, WireMember, WireTransferLeadershipResponse, WireWorker } from '@synod/wire';
import type {
  ClusterMember,
  ClusterStatus,
  DiskState,
  LeadershipTransfer,
  MemberRole,
  SnapshotProgress,
  Worker,
  WorkerScheduling,
  WorkerState,
} from '../types.js';
import { clientError } from '../errors.js';
import { optionalSafeInteger, safeInteger } from './integers.js';
import { jobStateFromWire } from './job.js';

const WORKER_STATES: Readonly<Record<string, WorkerState>> = {
  WORKER_STATE_ONLINE: 'online',
  WORKER_STATE_LOST: 'lost',
  WORKER_STATE_LEFT: 'left',
};

const SCHEDULINGS = {
  active: 'WORKER_SCHEDULING_ACTIVE',
  cordoned: 'WORKER_SCHEDULING_CORDONED',
  draining: 'WORKER_SCHEDULING_DRAINING',
} as const;

const ROLES: Readonly<Record<string, MemberRole>> = {
  MEMBER_ROLE_LEADER: 'leader',
  MEMBER_ROLE_FOLLOWER: 'follower',
  MEMBER_ROLE_CANDIDATE: 'candidate',
};

const DISK_STATES: Readonly<Record<string, DiskState>> = {
  DISK_STATE_OK: 'ok',
  DISK_STATE_LOW: 'low',
  DISK_STATE_FULL: 'full',
  DISK_STATE_SLOW: 'slow',
};

export function workerFromWire(wire: WireWorker): Worker {
  return {
    workerId: wire.workerId,
    incarnation: safeInteger(wire.incarnation, 'incarnation'),
    state: WORKER_STATES[wire.state] ?? 'unknown',
    labels: wire.labels,
    capacity: wire.capacity,
    activeAttempts: wire.activeAttempts,
    runsExec: wire.runsExec,
    handlers: wire.handlers,
    version: wire.version,
    host: wire.host,
    runsHttp: wire.runsHttp,
    scheduling: schedulingFromWire(wire.scheduling),
    schedulingReason: wire.schedulingReason,
    evictAtMs: optionalSafeInteger(wire.evictAtMs, 'evictAtMs'),
    load: loadFromWire(wire.load),
    coordinatorId: wire.coordinatorId,
    registeredAtMs: safeInteger(wire.registeredAtMs, 'registeredAtMs'),
    heardAgoMs: optionalSafeInteger(wire.heardAgoMs, 'heardAgoMs'),
  };
}

/** A coordinator of before workers could be cordoned says nothing: then all are active. */
function schedulingFromWire(wire: string): WorkerScheduling {
  if (wire === 'WORKER_SCHEDULING_UNSPECIFIED') return 'active';
  const known = Object.entries(SCHEDULINGS).find(([, name]) => name === wire);
  return known === undefined ? 'unknown' : (known[0] as WorkerScheduling);
}

/** @throws SynodClientError `invalidArgument` */
export function schedulingToWire(scheduling: keyof typeof SCHEDULINGS): (typeof SCHEDULINGS)[keyof typeof SCHEDULINGS] {
  if (Object.hasOwn(SCHEDULINGS, scheduling)) return SCHEDULINGS[scheduling];
  const description = `scheduling is one of ${Object.keys(SCHEDULINGS).join(', ')}, not ${String(scheduling)}`;
  throw clientError('invalidArgument', description, { violations: [{ field: 'scheduling', description }] });
}

function loadFromWire(wire: WireWorker['load']): Worker['load'] {
  if (wire === null) return undefined;
  const { running, loadPerProcessor, freeMemoryBytes } = wire;
  return { running, loadPerProcessor, freeMemoryBytes: safeInteger(freeMemoryBytes, 'freeMemoryBytes') };
}

function memberFromWire(wire: WireMember): ClusterMember {
  return {
    id: wire.id,
    address: wire.address,
    role: ROLES[wire.role] ?? 'unreachable',
    appliedSlot: safeInteger(wire.appliedSlot, 'appliedSlot'),
    chosenThroughSlot: safeInteger(wire.chosenThroughSlot, 'chosenThroughSlot'),
    stateHash: wire.stateHash,
    happy: wire.happy,
    problem: wire.problem,
    incarnation: safeInteger(wire.incarnation, 'incarnation'),
    version: wire.version,
    unfitReason: wire.unfitReason,
    imageSlot: safeInteger(wire.imageSlot, 'imageSlot'),
    trimmedThroughSlot: safeInteger(wire.trimmedThroughSlot, 'trimmedThroughSlot'),
    logBytes: safeInteger(wire.logBytes, 'logBytes'),
    needsSnapshot: wire.needsSnapshot,
    snapshot: snapshotFromWire(wire.snapshot),
    featureLevel: wire.featureLevel,
    maxFeatureLevel: wire.maxFeatureLevel,
    damagedSlots: wire.damagedSlots,
    diskState: DISK_STATES[wire.diskState] ?? 'unknown',
    diskFreeBytes: safeInteger(wire.diskFreeBytes, 'diskFreeBytes'),
    clockOffsetMs: optionalSafeInteger(wire.clockOffsetMs, 'clockOffsetMs'),
    learner: wire.learner,
  };
}

function snapshotFromWire(wire: WireMember['snapshot']): SnapshotProgress | undefined {
  if (wire === null) return undefined;
  const { fromId, slot, receivedRecords, totalRecords, installing } = wire;
  return {
    ...{ fromId, installing, slot: safeInteger(slot, 'slot') },
    receivedRecords: safeInteger(receivedRecords, 'receivedRecords'),
    totalRecords: safeInteger(totalRecords, 'totalRecords'),
  };
}

export function transferFromWire({ leaderId, outcome }: WireTransferLeadershipResponse): LeadershipTransfer {
  const already = outcome === 'TRANSFER_OUTCOME_ALREADY_LEADER';
  return { leaderId, outcome: already ? 'alreadyLeader' : 'transferred' };
}

export function clusterStatusFromWire(wire: WireGetClusterStatusResponse): ClusterStatus {
  return {
    clusterId: wire.clusterId,
    leaderId: wire.leaderId,
    members: wire.members.map(memberFromWire),
    jobsByState: Object.fromEntries(
      Object.entries(wire.jobsByState).map(([state, count]) => [
        state.startsWith('JOB_STATE_') ? jobStateFromWire(state) : state,
        safeInteger(count, `jobsByState.${state}`),
      ]),
    ),
  };
}
