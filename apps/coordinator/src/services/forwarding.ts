import { assert } from '@synod/base';
import {
  ballotToWire,
  describeError,
  heartbeatFromWire,
  RequestRefusedError,
  unsignedFromWire,
  workerHeardToWire,
} from '@synod/contracts';
import type { WorkerHeard, WorkerLoad } from '@synod/contracts';
import { equalBallots } from '@synod/consensus';
import type { Ballot, NodeId } from '@synod/consensus';
import { encodeStatus } from '@synod/rpc';
import type { WireForwardRequest, WireForwardResponseInput } from '@synod/wire';
import type { LeaderProposals } from '../commands/leader-proposals.js';
import type { StateAt } from '../replica/state-comparison.js';

/** The leader's side of a link. */
export interface ForwardingModules {
  readonly serving: () => boolean;
  readonly ballot: () => Ballot;
  readonly leader: () => NodeId | undefined;
  readonly proposals: LeaderProposals;
  readonly read: () => Promise<number>;
  readonly heard: (workerId: string, incarnation: number, load: WorkerLoad | undefined) => void;
  readonly gone: (workerId: string, incarnation: number) => void;
  /** Notes what a member's state is, and gives what a majority agrees on. */
  readonly compareStates: (nodeId: NodeId, hashes: readonly { slot: number; hash: string }[]) => readonly StateAt[];
  /** What this leader knows of the worker, or of all that are online. */
  readonly workersHeard: (workerId: string | undefined) => readonly WorkerHeard[];
  readonly nodesRenewed: (renewals: readonly { nodeId: string; incarnation: number }[]) => void;
}

/** Answers one request of a follower. Commands are proposed at once, in the order of the calls. */
export async function answerForwarded(
  modules: ForwardingModules,
  request: WireForwardRequest,
): Promise<WireForwardResponseInput> {
  const { requestId, commands, heartbeats, stateHashes, workersHeard } = request;
  if (!modules.serving()) return { requestId, error: notLeading(modules) };
  if (stateHashes) return { requestId, stateHashesAgreed: compared(modules, stateHashes) };
  if (workersHeard) {
    const workers = modules.workersHeard(workersHeard.workerId === '' ? undefined : workersHeard.workerId);
    return { requestId, workersHeard: { workers: workers.map(workerHeardToWire) } };
  }
  if (commands) return { requestId, ...(await propose(modules, commands.commands)) };
  if (heartbeats) hear(modules, heartbeats);
  const before = modules.ballot();
  try {
    const appliedSlot = await modules.read();
    if (!heartbeats) return { requestId, readIndexed: { appliedSlot: String(appliedSlot) } };
    // The round confirmed the ballot that was held when it began, and no other.
    if (!equalBallots(modules.ballot(), before)) return { requestId, error: notLeading(modules) };
    return { requestId, heartbeatsConfirmed: { heartbeats: heartbeats.heartbeats, leader: ballotToWire(before) } };
  } catch {
    return { requestId, error: notLeading(modules) };
  }
}

function compared(
  modules: ForwardingModules,
  { nodeId, hashes }: NonNullable<WireForwardRequest['stateHashes']>,
): NonNullable<WireForwardResponseInput['stateHashesAgreed']> {
  const told = hashes.map(({ slot, hash }) => ({ slot: unsignedFromWire(slot, 'slot'), hash }));
  const agreed = modules.compareStates(nodeId, told);
  return { hashes: agreed.map(({ slot, hash }) => ({ slot: String(slot), hash })) };
}

/** Heard when it arrived; confirmed only in a round that begins after that. Who is gone may have come back in the same message. */
function hear(modules: ForwardingModules, relayed: NonNullable<WireForwardRequest['heartbeats']>): void {
  for (const { workerId, incarnation } of relayed.disconnected.map(heartbeatFromWire))
    modules.gone(workerId, incarnation);
  for (const { workerId, incarnation, load } of relayed.heartbeats.map(heartbeatFromWire))
    modules.heard(workerId, incarnation, load);
  const renewals = relayed.nodes.map(heartbeatFromWire);
  if (renewals.length > 0)
    modules.nodesRenewed(renewals.map(({ workerId: nodeId, incarnation }) => ({ nodeId, incarnation })));
}

function propose(modules: ForwardingModules, commands: readonly Uint8Array[]): Promise<WireForwardResponseInput> {
  return new Promise((resolve) => {
    modules.proposals.submit(commands, (outcome) => {
      if (outcome === 'applied') resolve({ commandsProposed: {} });
      else if (outcome === 'shed') resolve({ error: overloaded() });
      else resolve({ error: encodedRefusal(new RequestRefusedError({ code: 'outcomeUnknown' })) });
    });
  });
}

function notLeading(modules: ForwardingModules) {
  return encodedRefusal(new RequestRefusedError({ code: 'notLeader', leaderId: modules.leader() ?? '' }));
}

function overloaded() {
  return encodedRefusal(new RequestRefusedError({ code: 'overloaded', retryAfterMs: 500 }));
}

function encodedRefusal(error: RequestRefusedError) {
  const description = describeError(error);
  assert(description !== undefined, 'every refusal has a status');
  return encodeStatus(description);
}
