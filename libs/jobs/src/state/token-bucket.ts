import type { RateLimit } from '../queue.js';

/**
 * The level of a token bucket in units of 1/perMs of a token: each millisecond brings `tokens` units, a start costs `perMs`. So
 * levels are integers, and nothing is lost to rounding however often it is looked at. The largest is burst * perMs, below 2^47.
 */
export interface BucketLevel {
  readonly units: number;
  /** The applied time of which `units` is. */
  readonly atMs: number;
}

export function fullBucket({ burst, perMs }: RateLimit, atMs: number): BucketLevel {
  return { units: burst * perMs, atMs };
}

/** The level at a later time. */
export function refilled(rate: RateLimit, level: BucketLevel, atMs: number): BucketLevel {
  const missing = rate.burst * rate.perMs - level.units;
  const elapsedMs = atMs - level.atMs;
  // Compared before it is multiplied: a bucket that was left alone for years would leave the safe integers.
  if (elapsedMs >= Math.ceil(missing / rate.tokens)) return fullBucket(rate, atMs);
  return { units: level.units + elapsedMs * rate.tokens, atMs };
}

/** Whole tokens. */
export function tokensOf(rate: RateLimit, level: BucketLevel): number {
  return Math.floor(level.units / rate.perMs);
}

/** When there is a whole token; undefined: there is one. */
export function nextTokenMs(rate: RateLimit, level: BucketLevel): number | undefined {
  const missing = rate.perMs - level.units;
  return missing <= 0 ? undefined : level.atMs + Math.ceil(missing / rate.tokens);
}

/** The level under another rate: the whole tokens that there were, and as many more as may be had at once more than before. */
export function rebased(from: RateLimit, to: RateLimit, level: BucketLevel): BucketLevel {
  const tokens = tokensOf(from, level) + Math.max(0, to.burst - from.burst);
  return { units: Math.min(tokens, to.burst) * to.perMs, atMs: level.atMs };
}
