import { assert } from '@synod/base';
import type { NodeId } from './types.js';

/** Votes are bits of one integer, so that counting them allocates nothing. */
const MAX_MEMBERS = 30;

/**
 * The voters of the group and its quorums. Majorities for both phases today; whoever counts asks here, so that a later
 * membership by slot changes this file and not its callers.
 */
export class Membership {
  /** Voters, sorted: the index of a voter is the number of its bit. */
  readonly members: readonly NodeId[];
  /** Voters other than this node, sorted. */
  readonly peers: readonly NodeId[];
  readonly phase1Quorum: number;
  readonly phase2Quorum: number;
  readonly selfIndex: number;
  private readonly indexes = new Map<NodeId, number>();

  constructor(self: NodeId, members: readonly NodeId[]) {
    this.members = [...members].sort((left, right) => (left < right ? -1 : left > right ? 1 : 0));
    this.members.forEach((member, index) => this.indexes.set(member, index));
    assert(this.indexes.size === members.length, 'members are distinct', () => members.join(','));
    assert(members.length <= MAX_MEMBERS, 'members fit the vote mask', () => String(members.length));
    const selfIndex = this.indexes.get(self);
    assert(selfIndex !== undefined, 'a replica is one of its members', () => `${self} not in ${members.join(',')}`);
    this.selfIndex = selfIndex;
    this.peers = this.members.filter((member) => member !== self);
    this.phase1Quorum = Math.floor(members.length / 2) + 1;
    this.phase2Quorum = Math.floor(members.length / 2) + 1;
    assert(this.phase1Quorum + this.phase2Quorum > members.length, 'quorums of the two phases intersect');
  }

  /** Index of a voter, or undefined for a stranger. */
  indexOf(nodeId: NodeId): number | undefined {
    return this.indexes.get(nodeId);
  }
}
