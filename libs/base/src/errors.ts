/** What every typed error carries: a stable code that tests and callers match on, and fields of its own. */
export interface ErrorFacts {
  readonly code: string;
}

/**
 * Base of the one error class that each subsystem has. `facts` is a union of `{code, ...typed fields}`; the message is for
 * people and says what to do next; `cause` is kept.
 */
export class TypedError<Facts extends ErrorFacts> extends Error {
  constructor(
    readonly facts: Facts,
    message: string,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
    this.name = new.target.name;
  }

  get code(): Facts['code'] {
    return this.facts.code;
  }
}
