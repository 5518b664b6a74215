import type { AcceptedEntry, Ballot, SlotEntry, Entry, NodeId, Slot } from './types.js';
import type { Message } from './messages.js';

/** What the acceptor must make durable, in order. One `persist` effect is one atomic write. */
export type LogWrite =
  | { readonly kind: 'promised'; readonly ballot: Ballot }
  | { readonly kind: 'accepted'; readonly accepted: AcceptedEntry }
  /** A hint that saves work after a restart: it rides along with the next flush and is never waited for. */
  | { readonly kind: 'chosenThrough'; readonly slot: Slot };

/** What a replica finds on its disk when it starts. */
export interface DurableState {
  readonly promised: Ballot;
  /** Every slot up to here is known chosen and present in the log; the host has applied them before the first step. */
  readonly chosenThroughSlot: Slot;
  /** Accepted entries above `chosenThroughSlot`, by slot. */
  readonly accepted: readonly AcceptedEntry[];
  /** Slots above `chosenThroughSlot` whose record is damaged: this acceptor isn't counted for them in phase 1 (P14). */
  readonly unknownSlots?: readonly Slot[] | undefined;
  /** Slots up to here are no longer in the log. At most `chosenThroughSlot`; 0 when nothing was trimmed. */
  readonly trimmedThroughSlot?: Slot | undefined;
}

export interface Proposal {
  /** Chosen by the host, unique within this process. */
  readonly proposalId: number;
  readonly command: Uint8Array;
}

/** Health of this process as its host sees it; an unhappy node does not stand and, leading, gives way. */
export interface HostHealth {
  readonly happy: boolean;
  /** Why not, in one word: `disk`, `eventLoop`, `clock`. Empty when happy. */
  readonly reason: string;
}

export type Input =
  | { readonly type: 'timerTick'; readonly nowMs: number; readonly wallMs: number; readonly health: HostHealth }
  | { readonly type: 'message'; readonly message: Message }
  /** A connection to a peer broke: the next election round starts at once. */
  | { readonly type: 'peerDisconnected'; readonly peer: NodeId }
  | { readonly type: 'propose'; readonly proposals: readonly Proposal[] }
  /** A linearizable read by read-index; answered by `readReady` or `readsRefused`. */
  | { readonly type: 'read'; readonly readId: number }
  | { readonly type: 'storageDone'; readonly token: number; readonly ok: boolean }
  | { readonly type: 'entriesLoaded'; readonly token: number; readonly entries: readonly SlotEntry[] };

export type Role = 'follower' | 'candidate' | 'leader';

export type RefusalReason =
  /** This node does not lead; nothing was proposed. Try `leader` when it is given. */
  | 'notLeader'
  /** This node led and lost it: the outcome is unknown. Retry under the same client session and sequence. */
  | 'leadershipLost'
  /** The queue of proposals is full; nothing was proposed. Try again after a delay. */
  | 'overloaded';

export type Effect =
  | { readonly type: 'persist'; readonly token: number; readonly writes: readonly LogWrite[] }
  | { readonly type: 'send'; readonly message: Message }
  /**
   * Slots are applied once, in order, without gaps, and not before this replica has flushed the entry: an image of the applied
   * state is never ahead of the log. `ballot` is the one at which this replica holds the entry; replicas may differ in it, so
   * the state machine must not use it. `proposalIds` is given, in the order of the commands, where the entry was proposed by
   * this replica in its present leadership.
   */
  | {
      readonly type: 'apply';
      readonly slot: Slot;
      readonly ballot: Ballot;
      readonly entry: Entry;
      readonly proposalIds: readonly number[] | undefined;
    }
  /** Asks the host for chosen entries that are no longer in memory; answered by `entriesLoaded` with the same token. */
  | {
      readonly type: 'loadEntries';
      readonly token: number;
      readonly fromSlot: Slot;
      readonly throughSlot: Slot;
      readonly maxBytes: number;
    }
  | {
      readonly type: 'proposalsRefused';
      readonly proposalIds: readonly number[];
      readonly reason: RefusalReason;
      readonly leader: NodeId | undefined;
    }
  /** These reads may be answered from the applied state as it is now. */
  | { readonly type: 'readReady'; readonly readIds: readonly number[]; readonly appliedSlot: Slot }
  | {
      readonly type: 'readsRefused';
      readonly readIds: readonly number[];
      readonly leader: NodeId | undefined;
    }
  | {
      readonly type: 'roleChanged';
      readonly role: Role;
      /** The ballot this node holds as leader or candidate, or that of the leader it follows. */
      readonly ballot: Ballot;
      readonly leader: NodeId | undefined;
      /** True from when a leader has applied every entry recovered in phase 1: from then on it plans and stamps. */
      readonly serving: boolean;
    }
  /** The replica must stop at once, without another message: kill the process. */
  | { readonly type: 'fatal'; readonly reason: string };
