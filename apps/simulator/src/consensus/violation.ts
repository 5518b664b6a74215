/** A claim of the protocol that did not hold. */
export class Violation extends Error {
  override readonly name = 'Violation';

  constructor(
    /** The invariant, by its name; what tests match on. */
    readonly invariant: string,
    readonly detail: string,
  ) {
    super(`${invariant}: ${detail}`);
  }
}

export function expectThat(condition: boolean, invariant: string, detail: string): asserts condition {
  if (!condition) throw new Violation(invariant, detail);
}
