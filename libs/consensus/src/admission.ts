import type { ReplicaCounters } from './counters.js';
import type { Membership } from './membership.js';
import type { Message, MessageBody } from './messages.js';
import type { Sender } from './outbox.js';
import { MAX_WITHHELD_MESSAGES } from './options.js';
import type { NodeId } from './types.js';

/** Decides which messages are for this replica at all; what isn't is dropped and counted, as a lost message is. */
export class Admission {
  /** Storage ids by node, as first heard (I10). */
  private readonly storageIds = new Map<NodeId, string>();

  constructor(
    private readonly sender: Sender,
    private readonly membership: Membership,
    private readonly counters: ReplicaCounters,
  ) {}

  admits({ header, body }: Message, withheldCount: number): boolean {
    const { counters, sender } = this;
    if (header.formatVersion !== sender.formatVersion) counters.droppedWrongVersion += 1;
    else if (header.clusterId !== sender.clusterId) counters.droppedWrongCluster += 1;
    else if (header.groupId !== sender.groupId) counters.droppedWrongGroup += 1;
    else if (header.to !== sender.from || header.from === sender.from) counters.droppedWrongAddressee += 1;
    else if (this.membership.indexOf(header.from) === undefined) counters.droppedNotMember += 1;
    else if (!this.knows(header.from, header.storageId)) counters.droppedStorageIdConflict += 1;
    else if (!ownsItsBallot(header.from, body)) counters.droppedForeignBallot += 1;
    else if (withheldCount >= MAX_WITHHELD_MESSAGES && asksForFlush(body)) counters.droppedOverloaded += 1;
    else return true;
    return false;
  }

  private knows(nodeId: NodeId, storageId: string): boolean {
    const known = this.storageIds.get(nodeId);
    if (known === undefined) this.storageIds.set(nodeId, storageId);
    return known === undefined || known === storageId;
  }
}

/** Only the owner of a ballot speaks with it as a leader or candidate. */
function ownsItsBallot(from: NodeId, body: MessageBody): boolean {
  switch (body.type) {
    case 'prepare':
    case 'accept':
    case 'chosen':
    case 'confirm':
      return body.ballot.nodeId === from;
    default:
      return true;
  }
}

/** Messages whose answer would join the withheld ones behind a disk that doesn't keep up. */
function asksForFlush(body: MessageBody): boolean {
  return body.type === 'prepare' || body.type === 'accept' || body.type === 'fetch';
}
