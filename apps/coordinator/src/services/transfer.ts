import type { NodeId, TransferOutcome } from '@synod/consensus';
import { RequestRefusedError } from '@synod/contracts';
import { failedPrecondition, rpcError } from '@synod/rpc';
import type { WireTransferLeadershipResponseInput } from '@synod/wire';

export interface TransferModules {
  readonly coordinatorId: NodeId;
  readonly memberIds: readonly NodeId[];
  readonly leader: () => NodeId | undefined;
  readonly transfer: (to: NodeId | undefined) => Promise<TransferOutcome>;
  /** Asks the leader, who doesn't ask on. */
  readonly relay: (leader: NodeId, to: string, remainingMs: number) => Promise<WireTransferLeadershipResponseInput>;
  /** Resolves when this node follows another leader, or a little later. */
  readonly leadershipChange: () => Promise<void>;
}

/** Looks for the new leader's name, at most, after it took over. */
const MAX_LOOKS = 20;

/** Hands the lead to `target`, or the one that is furthest; at the leader itself, or by asking it. */
export async function transferLeadership(
  modules: TransferModules,
  target: string,
  call: { readonly relayed: boolean; readonly remainingMs: number },
): Promise<WireTransferLeadershipResponseInput> {
  const { coordinatorId, memberIds } = modules;
  if (target !== '' && !memberIds.includes(target)) {
    throw refusedTransfer(`${target} is no member of this cluster: there are ${memberIds.join(', ')}.`);
  }
  const leader = modules.leader();
  if (leader === undefined) throw new RequestRefusedError({ code: 'noLeader', retryAfterMs: RETRY_AFTER_MS });
  if (leader === target) return { leaderId: leader, outcome: 'TRANSFER_OUTCOME_ALREADY_LEADER' };
  if (leader !== coordinatorId) {
    if (call.relayed) throw new RequestRefusedError({ code: 'notLeader', leaderId: leader });
    return modules.relay(leader, target, call.remainingMs);
  }
  const outcome = await modules.transfer(target === '' ? undefined : target);
  if (outcome !== 'transferred') throw failure(outcome, target);
  for (let look = 0; look < MAX_LOOKS; look += 1) {
    const next = modules.leader();
    if (next !== undefined && next !== coordinatorId) {
      return { leaderId: next, outcome: 'TRANSFER_OUTCOME_TRANSFERRED' };
    }
    await modules.leadershipChange();
  }
  return { leaderId: target, outcome: 'TRANSFER_OUTCOME_TRANSFERRED' };
}

const RETRY_AFTER_MS = 500;

function failure(outcome: Exclude<TransferOutcome, 'transferred'>, target: string): Error {
  const nobody = target === '' ? 'No other member can' : `${target} can't`;
  const notTaken = target === '' ? 'No other member took over' : `${target} did not take over`;
  switch (outcome) {
    case 'notLeader':
      return new RequestRefusedError({ code: 'noLeader', retryAfterMs: RETRY_AFTER_MS });
    case 'unfitTarget':
      return refusedTransfer(`${nobody} lead now: \`synod cluster status\` says what is wrong.`);
    case 'timedOut':
      return rpcError('ABORTED', 'TRANSFER_TIMED_OUT', `${notTaken} in time, and the leader goes on: try again.`);
    case 'busy':
      return rpcError('ABORTED', 'TRANSFER_BUSY', 'Another transfer is under way: try again in a moment.');
  }
}

function refusedTransfer(message: string): Error {
  return failedPrecondition('TRANSFER_REFUSED', message);
}
