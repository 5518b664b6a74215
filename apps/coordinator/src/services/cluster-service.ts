import { Metadata } from '@grpc/grpc-js';
import type { NodeId } from '@synod/consensus';
import type { JobsView } from '@synod/jobs';
import { callUnary, RpcError, unary } from '@synod/rpc';
import type { Handlers } from '@synod/rpc';
import type { services, WireGetMemberStatusResponse, WireMemberInput } from '@synod/wire';
import { RELAYED_KEY } from './job-service.js';
import { ownMember } from './member-status.js';
import type { OwnIdentity, OwnStatus } from './member-status.js';
import { transferLeadership } from './transfer.js';
import type { TransferModules } from './transfer.js';

export interface ClusterServiceModules extends OwnIdentity, Pick<TransferModules, 'transfer' | 'leadershipChange'> {
  readonly clusterId: string;
  readonly view: Pick<JobsView, 'counts'>;
  readonly own: () => OwnStatus;
  readonly peers: readonly { readonly id: string; readonly address: string }[];
  readonly client: (peer: NodeId) => InstanceType<(typeof services)['ClusterService']>;
}

/** How long another coordinator may take to say how it is. */
const PEER_DEADLINE_MS = 1_000;

export function clusterServiceHandlers(modules: ClusterServiceModules): Handlers<(typeof services)['ClusterService']> {
  return {
    getMemberStatus: unary(() => {
      const own = modules.own();
      return { clusterId: modules.clusterId, leaderId: own.leader ?? '', member: ownMember(modules, own) };
    }),
    getClusterStatus: unary(async () => {
      const others = await Promise.all(modules.peers.map((peer) => peerMember(modules, peer)));
      const own = modules.own();
      const members = [ownMember(modules, own), ...others].sort((a, b) => ((a.id ?? '') < (b.id ?? '') ? -1 : 1));
      return {
        clusterId: modules.clusterId,
        leaderId: leaderAmong(members, own.leader),
        members,
        jobsByState: { ...modules.view.counts() },
      };
    }),
    transferLeadership: unary(({ targetId }, call) => {
      const relayed = call.metadata.get(RELAYED_KEY).length > 0;
      return transferLeadership(transferModules(modules), targetId, { relayed, remainingMs: call.remainingMs });
    }),
  };
}

function transferModules(modules: ClusterServiceModules): TransferModules {
  return {
    coordinatorId: modules.coordinatorId,
    memberIds: [modules.coordinatorId, ...modules.peers.map(({ id }) => id)].sort(),
    leader: () => modules.own().leader,
    transfer: modules.transfer,
    leadershipChange: modules.leadershipChange,
    relay: (leader, targetId, remainingMs) => {
      const metadata = new Metadata();
      metadata.set(RELAYED_KEY, '1');
      const options = { deadlineMs: remainingMs, metadata };
      return callUnary(modules.client(leader), 'transferLeadership', { targetId }, options);
    },
  };
}

/** The leader with the highest ballot among those who say they lead; else the one that this coordinator follows. */
function leaderAmong(members: readonly WireMemberInput[], followed: NodeId | undefined): string {
  const leaders = members.filter((member) => member.role === 'MEMBER_ROLE_LEADER');
  leaders.sort((a, b) => Number(b.ballot?.round ?? 0) - Number(a.ballot?.round ?? 0));
  return leaders[0]?.id ?? (leaders.length === 0 && isReachable(members, followed) ? (followed ?? '') : '');
}

function isReachable(members: readonly WireMemberInput[], id: NodeId | undefined): boolean {
  return members.some((member) => member.id === id && member.role !== 'MEMBER_ROLE_UNSPECIFIED');
}

async function peerMember(
  modules: ClusterServiceModules,
  peer: { readonly id: string; readonly address: string },
): Promise<WireMemberInput> {
  const unreachable: WireMemberInput = { id: peer.id, address: peer.address, happy: false, problem: 'unreachable' };
  try {
    const options = { deadlineMs: PEER_DEADLINE_MS };
    const answer: WireGetMemberStatusResponse = await callUnary(
      modules.client(peer.id),
      'getMemberStatus',
      {},
      options,
    );
    if (answer.clusterId !== modules.clusterId) return { ...unreachable, problem: 'belongs to another cluster' };
    return answer.member ?? unreachable;
  } catch (error) {
    return { ...unreachable, problem: whyUnreachable(error) };
  }
}

/** No connection is one thing; a process that takes a call and doesn't answer is another. */
function whyUnreachable(error: unknown): string {
  if (error instanceof RpcError && error.status === 'DEADLINE_EXCEEDED') return 'unreachable: no answer within 1 s';
  return 'unreachable';
}
