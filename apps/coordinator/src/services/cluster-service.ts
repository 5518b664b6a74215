import { ballotToWire } from '@synod/contracts';
import type { Ballot, NodeId, Role } from '@synod/consensus';
import type { JobsView } from '@synod/jobs';
import { callUnary, unary } from '@synod/rpc';
import type { Handlers } from '@synod/rpc';
import type { services, WireGetMemberStatusResponse, WireMemberInput } from '@synod/wire';

/** What this coordinator knows of itself. */
export interface OwnStatus {
  readonly role: Role;
  readonly leader: NodeId | undefined;
  readonly ballot: Ballot;
  readonly chosenThroughSlot: number;
  readonly problem: string;
}

export interface ClusterServiceModules {
  readonly clusterId: string;
  readonly coordinatorId: string;
  readonly address: string;
  readonly incarnation: number;
  readonly version: string;
  readonly view: JobsView;
  readonly stateHash: () => string;
  readonly own: () => OwnStatus;
  readonly peers: readonly { readonly id: string; readonly address: string }[];
  readonly client: (peer: NodeId) => InstanceType<(typeof services)['ClusterService']>;
}

/** How long another coordinator may take to say how it is. */
const PEER_DEADLINE_MS = 1_000;

const ROLES = {
  follower: 'MEMBER_ROLE_FOLLOWER',
  candidate: 'MEMBER_ROLE_CANDIDATE',
  leader: 'MEMBER_ROLE_LEADER',
} as const;

export function clusterServiceHandlers(modules: ClusterServiceModules): Handlers<(typeof services)['ClusterService']> {
  return {
    getMemberStatus: unary(() => ({
      clusterId: modules.clusterId,
      leaderId: modules.own().leader ?? '',
      member: ownMember(modules),
    })),
    getClusterStatus: unary(async () => {
      const others = await Promise.all(modules.peers.map((peer) => peerMember(modules, peer)));
      const members = [ownMember(modules), ...others].sort((a, b) => ((a.id ?? '') < (b.id ?? '') ? -1 : 1));
      return {
        clusterId: modules.clusterId,
        leaderId: leaderAmong(members, modules.own().leader),
        members,
        jobsByState: { ...modules.view.counts() },
      };
    }),
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

function ownMember(modules: ClusterServiceModules): WireMemberInput {
  const { role, ballot, chosenThroughSlot, problem } = modules.own();
  return {
    id: modules.coordinatorId,
    address: modules.address,
    role: ROLES[role],
    appliedSlot: String(modules.view.appliedSlot),
    chosenThroughSlot: String(chosenThroughSlot),
    stateHash: modules.stateHash(),
    ballot: ballotToWire(ballot),
    happy: problem === '',
    problem,
    incarnation: String(modules.incarnation),
    version: modules.version,
  };
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
  } catch {
    return unreachable;
  }
}
