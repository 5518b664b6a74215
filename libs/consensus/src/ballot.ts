import type { Ballot, NodeId } from './types.js';

/** Below every ballot that a node can hold: "none yet". */
export const ZERO_BALLOT: Ballot = Object.freeze({ round: 0, priority: 0, nodeId: '' });

/** Total order of ballots: round, then priority, then nodeId by UTF-16 code units. Negative, zero or positive, as for `sort`. */
export function compareBallots(left: Ballot, right: Ballot): number {
  if (left.round !== right.round) return left.round < right.round ? -1 : 1;
  if (left.priority !== right.priority) return left.priority < right.priority ? -1 : 1;
  if (left.nodeId === right.nodeId) return 0;
  return left.nodeId < right.nodeId ? -1 : 1;
}

export function equalBallots(left: Ballot, right: Ballot): boolean {
  return left === right || compareBallots(left, right) === 0;
}

export function maxBallot(left: Ballot, right: Ballot): Ballot {
  return compareBallots(left, right) >= 0 ? left : right;
}

export function isZeroBallot(ballot: Ballot): boolean {
  return ballot.round === 0 && ballot.nodeId === '';
}

/** For logs and scenario files: `7.1.c2` is round 7, priority 1, node c2; `none` is the zero ballot. */
export function formatBallot(ballot: Ballot): string {
  return isZeroBallot(ballot) ? 'none' : `${ballot.round}.${ballot.priority}.${ballot.nodeId}`;
}

/** Owner of a ballot, or undefined for the zero ballot. */
export function ballotOwner(ballot: Ballot): NodeId | undefined {
  return isZeroBallot(ballot) ? undefined : ballot.nodeId;
}
