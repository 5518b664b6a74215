/**
 * One record of the active state as it goes into an image and comes back: plain data (numbers, strings, booleans, arrays and
 * objects of them), whose bytes are the business of a codec. Its key says what it is, and sorts by creation where the order
 * matters: `j/` jobs, `w/` workers, `n/` nodes, `s/` client sessions and their replies, `k/` idempotency keys, `c` counters.
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
