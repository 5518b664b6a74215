// Keys of image records. A prefix of its own for each kind: ids of nodes and workers may contain a slash, so that a key must
// never be told apart by what follows an id.

export const COUNTERS_KEY = 'c';
export const JOB_PREFIX = 'j/';
export const IDEMPOTENCY_KEY_PREFIX = 'k/';
export const NODE_PREFIX = 'n/';
export const QUEUE_PREFIX = 'q/';
export const REPLY_PREFIX = 'r/';
export const SESSION_PREFIX = 's/';
export const SCHEDULE_PREFIX = 't/';
export const WORKER_PREFIX = 'w/';

const ORDER_RADIX = 32;
/** Enough for every safe integer: 55 bits. */
const ORDER_DIGITS = 11;

/** A count as text that sorts as the number does. */
export function orderText(order: number): string {
  return order.toString(ORDER_RADIX).padStart(ORDER_DIGITS, '0');
}

/** The number of an {@link orderText}; undefined for any other text. */
export function orderOf(text: string): number | undefined {
  const order = Number.parseInt(text, ORDER_RADIX);
  return Number.isSafeInteger(order) && order >= 0 && orderText(order) === text ? order : undefined;
}
