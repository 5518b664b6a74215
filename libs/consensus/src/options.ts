/** Limits and times of a replica. Inner code takes this resolved type; see `DEFAULT_REPLICA_OPTIONS` for what moves when one moves. */
export interface ReplicaOptions {
  /** Time between two election rounds, and how long a round waits for replies. Lower finds a dead leader sooner and polls more. */
  readonly electionRoundMs: number;
  /** How long a message waits for its answer before it is sent again. */
  readonly resendAfterMs: number;
  /** Open slots (proposed, not chosen) at the most. */
  readonly maxOpenSlots: number;
  /** Bytes of open entries at the most. */
  readonly maxOpenBytes: number;
  /** Own flushes under way before new proposals wait and gather into the next entry (group commit). */
  readonly maxFlushesInFlight: number;
  /** Size of one entry at the most, in bytes of its commands. */
  readonly maxEntryBytes: number;
  readonly maxEntryCommands: number;
  /** Proposals waiting for an entry at the most; above it they are refused as `overloaded`. */
  readonly maxQueuedProposals: number;
  readonly maxQueuedBytes: number;
  /** Bytes of chosen entries kept in memory for peers that lag a little; older ones are loaded from the log. */
  readonly maxCachedBytes: number;
  /** Bytes of one `fetched` or `promised` message at the most. */
  readonly maxTransferBytes: number;
}
