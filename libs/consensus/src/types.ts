/** Identity of a coordinator in the Paxos group. Never reused, not even for a machine that replaces another. */
export type NodeId = string;

/** Position in the replicated log, from 1; 0 means none. A safe integer. */
export type Slot = number;

/**
 * A ballot (Lamport, "Paxos Made Simple", section 2.2: proposal number). Total order: round, then priority, then nodeId.
 * A ballot belongs to the node in `nodeId`, and is never used twice, not even across restarts.
 */
export interface Ballot {
  readonly round: number;
  readonly priority: number;
  readonly nodeId: NodeId;
}

/** What a slot holds. A no-op fills a true hole found in phase 1. Commands are opaque bytes to consensus. */
export type Entry = { readonly kind: 'noop' } | { readonly kind: 'commands'; readonly commands: readonly Uint8Array[] };

/** An entry as an acceptor holds it. */
export interface AcceptedEntry {
  readonly slot: Slot;
  readonly ballot: Ballot;
  readonly entry: Entry;
}

/** An entry at its slot, where the ballot goes without saying. */
export interface SlotEntry {
  readonly slot: Slot;
  readonly entry: Entry;
}
