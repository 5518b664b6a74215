/**
 * One record of the active state as it goes into an image and comes back: plain data (numbers, strings, booleans, null, arrays
 * and objects of them), which is given to read and never changes; its bytes are the business of a codec. Its key says what it
 * is, in ASCII as long as ids are, and sorts by creation where there is an order: `c` counters, `j/` jobs, `k/` idempotency
 * keys, `n/` nodes, `q/` what was set of queues, `r/` stored replies of client sessions, `s/` client sessions, `t/` schedules,
 * `w/` workers.
 */
export interface StateRecord {
  readonly key: string;
  readonly value: unknown;
}

/** A record that changed since changes were last taken; `value` undefined: it is gone. */
export interface StateChange {
  readonly key: string;
  readonly value: unknown;
}
