import type { Random } from '@synod/base';
import { FAILOVER_BACKOFF_INITIAL_MS, FAILOVER_BACKOFF_MAX_MS } from './limits.js';
import { rpcError, RpcError } from './rpc-error.js';

/** Addresses of interchangeable servers, one of them current. Calls stay with it until it fails. */
export class AddressRotation {
  readonly addresses: readonly string[];
  #index = 0;

  /** At least one address; repetitions are dropped. */
  constructor(addresses: readonly string[], startIndex = 0) {
    this.addresses = [...new Set(addresses)];
    if (this.addresses.length === 0) throw new RangeError('an AddressRotation needs an address');
    this.#index = startIndex % this.addresses.length;
  }

  get size(): number {
    return this.addresses.length;
  }

  current(): string {
    return this.addresses[this.#index] as string;
  }

  /** Goes on to the next address and returns it. */
  next(): string {
    this.#index = (this.#index + 1) % this.addresses.length;
    return this.current();
  }

  /** Goes on from `failed`, unless another caller has done so already: callers that fail together move once. */
  leave(failed: string): string {
    return this.current() === failed ? this.next() : this.current();
  }

  /** Makes this address the current one, such as that of the leader; an unknown one is ignored. */
  prefer(address: string): void {
    const index = this.addresses.indexOf(address);
    if (index >= 0) this.#index = index;
  }
}

export interface FailoverOptions {
  /** How long from now all attempts together may take, in milliseconds. */
  readonly deadlineMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Errors after which another address is tried. Default: status UNAVAILABLE. */
  readonly retryable?: (error: RpcError) => boolean;
  /** Times of this host; replaced in tests. */
  readonly time?: FailoverTime;
}

export interface FailoverTime {
  monotonicMs(): number;
  /** Resolves after the delay, at once when the signal is aborted. */
  wait(delayMs: number, signal: AbortSignal | undefined): Promise<void>;
  readonly random: Random;
}

export interface FailoverAttempt {
  readonly address: string;
  /** From 1. */
  readonly attempt: number;
  /** What is left, for the call's own deadline. */
  readonly deadlineMs: number;
}

/**
 * Calls `fn` with the current address, and while it rejects as unavailable, with the others in turn, until the deadline has
 * passed; then it rejects with the last error. Each address is tried once without delay; between rounds it waits 50 ms,
 * doubled each round up to 1 s, of which half is random. `fn` may have taken effect when it rejects: it has to be safe to
 * repeat.
 */
export async function withFailover<T>(
  rotation: AddressRotation,
  fn: (attempt: FailoverAttempt) => Promise<T>,
  options: FailoverOptions,
): Promise<T> {
  const { signal, retryable = isUnavailable, time = systemTime } = options;
  const endsAtMs = time.monotonicMs() + options.deadlineMs;
  for (let attempt = 1; ; attempt += 1) {
    const address = rotation.current();
    try {
      return await fn({ address, attempt, deadlineMs: Math.max(1, endsAtMs - time.monotonicMs()) });
    } catch (error) {
      if (!(error instanceof RpcError) || !retryable(error)) throw error;
      rotation.leave(address);
      const round = Math.floor(attempt / rotation.size);
      const delayMs = attempt % rotation.size === 0 ? backoffMs(round, time.random) : 0;
      if (time.monotonicMs() + delayMs >= endsAtMs) throw error;
      if (delayMs > 0) await time.wait(delayMs, signal);
      if (signal?.aborted === true)
        throw rpcError('CANCELLED', 'CANCELLED', 'The caller cancelled the call.', { cause: error });
    }
  }
}

function isUnavailable(error: RpcError): boolean {
  return error.status === 'UNAVAILABLE';
}

/** Wait after round `round` (from 1): between a half and the whole of 50 ms * 2^(round - 1), at most 1 s. */
export function backoffMs(round: number, random: Random): number {
  const full = Math.min(FAILOVER_BACKOFF_MAX_MS, FAILOVER_BACKOFF_INITIAL_MS * 2 ** Math.min(round - 1, 20));
  return Math.round(full / 2 + (full / 2) * (random.nextUint32() / 2 ** 32));
}

const systemTime: FailoverTime = {
  monotonicMs: () => performance.now(),
  wait: (delayMs, signal) =>
    new Promise((resolve) => {
      const finish = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', finish);
        resolve();
      };
      const timer = setTimeout(finish, delayMs);
      if (signal?.aborted === true) finish();
      else signal?.addEventListener('abort', finish, { once: true });
    }),
  random: { nextUint32: () => Math.floor(Math.random() * 2 ** 32) },
};
