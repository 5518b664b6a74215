import { assert } from '@synod/base';

/** Version of the messages that this core writes and reads. */
export const MESSAGE_FORMAT_VERSION = 1;

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
  /** Reads waiting for confirmation at the most; above it they are refused. */
  readonly maxQueuedReads: number;
  /** Bytes of chosen entries kept in memory for peers that lag a little; older ones are loaded from the log. */
  readonly maxCachedBytes: number;
  /** Bytes of one `fetched` or `promised` message at the most. */
  readonly maxTransferBytes: number;
  /** A node whose wall clock is farther than this from the median of a quorum isn't fit to lead. */
  readonly maxClockSkewMs: number;
  /** How long a leader that hands over takes no proposals before it goes on itself. */
  readonly transferTimeoutMs: number;
}

const KIB = 1024;
const MIB = 1024 * KIB;

/**
 * Defaults, with what each one trades. Ranges are those that `assertReplicaOptions` holds.
 *
 * - `electionRoundMs` 100 (10 to 10,000): should exceed the usual round trip between members; where replies come later, rounds become
 *   longer by themselves, to 16 times this (`RoundLength`). A leader whose connections break is replaced after about one round
 *   trip; one that hangs without a sound after two to three rounds. Each node sends (N - 1) polls and as many replies a round: at 100 ms and N = 3 the idle cluster exchanges 120 small
 *   messages a second. A pause of a leader's process longer than two rounds costs it the lead, so 50 would trade garbage
 *   collection pauses for elections.
 * - `resendAfterMs` 200 (10 to 60,000): at least one flush and one round trip; lower repeats work while a disk is only slow.
 *   It is also how long a follower may acknowledge nothing before the leader stops streaming to it.
 * - `maxOpenSlots` 256 (1 to 65,536): slots between chosen and proposed. With one entry a flush a follower must be 256 flushes
 *   behind to fill it. It bounds what phase 1 has to recover, and memory together with `maxOpenBytes`.
 * - `maxOpenBytes` 32 MiB (from `maxEntryBytes`): bandwidth times delay; above it proposals gather in the queue.
 * - `maxFlushesInFlight` 2 (1 to 64): one on the disk and one behind it, so that the disk doesn't idle for a turn of the event
 *   loop. 1 gives the largest entries and the fewest flushes; more gives lower latency on disks that flush in parallel.
 * - `maxEntryBytes` 4 MiB, `maxEntryCommands` 2,000: how long applying one entry may hold the event loop. The largest command
 *   must fit: a larger one still makes an entry of its own, which the host should have refused before.
 * - `maxQueuedProposals` 50,000, `maxQueuedBytes` 64 MiB: how much a pause of a second may gather before `overloaded`.
 * - `maxQueuedReads` 50,000: reads that wait for one confirmation; a read costs a few bytes.
 * - `maxCachedBytes` 64 MiB: how far a peer may lag before it is served from the log on disk.
 * - `maxTransferBytes` 4 MiB: at least one entry of the largest size, and under the transport's limit for a message (8 MiB).
 * - `maxClockSkewMs` 500 (from 1): stamps of log entries are the leader's clock, so its error is that of all due times. Must
 *   exceed a round trip, which the offset of a peer's clock includes.
 * - `transferTimeoutMs` 1,000 (10 to 60,000): a catch-up of one window and an election; callers wait for so long at the most.
 */
export const DEFAULT_REPLICA_OPTIONS: ReplicaOptions = Object.freeze({
  electionRoundMs: 100,
  resendAfterMs: 200,
  maxOpenSlots: 256,
  maxOpenBytes: 32 * MIB,
  maxFlushesInFlight: 2,
  maxEntryBytes: 4 * MIB,
  maxEntryCommands: 2_000,
  maxQueuedProposals: 50_000,
  maxQueuedBytes: 64 * MIB,
  maxQueuedReads: 50_000,
  maxCachedBytes: 64 * MIB,
  maxTransferBytes: 4 * MIB,
  maxClockSkewMs: 500,
  transferTimeoutMs: 1_000,
});

/**
 * How far above its own `chosenThroughSlot` an acceptor takes entries, in windows of the leader. One window is what a follower
 * at the leader's heels needs; the rest is for one that hears late how far slots are chosen. Beyond it a follower fetches
 * first, so that what it holds in memory stays bounded.
 */
export const ACCEPT_HORIZON_WINDOWS = 4;

/** Rounds in a row that a leader or candidate may lack a quorum of supporters before it gives way, so that its clients learn. */
export const MAX_UNHAPPY_ROUNDS = 5;

/** Resend periods without progress in phase 1 after which a candidate starts over with a new ballot and whoever answers then. */
export const CANDIDACY_STALLS_AFTER_RESENDS = 5;

/** Rounds for which a candidate that lacked a trimmed log leaves the field to others: they need two or three to find out. */
export const ROUNDS_BEFORE_STANDING_AGAIN = 4;

/** Withheld messages above which an acceptor whose disk is slow no longer takes questions that others can answer. */
export const MAX_WITHHELD_MESSAGES = 4_096;

/** Catch-up reads from the log under way at the most, for all peers together. */
export const MAX_LOADS_IN_FLIGHT = 4;

function assertRange(name: keyof ReplicaOptions, value: number, min: number, max: number): void {
  assert(Number.isSafeInteger(value) && value >= min && value <= max, `option ${name} in range`, () => {
    return `${value} not in [${min}, ${max}]`;
  });
}

/** Throws unless every option is in its range and their relations hold. */
export function assertReplicaOptions(options: ReplicaOptions): void {
  assertRange('electionRoundMs', options.electionRoundMs, 10, 10_000);
  assertRange('resendAfterMs', options.resendAfterMs, 10, 60_000);
  assertRange('maxOpenSlots', options.maxOpenSlots, 1, 65_536);
  assertRange('maxEntryBytes', options.maxEntryBytes, 1, 64 * MIB);
  assertRange('maxEntryCommands', options.maxEntryCommands, 1, 1_000_000);
  assertRange('maxOpenBytes', options.maxOpenBytes, options.maxEntryBytes, Number.MAX_SAFE_INTEGER);
  assertRange('maxFlushesInFlight', options.maxFlushesInFlight, 1, 64);
  assertRange('maxQueuedProposals', options.maxQueuedProposals, 1, 10_000_000);
  assertRange('maxQueuedBytes', options.maxQueuedBytes, options.maxEntryBytes, Number.MAX_SAFE_INTEGER);
  assertRange('maxQueuedReads', options.maxQueuedReads, 1, 10_000_000);
  assertRange('maxCachedBytes', options.maxCachedBytes, 0, Number.MAX_SAFE_INTEGER);
  assertRange('maxTransferBytes', options.maxTransferBytes, options.maxEntryBytes, 64 * MIB);
  assertRange('maxClockSkewMs', options.maxClockSkewMs, 1, Number.MAX_SAFE_INTEGER);
  assertRange('transferTimeoutMs', options.transferTimeoutMs, 10, 60_000);
}
