import type { NodeId } from '@synod/consensus';

export const CLUSTER_ID = 'simulated';
export const GROUP_ID = 0;

/** Voters come first: c1, c2, …; learners are l1, l2, … */
export function voterIds(size: number): NodeId[] {
  return Array.from({ length: size }, (_, index) => `c${index + 1}`);
}

export function learnerIds(learners: number): NodeId[] {
  return Array.from({ length: learners }, (_, index) => `l${index + 1}`);
}
