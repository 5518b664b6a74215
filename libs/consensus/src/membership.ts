import { assert } from '@synod/base';
import type { NodeId } from './types.js';

/** Votes and acknowledgements are bits of one integer, so that counting them allocates nothing. */
const MAX_MEMBERS = 30;

/**
 * The voters of the group, its quorums, and the learners beside them. Majorities for both phases today; whoever counts asks
 * here, so that a later membership by slot changes this file and not its callers.
 */
export class Membership {
  /** Voters, sorted: the index of a voter is the number of its bit. */
  readonly members: readonly NodeId[];
  /** Voters other than this node, sorted: only their word counts in a quorum or an election. */
  readonly peers: readonly NodeId[];
  /** Nodes that get and apply the log and have no vote, sorted. */
  readonly learners: readonly NodeId[];
  /** Everybody but this node: voters first, then learners. */
  readonly others: readonly NodeId[];
  readonly phase1Quorum: number;
  readonly phase2Quorum: number;
  /** False for a learner: it never votes, stands or counts. */
  readonly selfVotes: boolean;
  private readonly indexes = new Map<NodeId, number>();
  private readonly bits = new Map<NodeId, number>();

  constructor(
    private readonly self: NodeId,
    members: readonly NodeId[],
    learners: readonly NodeId[] = [],
  ) {
    this.members = sorted(members);
    this.learners = sorted(learners);
    this.members.forEach((member, index) => this.indexes.set(member, index));
    [...this.members, ...this.learners].forEach((nodeId, index) => this.bits.set(nodeId, index));
    const count = members.length + learners.length;
    assert(this.bits.size === count, 'members are distinct', () => [...members, ...learners].join(','));
    assert(count <= MAX_MEMBERS, 'members fit the vote mask', () => String(count));
    const known = this.bits.has(self);
    assert(known, 'a replica is one of its members or learners', () => `${self} not in ${members.join(',')}`);
    this.selfVotes = this.indexes.has(self);
    this.peers = this.members.filter((member) => member !== self);
    this.others = [...this.peers, ...this.learners.filter((learner) => learner !== self)];
    this.phase1Quorum = Math.floor(members.length / 2) + 1;
    this.phase2Quorum = Math.floor(members.length / 2) + 1;
    assert(this.phase1Quorum + this.phase2Quorum > members.length, 'quorums of the two phases intersect');
  }

  /** Index of this node among the voters. */
  get selfIndex(): number {
    const index = this.indexes.get(this.self);
    assert(index !== undefined, 'a learner never votes', () => this.self);
    return index;
  }

  /** Index of a voter, or undefined for a learner or a stranger: what has none is never counted. */
  indexOf(nodeId: NodeId): number | undefined {
    return this.indexes.get(nodeId);
  }

  isVoter(nodeId: NodeId): boolean {
    return this.indexes.has(nodeId);
  }

  isLearner(nodeId: NodeId): boolean {
    return this.bits.has(nodeId) && !this.indexes.has(nodeId);
  }

  /** Voter or learner. */
  knows(nodeId: NodeId): boolean {
    return this.bits.has(nodeId);
  }

  /** The bit for what a node acknowledged: that of a voter is also its vote, those of learners lie above them. */
  bitOf(nodeId: NodeId): number {
    const index = this.bits.get(nodeId);
    assert(index !== undefined, 'only members acknowledge', () => nodeId);
    return 1 << index;
  }
}

function sorted(nodeIds: readonly NodeId[]): NodeId[] {
  return [...nodeIds].sort((left, right) => (left < right ? -1 : left > right ? 1 : 0));
}
