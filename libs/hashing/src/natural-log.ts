/** Terms of the series: the rest is below 2^-52 of the result. */
const LAST_ODD_POWER = 31;

/**
 * ln((hash + 1/2) / 2^32) of an unsigned 32-bit hash: below 0.
 *
 * `Math.log` may differ between engines in its last bit, which would place a key differently on two machines. This uses the
 * four basic operations alone, which IEEE 754 rounds in one way: ln(2^e m) = e ln 2 + 2 artanh((m - 1) / (m + 1)).
 */
export function logOfUnit(hash: number): number {
  const value = hash + 0.5;
  const exponent = hash === 0 ? -1 : 31 - Math.clz32(hash);
  const scale = exponent < 0 ? 0.5 : (1 << exponent) >>> 0;
  const mantissa = value / scale;
  const ratio = (mantissa - 1) / (mantissa + 1);
  const square = ratio * ratio;
  let sum = 0;
  for (let power = LAST_ODD_POWER; power >= 1; power -= 2) sum = sum * square + 1 / power;
  return (exponent - 32) * Math.LN2 + 2 * ratio * sum;
}
