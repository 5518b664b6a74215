import { ballotToWire } from '@synod/contracts';
import type { Ballot, NodeId, ReplicaStatus, Role } from '@synod/consensus';
import { ZERO_BALLOT } from '@synod/consensus';
import type { WireMemberInput } from '@synod/wire';
import { isHeard } from '../replica/fitness.js';

/** A snapshot on its way into this coordinator. */
export interface SnapshotProgress {
  readonly fromId: NodeId;
  readonly slot: number;
  readonly receivedRecords: number;
  /** 0 while unknown. */
  readonly totalRecords: number;
  readonly installing: boolean;
}

export type DiskState = 'ok' | 'low' | 'full' | 'slow';

/** What this coordinator knows of itself. */
export interface OwnStatus {
  readonly role: Role;
  readonly leader: NodeId | undefined;
  readonly ballot: Ballot;
  readonly appliedSlot: number;
  readonly stateHash: string;
  readonly logBytes: number;
  readonly featureLevel: number;
  readonly maxFeatureLevel: number;
  readonly disk: DiskState;
  readonly diskFreeBytes: number;
  readonly snapshot: SnapshotProgress | undefined;
  /** Jobs that finished while it fetched a snapshot are still to be fetched from others. */
  readonly historyGap: boolean;
  /** Undefined before the replica has started. */
  readonly replica: ReplicaStatus | undefined;
  readonly nowMs: number;
}

export interface OwnIdentity {
  readonly coordinatorId: string;
  readonly address: string;
  readonly incarnation: number;
  readonly version: string;
}

const ROLES = {
  follower: 'MEMBER_ROLE_FOLLOWER',
  candidate: 'MEMBER_ROLE_CANDIDATE',
  leader: 'MEMBER_ROLE_LEADER',
} as const;

const DISK_STATES = {
  ok: 'DISK_STATE_OK',
  low: 'DISK_STATE_LOW',
  full: 'DISK_STATE_FULL',
  slow: 'DISK_STATE_SLOW',
} as const;

/** This coordinator, as its status calls tell it. */
export function ownMember(identity: OwnIdentity, own: OwnStatus): WireMemberInput {
  const { replica, snapshot } = own;
  const problem = problemOf(own);
  const clockOffsetMs = clockOffset(own);
  return {
    id: identity.coordinatorId,
    address: identity.address,
    role: ROLES[own.role],
    appliedSlot: String(own.appliedSlot),
    chosenThroughSlot: String(replica?.chosenThroughSlot ?? 0),
    stateHash: own.stateHash,
    ballot: ballotToWire(own.ballot),
    happy: problem === '',
    problem,
    incarnation: String(identity.incarnation),
    version: identity.version,
    unfitReason: replica?.unfitReason ?? '',
    imageSlot: String(replica?.imageSlot ?? 0),
    trimmedThroughSlot: String(replica?.trimmedThroughSlot ?? 0),
    logBytes: String(own.logBytes),
    needsSnapshot: replica?.needsSnapshot ?? false,
    featureLevel: own.featureLevel,
    maxFeatureLevel: own.maxFeatureLevel,
    damagedSlots: replica?.damagedSlots ?? 0,
    diskState: DISK_STATES[own.disk],
    diskFreeBytes: String(own.diskFreeBytes),
    ...(clockOffsetMs === undefined ? {} : { clockOffsetMs: String(clockOffsetMs) }),
    ...(snapshot === undefined ? {} : { snapshot: wireProgress(snapshot) }),
  };
}

function wireProgress(progress: SnapshotProgress): NonNullable<WireMemberInput['snapshot']> {
  const { fromId, slot, receivedRecords, totalRecords, installing } = progress;
  return {
    fromId,
    installing,
    slot: String(slot),
    receivedRecords: String(receivedRecords),
    totalRecords: String(totalRecords),
  };
}

/** What an operator should look at, in one word; empty when it is well. */
function problemOf({ replica, snapshot, historyGap }: OwnStatus): string {
  if (replica === undefined) return 'starting';
  if (replica.stopped) return 'stopped';
  if (replica.installingSnapshot || snapshot?.installing === true) return 'installingSnapshot';
  if (snapshot !== undefined || replica.needsSnapshot) return 'needsSnapshot';
  if (replica.unfitReason !== '') return replica.unfitReason;
  if (replica.damagedSlots > 0) return 'damagedRecords';
  return historyGap ? 'historyGap' : '';
}

/** Own wall clock less the median of all members' that are heard, in milliseconds; undefined with fewer than a majority. */
function clockOffset({ replica, nowMs }: OwnStatus): number | undefined {
  if (replica === undefined) return undefined;
  const heard = replica.peers.filter((peer) => !peer.learner && isHeard(peer, nowMs));
  const offsets = heard.flatMap(({ wallOffsetMs }) => (wallOffsetMs === undefined ? [] : [wallOffsetMs]));
  const voters = replica.peers.filter((peer) => !peer.learner).length + 1;
  const all = [0, ...offsets].sort((a, b) => a - b);
  if (all.length <= voters / 2) return undefined;
  const middle = all.length >> 1;
  const median = all.length % 2 === 1 ? (all[middle] ?? 0) : ((all[middle - 1] ?? 0) + (all[middle] ?? 0)) / 2;
  return Math.round(-median) + 0;
}

/** What the status says before the replica told anything. */
export const NO_LEADERSHIP = { role: 'follower', leader: undefined, ballot: ZERO_BALLOT } as const;
