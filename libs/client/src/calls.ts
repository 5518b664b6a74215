import type { Clock, Timers } from '@synod/base';
import { Backoff } from './backoff.js';
import type { Channels, Coordinator } from './channels.js';
import { abortedError, clientError, type SynodClientError } from './errors.js';
import { isRetryable, isUnreachable, toClientError } from './faults.js';

/**
 * The first try of an operation gets so long, and each one after a try that timed out twice as long, up to the longest. A
 * coordinator that hangs, or is cut off from the others, must not hold its clients up much longer than the others need for an
 * election; where all are only slow, longer tries keep the repetitions few.
 */
const FIRST_TRY_MS = 1_000;
const LONGEST_TRY_MS = 5_000;

/** Told while no coordinator answers, once for each failed try. */
export interface UnavailableNotice {
  readonly address: string;
  /** Coordinators that take turns. */
  readonly addresses: readonly string[];
  /** How long this operation has been without an answer. */
  readonly sinceMs: number;
  readonly message: string;
}

export interface CallOptions {
  /** Whole time for the call with all its tries; default: the client's. */
  readonly deadlineMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface CallsSettings {
  readonly deadlineMs: number;
  readonly connectDeadlineMs: number;
  readonly onUnavailable: ((notice: UnavailableNotice) => void) | undefined;
}

/** Calls on whichever coordinator answers. */
export class Calls {
  /** Whether any coordinator has ever answered this client: until then it gives up after `connectDeadlineMs`. */
  private everAnswered = false;

  constructor(
    readonly channels: Channels,
    private readonly settings: CallsSettings,
    readonly time: Clock & Timers,
  ) {}

  /**
   * Tries `once` on the current coordinator, and on the others while the fault is one that another coordinator or a later
   * moment may not have. `once` must be safe to repeat.
   * @throws SynodClientError
   */
  async withFailover<Answer>(
    once: (
      coordinator: Coordinator,
      options: { deadlineMs: number; signal: AbortSignal | undefined },
    ) => Promise<Answer>,
    { deadlineMs = this.settings.deadlineMs, signal }: CallOptions = {},
  ): Promise<Answer> {
    const outage = this.outage(deadlineMs);
    while (true) {
      if (signal?.aborted) throw abortedError(signal);
      const coordinator = this.channels.current();
      try {
        const answer = await once(coordinator, { deadlineMs: outage.tryMs(), signal });
        this.answered();
        return answer;
      } catch (error) {
        await outage.endure(error, coordinator, signal);
      }
    }
  }

  get deadlineMs(): number {
    return this.settings.deadlineMs;
  }

  answered(): void {
    this.everAnswered = true;
  }

  /** The tries of one operation. `deadlineMs` may be Infinity: then only refusals end it. */
  outage(deadlineMs: number): Outage {
    return new Outage(this.channels, this.settings, this.time, deadlineMs, () => this.everAnswered);
  }
}

/** A time without an answer: it moves on to the next coordinator, pauses once all were tried, and knows when to give up. */
export class Outage {
  private startedAtMs: number;
  private failedTries = 0;
  private timedOutTries = 0;
  private readonly backoff: Backoff;

  constructor(
    private readonly channels: Channels,
    private readonly settings: CallsSettings,
    private readonly time: Clock & Timers,
    private readonly deadlineMs: number,
    private readonly everAnswered: () => boolean,
  ) {
    this.startedAtMs = time.monotonicMs();
    this.backoff = new Backoff(time);
  }

  leftMs(): number {
    return this.startedAtMs + this.deadlineMs - this.time.monotonicMs();
  }

  /** How long the next try may take. */
  tryMs(): number {
    return Math.max(1, Math.min(FIRST_TRY_MS * 2 ** this.timedOutTries, LONGEST_TRY_MS, this.leftMs()));
  }

  /** An answer came: the next outage begins anew. */
  over(): void {
    this.startedAtMs = this.time.monotonicMs();
    this.failedTries = 0;
    this.timedOutTries = 0;
    this.backoff.reset();
  }

  /** Resolves when it is time for another try at the then current coordinator; throws when there is no use in one. */
  async endure(error: unknown, coordinator: Coordinator, signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted) throw abortedError(signal);
    const fault = toClientError(error);
    if (!isRetryable(fault)) throw fault;
    this.failedTries += 1;
    if (fault.code === 'deadlineExceeded') this.timedOutTries += 1;
    const sinceMs = this.time.monotonicMs() - this.startedAtMs;
    const { addresses } = this.channels;
    this.settings.onUnavailable?.({ address: coordinator.address, addresses, sinceMs, message: fault.message });
    this.channels.moveOnFrom(coordinator);
    const unreachable = !this.everAnswered() && isUnreachable(fault);
    const giveUpMs = unreachable ? Math.min(this.deadlineMs, this.settings.connectDeadlineMs) : this.deadlineMs;
    const leftMs = giveUpMs - sinceMs;
    if (leftMs <= 0) throw this.givenUp(fault);
    const atLeastMs = fault.facts.retryAfterMs ?? 0;
    const triedAll = this.failedTries % this.channels.addresses.length === 0;
    if (triedAll || atLeastMs > 0) await this.backoff.pause({ atLeastMs, atMostMs: leftMs, signal });
  }

  /** A short wait that counts as no failure. */
  pause(signal: AbortSignal | undefined): Promise<void> {
    return this.backoff.pause({ signal });
  }

  private givenUp(fault: SynodClientError): SynodClientError {
    if (fault.code === 'resourceExhausted') return fault;
    const addresses = this.channels.addresses;
    const reason = isUnreachable(fault) ? 'UNREACHABLE' : fault.facts.reason;
    const said = isUnreachable(fault) ? 'no coordinator could be reached' : fault.message;
    const message = `${said} (tried ${addresses.join(', ')}): start the cluster, or check the addresses`;
    return clientError('unavailable', message, { reason, addresses, cause: fault });
  }
}
