/**
 * A programmer error: an invariant of Synod does not hold. It is never handled; the process that sees one stops, because
 * going on would mean acting on state that is known to be wrong.
 */
export class InvariantViolation extends Error {
  override readonly name = 'InvariantViolation';

  constructor(
    /** Name of the invariant, such as `I2 accepted ballot <= promised`. Stable: tests and operators match on it. */
    readonly invariant: string,
    detail?: string,
  ) {
    super(detail === undefined ? invariant : `${invariant}: ${detail}`);
  }
}

/** Throws {@link InvariantViolation} unless `condition` holds. `detail` is computed only on failure. */
export function assert(condition: unknown, invariant: string, detail?: () => string): asserts condition {
  if (!condition) throw new InvariantViolation(invariant, detail?.());
}

/** Marks the end of an exhaustive switch; reaching it is a programmer error. */
export function unreachable(value: never): never {
  throw new InvariantViolation('exhaustive switch', JSON.stringify(value));
}
