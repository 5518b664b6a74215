/** By UTF-16 code units: total, and the same on every machine, which a locale's order is not. */
export function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
