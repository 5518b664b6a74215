import type { Environment } from './environment.js';
import type { Message, MessageBody } from './messages.js';
import type { Sender } from './outbox.js';
import { MAX_WITHHELD_MESSAGES } from './options.js';
import type { NodeId } from './types.js';

interface Introduction {
  readonly storageId: string;
  /** The persist that makes it durable. */
  readonly token: number;
}

type Identity = 'known' | 'introduced' | 'conflict';

/**
 * Decides which messages are for this replica at all; what isn't is dropped and counted, as a lost message is.
 *
 * One storage id per node id, ever (I10). A node that lost its disk has forgotten what it promised and accepted; if it were
 * heard again under its old id, a quorum could meet another one in nothing but a blank. So the storage id under which a node is
 * first heard is written down, and until that is flushed nothing is taken from it that counts: were it taken before, a crash
 * here would forget whom it was taken from, and a blank twin could be counted as the same node afterwards. Only polls and their
 * replies pass meanwhile, as elections are no part of safety (see `onPollReply`), and first starts need them at once.
 */
export class Admission {
  private readonly known: Map<NodeId, string>;
  private readonly introduced = new Map<NodeId, Introduction>();

  constructor(
    private readonly env: Environment,
    private readonly sender: Sender,
    durablePeers: ReadonlyMap<NodeId, string> = new Map(),
  ) {
    this.known = new Map(durablePeers);
  }

  admits({ header, body }: Message): boolean {
    const { sender } = this;
    const { counters, membership, outbox } = this.env;
    if (header.formatVersion !== sender.formatVersion) counters.droppedWrongVersion += 1;
    else if (header.clusterId !== sender.clusterId) counters.droppedWrongCluster += 1;
    else if (header.groupId !== sender.groupId) counters.droppedWrongGroup += 1;
    else if (header.to !== sender.from || header.from === sender.from) counters.droppedWrongAddressee += 1;
    else if (!membership.knows(header.from)) counters.droppedNotMember += 1;
    else if (!this.passes(header.from, header.storageId, body)) return false;
    else if (!ownsItsBallot(header.from, body)) counters.droppedForeignBallot += 1;
    else if (outbox.withheldCount >= MAX_WITHHELD_MESSAGES && asksForFlush(body)) counters.droppedOverloaded += 1;
    else return true;
    return false;
  }

  /** True when the storage id of this node is on the disk: only then does anything of it count. */
  isIdentified(nodeId: NodeId): boolean {
    const introduction = this.introduced.get(nodeId);
    if (introduction !== undefined && introduction.token <= this.env.outbox.durableToken) {
      this.introduced.delete(nodeId);
      this.known.set(nodeId, introduction.storageId);
    }
    return this.known.has(nodeId);
  }

  private passes(from: NodeId, storageId: string, body: MessageBody): boolean {
    const { counters } = this.env;
    const identity = this.identify(from, storageId);
    if (identity === 'known') return true;
    if (identity === 'conflict') {
      counters.droppedStorageIdConflict += 1;
      this.reject(from, storageId, body);
      return false;
    }
    if (body.type === 'poll' || body.type === 'pollReply') return true;
    counters.droppedUnidentified += 1;
    return false;
  }

  private identify(from: NodeId, storageId: string): Identity {
    if (this.isIdentified(from)) return this.known.get(from) === storageId ? 'known' : 'conflict';
    const introduction = this.introduced.get(from);
    if (introduction !== undefined) return introduction.storageId === storageId ? 'introduced' : 'conflict';
    if (this.env.mayWrite) {
      const token = this.env.outbox.write({ kind: 'peer', nodeId: from, storageId });
      this.introduced.set(from, { storageId, token });
    }
    return 'introduced';
  }

  /** Tells a stranger under a known node id, once it is for sure that the other one was first. */
  private reject(from: NodeId, storageId: string, body: MessageBody): void {
    if (body.type === 'rejected') return;
    this.env.counters.rejectedStrangers += 1;
    this.env.outbox.sendAfterFlush(from, { type: 'rejected', storageId });
  }
}

/** Only the owner of a ballot speaks with it as a leader or candidate. */
function ownsItsBallot(from: NodeId, body: MessageBody): boolean {
  switch (body.type) {
    case 'prepare':
    case 'accept':
    case 'chosen':
    case 'confirm':
    case 'handOver':
      return body.ballot.nodeId === from;
    default:
      return true;
  }
}

/** Messages whose answer would join the withheld ones behind a disk that doesn't keep up. */
function asksForFlush(body: MessageBody): boolean {
  return body.type === 'prepare' || body.type === 'accept' || body.type === 'fetch';
}
