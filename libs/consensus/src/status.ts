import type { ReplicaCounters } from './counters.js';
import type { Role } from './io.js';
import type { Ballot, NodeId, Slot } from './types.js';

/** How a peer was last heard. */
export interface PeerStatus {
  readonly nodeId: NodeId;
  /** `nowMs` of the last poll reply; undefined before the first. */
  readonly heardAtMs: number | undefined;
  /** The peer's wall clock minus this node's, at that reply; includes the way of the reply. */
  readonly wallOffsetMs: number | undefined;
  readonly chosenThroughSlot: Slot;
  readonly happy: boolean;
  /** As of the last poll reply; empty when it is fit to lead, or wasn't heard. */
  readonly unfitReason: string;
  /** The highest feature level that it supports; 0 before it was heard. */
  readonly featureLevel: number;
  readonly learner: boolean;
  /** While leading: accepts sent and not answered, and whether the stream to the peer has stopped. */
  readonly inFlightSlots: number;
  readonly stalled: boolean;
}

/** A look into a replica, for metrics, tests and the simulator. */
export interface ReplicaStatus {
  readonly role: Role;
  /** The ballot held as leader or candidate, or that of the leader followed; the zero ballot when none. */
  readonly ballot: Ballot;
  readonly leader: NodeId | undefined;
  readonly serving: boolean;
  readonly happy: boolean;
  /** Why this node isn't fit to lead, `clock` among them; empty when it is. */
  readonly unfitReason: string;
  readonly promised: Ballot;
  readonly durablePromised: Ballot;
  readonly chosenThroughSlot: Slot;
  readonly appliedSlot: Slot;
  readonly trimmedThroughSlot: Slot;
  /** How far any peer says that slots are chosen. */
  readonly highestKnownChosenSlot: Slot;
  readonly imageSlot: Slot;
  readonly needsSnapshot: boolean;
  readonly installingSnapshot: boolean;
  /** Damaged records that are to be fetched again. */
  readonly damagedSlots: number;
  readonly openSlots: number;
  readonly openBytes: number;
  readonly queuedProposals: number;
  readonly queuedBytes: number;
  readonly queuedReads: number;
  readonly withheldMessages: number;
  readonly flushesInFlight: number;
  readonly cachedBytes: number;
  readonly loadsInFlight: number;
  readonly peers: readonly PeerStatus[];
  readonly counters: Readonly<ReplicaCounters>;
  /** True after a fatal effect or a broken invariant: every further step does nothing. */
  readonly stopped: boolean;
}
