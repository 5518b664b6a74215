import { ballotOwner } from './ballot.js';
import type { Parts, RoleState } from './parts.js';
import type { PeerStatus, ReplicaStatus } from './status.js';
import type { Ballot, NodeId } from './types.js';

/** What the replica knows of its role beside its parts. */
export interface RoleView {
  readonly role: RoleState;
  readonly ownBallot: Ballot | undefined;
  readonly serving: boolean;
  readonly unfitReason: string;
  readonly stopped: boolean;
}

export function replicaStatus(parts: Parts, view: RoleView): ReplicaStatus {
  const { env, acceptor, election, fitness, catchup, clients } = parts;
  const { role } = view;
  const leading = role.kind === 'leader' ? role : undefined;
  return {
    role: role.kind,
    ballot: view.ownBallot ?? election.followed,
    leader: leading === undefined ? ballotOwner(election.followed) : env.nodeId,
    serving: view.serving,
    happy: election.happy && fitness.fit,
    unfitReason: view.unfitReason,
    promised: acceptor.promised,
    durablePromised: acceptor.durablePromised,
    chosenThroughSlot: acceptor.chosenThroughSlot,
    appliedSlot: acceptor.appliedSlot,
    trimmedThroughSlot: acceptor.trimmedThroughSlot,
    highestKnownChosenSlot: Math.max(catchup.highestKnownChosen, acceptor.knownChosenSlot),
    imageSlot: acceptor.imageSlot,
    needsSnapshot: catchup.needsSnapshot,
    installingSnapshot: acceptor.installingSlot !== undefined,
    damagedSlots: parts.repair.length,
    openSlots: leading?.phase2.openSlots ?? 0,
    openBytes: leading?.phase2.openBytes ?? 0,
    queuedProposals: clients.proposals.length,
    queuedBytes: clients.proposals.sizeBytes,
    queuedReads: leading?.reads.length ?? 0,
    withheldMessages: env.outbox.withheldCount,
    flushesInFlight: env.outbox.flushesInFlight,
    cachedBytes: acceptor.log.cachedBytes,
    loadsInFlight: parts.fetchServer.loadsInFlight,
    peers: env.membership.others.map((peer) => peerStatus(parts, role, peer)),
    counters: { ...env.counters },
    stopped: view.stopped,
  };
}

function peerStatus({ env, fitness, catchup }: Parts, role: RoleState, nodeId: NodeId): PeerStatus {
  const word = fitness.wordOf(nodeId);
  const phase2 = role.kind === 'leader' ? role.phase2 : undefined;
  const follower = phase2?.followers.find((candidate) => candidate.nodeId === nodeId);
  return {
    nodeId,
    heardAtMs: word?.heardAtMs,
    wallOffsetMs: word?.wallOffsetMs,
    chosenThroughSlot: catchup.chosenThroughOf(nodeId),
    happy: word?.happy ?? false,
    unfitReason: word?.unfitReason ?? '',
    featureLevel: word?.featureLevel ?? 0,
    learner: env.membership.isLearner(nodeId),
    inFlightSlots: follower?.inFlightSlots ?? 0,
    stalled: follower?.stalled ?? false,
  };
}
