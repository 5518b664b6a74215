import type { Random } from '@synod/base';

/** A number in [0, 1). */
export function fraction(random: Random): number {
  return random.nextUint32() / 4_294_967_296;
}

/** Doubles from `firstMs` with each failure (from 1) up to `maxMs`, and takes a random part of 50 to 100 % of it. */
export function backoffMs(failures: number, firstMs: number, maxMs: number, random: Random): number {
  const full = Math.min(maxMs, firstMs * 2 ** Math.min(failures - 1, 20));
  return full * (0.5 + fraction(random) / 2);
}
