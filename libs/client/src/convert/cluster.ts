import type { WireGetClusterStatusResponse, WireMember, WireWorker } from '@synod/wire';
import type { ClusterMember, ClusterStatus, MemberRole, Worker, WorkerState } from '../types.js';
import { optionalSafeInteger, safeInteger } from './integers.js';
import { jobStateFromWire } from './job.js';

const WORKER_STATES: Readonly<Record<string, WorkerState>> = {
  WORKER_STATE_ONLINE: 'online',
  WORKER_STATE_LOST: 'lost',
  WORKER_STATE_LEFT: 'left',
};

const ROLES: Readonly<Record<string, MemberRole>> = {
  MEMBER_ROLE_LEADER: 'leader',
  MEMBER_ROLE_FOLLOWER: 'follower',
  MEMBER_ROLE_CANDIDATE: 'candidate',
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
    coordinatorId: wire.coordinatorId,
    registeredAtMs: safeInteger(wire.registeredAtMs, 'registeredAtMs'),
    heardAgoMs: optionalSafeInteger(wire.heardAgoMs, 'heardAgoMs'),
  };
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
  };
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
