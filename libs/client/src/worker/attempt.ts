import type { Clock } from '@synod/base';
import type { WireAssignment } from '@synod/wire';
import { specFromWire } from '../convert/spec.js';
import { progressLine } from '../progress-line.js';
import type { JobSpec } from '../types.js';
import { AttemptLog } from './attempt-log.js';

/** Why an attempt is told to end before its handler is through. */
export type EndCause = 'cancelled' | 'timedOut' | 'leaseLapsed' | 'outdated' | 'stopped';

const REASONS: Readonly<Record<EndCause, string>> = {
  cancelled: 'the job was cancelled',
  timedOut: 'the attempt ran out of its time',
  leaseLapsed: 'no coordinator was heard for too long: the job may run elsewhere',
  outdated: 'the attempt is no longer the current one of its job',
  stopped: 'the worker stopped',
};

/** What a handler is given. */
export interface HandlerContext {
  readonly jobId: string;
  /** From 1. */
  readonly attempt: number;
  /** 64-bit decimal number: give it to whatever the handler writes to, so that an older holder can be refused there. */
  readonly fencingToken: string;
  readonly payload: Uint8Array;
  readonly spec: JobSpec;
  /** Aborts when the job is cancelled, times out, may run elsewhere, or the worker stops. The result is then of no effect. */
  readonly signal: AbortSignal;
  /**
   * Adds a line to the attempt's log: `synod job logs`, `client.logs`. The worker keeps the last 256 KiB while the attempt runs and for
   * a while after, the record of the job the last 4 KiB.
   */
  readonly log: (text: string) => void;
  /** Says how far the attempt is, from 0 to 1: a line of its log, which `client.progress` reads. */
  readonly progress: (fraction: number, text?: string) => void;
}

const NO_PAYLOAD = new Uint8Array(0);

/** An attempt that this worker holds: it runs, or its end is not yet acknowledged. Thousands a second: all that can be is lazy. */
export class HeldAttempt implements HandlerContext {
  readonly jobId: string;
  readonly attempt: number;
  readonly fencingToken: string;
  readonly payload: Uint8Array;
  readonly lostAfterMs: number;
  readonly timeoutMs: number;
  readonly killGraceMs: number;
  /** Why it was told to end; undefined while it may go on. */
  endCause: EndCause | undefined;
  /** Monotonic; set with {@link endCause}. */
  endAskedAtMs = 0;
  ended = false;
  startReported = false;
  readonly startedAtMs: number;
  readonly startedMonotonicMs: number;
  private controller: AbortController | undefined;
  private lines: AttemptLog | undefined;

  constructor(
    private readonly assignment: WireAssignment,
    private readonly clock: Clock,
  ) {
    this.startedAtMs = clock.wallMs();
    this.startedMonotonicMs = clock.monotonicMs();
    const { jobId, attempt, fencingToken, spec } = assignment;
    this.jobId = jobId;
    this.attempt = attempt;
    this.fencingToken = fencingToken;
    this.payload = spec?.handler?.payload ?? NO_PAYLOAD;
    // An unreachable attempt of this mode is left alone.
    const leftAlone = spec?.mode === 'EXECUTION_MODE_AT_LEAST_ONCE';
    this.lostAfterMs = leftAlone ? Infinity : spec?.lostAfterMs || 10_000;
    this.timeoutMs = spec?.startToCloseTimeoutMs || Infinity;
    this.killGraceMs = spec?.killGraceMs ?? 5_000;
  }

  /** False for one that goes on although no coordinator is heard. */
  get hasLease(): boolean {
    return this.lostAfterMs !== Infinity;
  }

  get handlerName(): string {
    return this.assignment.spec?.handler?.handler ?? '';
  }

  get spec(): JobSpec {
    if (this.assignment.spec === null) return { handler: { handler: '' } };
    return specFromWire(this.assignment.spec);
  }

  get signal(): AbortSignal {
    this.controller ??= new AbortController();
    if (this.endCause !== undefined && !this.controller.signal.aborted) this.controller.abort(reasonOf(this.endCause));
    return this.controller.signal;
  }

  // Handlers take these out of their context: they must not need `this`.
  get log(): HandlerContext['log'] {
    return (text) => this.readableLog().append(text, this.clock.wallMs());
  }

  get progress(): HandlerContext['progress'] {
    return (fraction, text) => this.log(progressLine(fraction, text));
  }

  /** For readers: made for the first of them when nothing was written yet. */
  readableLog(): AttemptLog {
    this.lines ??= new AttemptLog();
    return this.lines;
  }

  /** Undefined when nobody wrote and nobody read. */
  get writtenLog(): AttemptLog | undefined {
    return this.lines;
  }

  /** Tells the handler to end; only the first cause counts. */
  askToEnd(cause: EndCause, nowMs: number): void {
    if (this.endCause !== undefined || this.ended) return;
    this.endCause = cause;
    this.endAskedAtMs = nowMs;
    this.controller?.abort(reasonOf(cause));
  }
}

function reasonOf(cause: EndCause): Error {
  const reason = new Error(REASONS[cause]);
  reason.name = 'AbortError';
  return reason;
}
