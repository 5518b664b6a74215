import type { AcceptedEntry, Ballot, SlotEntry, Entry, NodeId, Slot } from './types.js';
import type { Message } from './messages.js';

/** What the acceptor must make durable, in order. One `persist` effect is one atomic write. */
export type LogWrite =
  | { readonly kind: 'promised'; readonly ballot: Ballot }
  | { readonly kind: 'accepted'; readonly accepted: AcceptedEntry }
  /**
   * The log holds nothing any more at or below `throughSlot`: its entries may be deleted now or bit by bit later, and are never
   * read again. What is held above stays. May lie above every slot held, after a snapshot was installed.
   */
  | { readonly kind: 'trimmed'; readonly throughSlot: Slot }
  /** The storage id under which a peer was first heard; never changes for a node id (I10). */
  | { readonly kind: 'peer'; readonly nodeId: NodeId; readonly storageId: string }
  /** A hint that saves work after a restart: it rides along with the next flush and is never waited for. */
  | { readonly kind: 'chosenThrough'; readonly slot: Slot };

/** What a replica finds on its disk when it starts. */
export interface DurableState {
  readonly promised: Ballot;
  /**
   * Every slot up to here is known chosen, and the host has applied them before the first step: it loaded an image at
   * `imageSlot` and replayed the log from there. So this is at least `imageSlot`; it is below `trimmedThroughSlot` only when
   * the image was lost, and then this replica needs a snapshot before anything else.
   */
  readonly chosenThroughSlot: Slot;
  /** The slot of the durable image of applied state; 0 when there is none. */
  readonly imageSlot?: Slot | undefined;
  /**
   * How far the log itself says that its slots are chosen: its last durable `chosenThrough` write. Where it is below `imageSlot`,
   * the process may have ended between an installed snapshot and the trim that follows it; then what the log holds between the
   * two was accepted and maybe never chosen, even where no slot is missing, and the replica trims through the image before it
   * serves anybody. Default: unknown, which is taken for so unless `chosenThroughSlot` is above `imageSlot`.
   */
  readonly logChosenThroughSlot?: Slot | undefined;
  /** Accepted entries above `chosenThroughSlot`, by slot. */
  readonly accepted: readonly AcceptedEntry[];
  /** Slots above `chosenThroughSlot` whose record is damaged: this acceptor isn't counted for them in phase 1 (P14). */
  readonly unknownSlots?: readonly Slot[] | undefined;
  /**
   * Slots of (trimmedThroughSlot, chosenThroughSlot] whose record is damaged: applied here and of no harm to this replica, but
   * no peer can be served from them until they are fetched again.
   */
  readonly damagedSlots?: readonly Slot[] | undefined;
  /** Slots up to here are no longer in the log, and were chosen; 0 when nothing was trimmed. */
  readonly trimmedThroughSlot?: Slot | undefined;
  /** Storage ids of peers, as `peer` writes told. */
  readonly peers?: ReadonlyMap<NodeId, string> | undefined;
}

export interface Proposal {
  /** Chosen by the host, unique within this process. */
  readonly proposalId: number;
  readonly command: Uint8Array;
}

/** Health of this process as its host sees it; an unhappy node does not stand and, leading, gives way. */
export interface HostHealth {
  readonly happy: boolean;
  /** Why not, in one word: `disk`, `diskFull`, `eventLoop`. Empty when happy. The core adds `clock`, `diskFull` and `snapshot`. */
  readonly reason: string;
  /**
   * False when the disk has no room for another write: a commit would fail, which is fatal. Then nothing is promised or accepted
   * that would have to be written, and this acceptor is as silent as one that crashed. Default true.
   */
  readonly mayWrite?: boolean | undefined;
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
  /** `damagedSlot`: the first slot that could not be read, because its record is damaged; it is fetched again. */
  | {
      readonly type: 'entriesLoaded';
      readonly token: number;
      readonly entries: readonly SlotEntry[];
      readonly damagedSlot?: Slot | undefined;
    }
  /** The image of applied state is durable through `slot`: at or below the applied slot, and rising. */
  | { readonly type: 'imageFlushed'; readonly slot: Slot }
  /** Asks to trim the log through `throughSlot`; what the image doesn't cover stays (I7). */
  | { readonly type: 'trim'; readonly throughSlot: Slot }
  /** Answers `fetchSnapshot`: a whole snapshot at `slot` is here, checked, and not yet installed. */
  | { readonly type: 'snapshotReceived'; readonly slot: Slot }
  /** Answers `fetchSnapshot`: `peer` has none, or broke off. What came so far may be kept, to go on from there. */
  | { readonly type: 'snapshotFailed'; readonly peer: NodeId }
  /** Answers `installSnapshot`: state machine and durable image are those of the snapshot at `slot`. */
  | { readonly type: 'snapshotInstalled'; readonly slot: Slot }
  /** Asks this leader to hand over to `to`; to the follower that is furthest when undefined. Answered by `transferEnded`. */
  | { readonly type: 'transferLeadership'; readonly transferId: number; readonly to: NodeId | undefined };

export type Role = 'follower' | 'candidate' | 'leader';

export type RefusalReason =
  /** This node does not lead; nothing was proposed. Try `leader` when it is given. */
  | 'notLeader'
  /** This node led and lost it: the outcome is unknown. Retry under the same client session and sequence. */
  | 'leadershipLost'
  /** The queue of proposals is full; nothing was proposed. Try again after a delay. */
  | 'overloaded'
  /** This leader hands over to another; nothing was proposed. Try again in a moment. */
  | 'transferring';

export type TransferOutcome =
  /** Another node leads. */
  | 'transferred'
  /** The other one didn't take over in time; this node goes on leading, if it still does. */
  | 'timedOut'
  | 'notLeader'
  /** `to` is no voter, is this node, or is unhappy. */
  | 'unfitTarget'
  /** Another transfer is under way. */
  | 'busy';

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
  /**
   * No peer has the next slot in its log: the host fetches a snapshot of a slot above `aboveSlot` from `peer`, and goes on where
   * an earlier transfer of the same snapshot ended. One at a time; answered by `snapshotReceived` or `snapshotFailed`.
   */
  | { readonly type: 'fetchSnapshot'; readonly peer: NodeId; readonly aboveSlot: Slot }
  /**
   * The received snapshot at `slot` takes the place of state machine and image. Nothing is applied until `snapshotInstalled`;
   * promises and accepts go on. The next `apply` is that of `slot + 1`.
   */
  | { readonly type: 'installSnapshot'; readonly slot: Slot }
  /** The received snapshot is of no use any more. */
  | { readonly type: 'discardSnapshot'; readonly slot: Slot }
  | { readonly type: 'transferEnded'; readonly transferId: number; readonly outcome: TransferOutcome }
  /**
   * The replica must stop at once, without another message: kill the process. `persistFailed`: what is on the disk is not
   * known. `storageIdRefused`: a peer knows this node id with another storage id, so the data of this node was lost or its id is
   * taken; it must not come back under this id (I10).
   */
  | { readonly type: 'fatal'; readonly code: 'persistFailed' | 'storageIdRefused'; readonly reason: string };
