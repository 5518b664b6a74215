import type { Deadline, Metadata } from '@grpc/grpc-js';

/** What every grpc-js server call has. */
interface AnyServerCall {
  readonly cancelled: boolean;
  readonly metadata: Metadata;
  getPeer(): string;
  getDeadline(): Deadline;
  once(event: 'cancelled', listener: () => void): unknown;
}

/** What a handler may know of its call besides the request. */
export class CallContext {
  #controller: AbortController | undefined;
  readonly #call: AnyServerCall;
  readonly #fail: (error: unknown) => void;

  constructor(call: AnyServerCall, fail: (error: unknown) => void) {
    this.#call = call;
    this.#fail = fail;
  }

  /** Aborted when the client gave up, its connection broke or its deadline passed: nobody waits for the answer any more. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      const controller = new AbortController();
      this.#controller = controller;
      if (this.#call.cancelled) controller.abort();
      else this.#call.once('cancelled', () => controller.abort());
    }
    return this.#controller.signal;
  }

  get cancelled(): boolean {
    return this.#call.cancelled;
  }

  /** When the client stops waiting, in Unix milliseconds by this host's clock; Infinity when it waits for ever. */
  get deadlineMs(): number {
    const deadline = this.#call.getDeadline();
    return deadline instanceof Date ? deadline.getTime() : deadline;
  }

  /** Milliseconds until the deadline, 0 when it has passed. */
  get remainingMs(): number {
    return Math.max(0, this.deadlineMs - Date.now());
  }

  /** Address of the client. */
  get peer(): string {
    return this.#call.getPeer();
  }

  get metadata(): Metadata {
    return this.#call.metadata;
  }

  /** Ends a stream with this error, mapped as a thrown one would be: for handlers that live on after they returned. */
  fail(error: unknown): void {
    this.#fail(error);
  }
}
