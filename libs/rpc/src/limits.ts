const MIB = 1024 * 1024;

/**
 * Largest message, in bytes, in both directions; both ends have to agree. A log entry may hold 4 MiB, and an `accept` or
 * `promised` message must carry one with room to spare.
 */
export const MAX_MESSAGE_BYTES = 8 * MIB;

/**
 * HTTP/2 flow-control window of a connection and of a stream, in bytes. The default of 64 KiB would make a full-sized message
 * wait for 128 round trips of window updates; more than this only adds memory for a receiver that does not read.
 */
export const FLOW_CONTROL_WINDOW_BYTES = 1 * MIB;

/**
 * A client asks its server for a sign of life this often while a call is open, in milliseconds, and gives up after the timeout:
 * a dead host is found within 6 s. Shorter costs 2,000 agents' worth of pings; and a timeout below the longest pause of a
 * server's event loop (1 to 2 s) would break connections that are only slow.
 */
export const CLIENT_KEEPALIVE_TIME_MS = 3_000;
export const CLIENT_KEEPALIVE_TIMEOUT_MS = 3_000;

/**
 * The same from the server's side, slower: an agent that is frozen for some seconds keeps its connection, and it is the
 * heartbeat that decides about its leases. Found within 10 s; the state of a vanished peer is not kept longer.
 */
export const SERVER_KEEPALIVE_TIME_MS = 5_000;
export const SERVER_KEEPALIVE_TIMEOUT_MS = 5_000;

/** First and longest wait between two attempts to connect, in milliseconds: a coordinator is back within 1 s of its restart. */
export const RECONNECT_BACKOFF_INITIAL_MS = 100;
export const RECONNECT_BACKOFF_MAX_MS = 1_000;

/**
 * How long a unary call waits for the connection before it fails with UNAVAILABLE, in milliseconds. A host that answers
 * nothing at all (power off, packets dropped) would hold the call until its deadline otherwise, and no other would be tried.
 */
export const CONNECT_TIMEOUT_MS = 2_000;

/** Deadline of a unary call whose caller names none, in milliseconds. */
export const DEFAULT_DEADLINE_MS = 10_000;

/** Longest deadline, in milliseconds: the longest that a timer can count. */
export const MAX_DEADLINE_MS = 2_147_483_647;

/** Waits between two rounds over all addresses, in milliseconds; see `withFailover`. */
export const FAILOVER_BACKOFF_INITIAL_MS = 50;
export const FAILOVER_BACKOFF_MAX_MS = 1_000;

/** Messages that may wait in a stream before `tryWrite` says no. Bounds memory together with MAX_MESSAGE_BYTES. */
export const MAX_QUEUED_MESSAGES = 256;

/** Largest text of an error's details on the wire, in bytes: HTTP/2 peers refuse trailers beyond 8 to 16 KiB. */
export const MAX_STATUS_DETAILS_BYTES = 5_000;
