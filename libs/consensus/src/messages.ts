import type { AcceptedEntry, Ballot, SlotEntry, NodeId, Slot } from './types.js';

/** What every message between replicas carries; a receiver drops what isn't meant for it. */
export interface MessageHeader {
  readonly formatVersion: number;
  readonly clusterId: string;
  readonly groupId: number;
  readonly from: NodeId;
  readonly to: NodeId;
  /** Minted when the sender's data directory was formatted: one storage id per node id, ever (I10). */
  readonly storageId: string;
}

/** Ballot leader election: a question to every peer, once a round. */
export interface PollBody {
  readonly type: 'poll';
  readonly pollRound: number;
}

export interface PollReplyBody {
  readonly type: 'pollReply';
  readonly pollRound: number;
  /** Highest ballot that the replier holds or has promised. */
  readonly ballot: Ballot;
  /** Ballot of the leader that the replier follows; the zero ballot when none. */
  readonly leader: Ballot;
  readonly happy: boolean;
  readonly wallMs: number;
  readonly chosenThroughSlot: Slot;
  /** The highest feature level that the replier's program supports. */
  readonly featureLevel: number;
  /** Why the replier isn't fit to lead, as its host says; empty when it is. */
  readonly unfitReason: string;
}

/** Phase 1a over the suffix from `fromSlot`, the candidate's first slot not known chosen. */
export interface PrepareBody {
  readonly type: 'prepare';
  readonly ballot: Ballot;
  readonly fromSlot: Slot;
}

/** Phase 1b, in chunks: counted when all `chunkCount` have arrived. */
export interface PromisedBody {
  readonly type: 'promised';
  readonly ballot: Ballot;
  readonly chunkIndex: number;
  readonly chunkCount: number;
  /** Slots up to here are chosen and known to the acceptor; the candidate fetches through the highest before it proposes. */
  readonly chosenThroughSlot: Slot;
  /** Slots up to here are no longer in the acceptor's log. */
  readonly trimmedThroughSlot: Slot;
  readonly accepted: readonly AcceptedEntry[];
  /** Slots whose record is damaged: this acceptor isn't counted for them (never taken for empty, P14). */
  readonly unknownSlots: readonly Slot[];
}

/** Refusal of a prepare, accept or confirm below the acceptor's promise. */
export interface NackedBody {
  readonly type: 'nacked';
  readonly ballot: Ballot;
  readonly promised: Ballot;
}

/** Phase 2a, several slots at a time, each with the ballot of the message. */
export interface AcceptBody {
  readonly type: 'accept';
  readonly ballot: Ballot;
  readonly entries: readonly SlotEntry[];
  readonly chosenThroughSlot: Slot;
}

/** Phase 2b: these slots are flushed at this acceptor with this ballot. */
export interface AcceptedBody {
  readonly type: 'accepted';
  readonly ballot: Ballot;
  readonly slots: readonly Slot[];
}

/** Tells followers how far slots are chosen; also the leader's sign of life in an idle pipeline. */
export interface ChosenBody {
  readonly type: 'chosen';
  readonly ballot: Ballot;
  readonly chosenThroughSlot: Slot;
}

/** Catch-up: asks for chosen entries. */
export interface FetchBody {
  readonly type: 'fetch';
  readonly fromSlot: Slot;
  readonly throughSlot: Slot;
}

export interface FetchedBody {
  readonly type: 'fetched';
  /**
   * The responder's promise, which is at or above every ballot at which these entries were chosen. The receiver holds the
   * entries at this ballot or above it, so that one (slot, ballot) never names two values (I3).
   */
  readonly ballot: Ballot;
  readonly entries: readonly SlotEntry[];
  readonly chosenThroughSlot: Slot;
  readonly trimmedThroughSlot: Slot;
}

/** Read-index: "am I still followed?", by a positional counter that retries never reuse. */
export interface ConfirmBody {
  readonly type: 'confirm';
  readonly ballot: Ballot;
  readonly confirmRound: number;
}

export interface ConfirmedBody {
  readonly type: 'confirmed';
  readonly ballot: Ballot;
  readonly confirmRound: number;
}

/**
 * Tells the sender of a message that its node id is known with another storage id (I10). `storageId` is the refused one, so that a
 * node that was replaced in time doesn't take the refusal of another for its own.
 */
export interface RejectedBody {
  readonly type: 'rejected';
  readonly storageId: string;
}

/** Leadership transfer: the leader of `ballot` asks the receiver, who has all that it proposed, to stand at once. */
export interface HandOverBody {
  readonly type: 'handOver';
  readonly ballot: Ballot;
}

export type MessageBody =
  | PollBody
  | PollReplyBody
  | PrepareBody
  | PromisedBody
  | NackedBody
  | AcceptBody
  | AcceptedBody
  | ChosenBody
  | FetchBody
  | FetchedBody
  | ConfirmBody
  | ConfirmedBody
  | RejectedBody
  | HandOverBody;

export interface Message {
  readonly header: MessageHeader;
  readonly body: MessageBody;
}
