import type { CancelTimer, Clock, Logger, Timers } from '@synod/base';
import { RequestRefusedError } from '@synod/contracts';
import type { Command, CommandEnvelope, CommandReply } from '@synod/jobs';
import { COMMAND_VERSIONS } from '@synod/jobs';

/** Where commands go at this moment: into the own log, over the link to the leader, or nowhere yet. */
export interface CommandRoute {
  /** Takes encoded commands in order; `refused` may be called later with how long to wait before they are sent again. */
  send(commands: readonly Uint8Array[], refused: (refusal: { overloaded: boolean }) => void): void;
}

export interface GatewayOptions {
  readonly groupId: number;
  readonly nodeId: string;
  readonly incarnation: number;
  /** Sequences between the oldest unanswered command and the newest sent, at most; within the state machine's reply window. */
  readonly maxInFlight: number;
  /** Commands waiting for a place, at most; above it those that may be shed are refused. */
  readonly maxWaiting: number;
  readonly maxPendingBytes: number;
  /** A command that was sent and not seen applied for so long is sent again. */
  readonly resendAfterMs: number;
}

export const DEFAULT_GATEWAY_LIMITS = {
  maxInFlight: 2_048,
  maxWaiting: 20_000,
  maxPendingBytes: 64 * 1024 * 1024,
  resendAfterMs: 2_000,
};

export interface ProposeOptions {
  readonly principal?: string;
  readonly traceContext?: string;
  /** Load may refuse it (submissions); reports, cancels and administration are never refused for load. */
  readonly sheddable: boolean;
  /** Gives up waiting after so long; the command may be applied all the same. */
  readonly timeoutMs?: number;
}

interface Pending {
  readonly sequence: number;
  readonly bytes: Uint8Array;
  readonly sheddable: boolean;
  readonly resolve: (reply: CommandReply) => void;
  readonly reject: (error: RequestRefusedError) => void;
  cancelTimeout: CancelTimer;
  sentAtMs: number | undefined;
  /** A command sent more than once may already be in the log: load must not refuse it any more. */
  sends: number;
}

interface Waiting {
  readonly body: Command;
  readonly options: ProposeOptions;
  readonly resolve: (reply: CommandReply) => void;
  readonly reject: (error: RequestRefusedError) => void;
}

/**
 * The client session of this coordinator incarnation. Each command gets one sequence and one encoding, and is sent again,
 * unchanged, until this replica has seen it applied: through a change of leader, a broken link or a refusal. The state machine
 * applies it once (P9), and the reply is found where this replica applies it, so an answer never comes before the local state
 * shows its effect.
 */
export class CommandGateway {
  private readonly pending = new Map<number, Pending>();
  private readonly waiting: Waiting[] = [];
  private unsent: Pending[] = [];
  private pendingBytes = 0;
  private nextSequence = 1;
  private route: CommandRoute | undefined;
  private flushScheduled = false;
  private stopped = false;
  private readonly cancelResend: CancelTimer;

  constructor(
    private readonly options: GatewayOptions,
    private readonly modules: {
      readonly clock: Clock;
      readonly timers: Timers;
      readonly logger: Logger;
      readonly encode: (envelope: CommandEnvelope) => Uint8Array;
    },
  ) {
    this.cancelResend = modules.timers.every(options.resendAfterMs / 2, () => {
      this.resendStale();
    });
  }

  /** Resolves with the reply once the command was applied here. Rejects with {@link RequestRefusedError}: overloaded, outcomeUnknown, shuttingDown. */
  propose(body: Command, options: ProposeOptions): Promise<CommandReply> {
    if (this.stopped) return Promise.reject(new RequestRefusedError({ code: 'shuttingDown' }));
    return new Promise((resolve, reject) => {
      const request: Waiting = { body, options, resolve, reject };
      if (this.hasRoom()) this.admit(request);
      else if (options.sheddable && this.isFull()) reject(overloaded());
      else this.waiting.push(request);
    });
  }

  /** Called when the way to the leader changed or was made anew: everything unanswered goes out again, in order. */
  routeChanged(route: CommandRoute | undefined): void {
    this.route = route;
    this.unsent = [...this.pending.values()];
    this.scheduleFlush();
  }

  /** Called with each of this session's commands that this replica applied. */
  settled(sequence: number, reply: CommandReply): void {
    const pending = this.pending.get(sequence);
    if (pending === undefined) return;
    this.forget(pending);
    pending.resolve(reply);
    this.admitWaiting();
  }

  get depth(): { readonly pending: number; readonly waiting: number; readonly bytes: number } {
    return { pending: this.pending.size, waiting: this.waiting.length, bytes: this.pendingBytes };
  }

  stop(): void {
    if (this.stopped) return;
    this.stopped = true;
    this.cancelResend();
    const error = new RequestRefusedError({ code: 'shuttingDown' });
    for (const pending of [...this.pending.values()]) {
      this.forget(pending);
      pending.reject(error);
    }
    for (const waiting of this.waiting.splice(0)) waiting.reject(error);
  }

  private hasRoom(): boolean {
    return this.nextSequence - this.lowestPending() < this.options.maxInFlight && this.waiting.length === 0;
  }

  private isFull(): boolean {
    return this.waiting.length >= this.options.maxWaiting || this.pendingBytes >= this.options.maxPendingBytes;
  }

  /** Sequences enter `pending` in rising order, so the first key is the lowest. */
  private lowestPending(): number {
    for (const sequence of this.pending.keys()) return sequence;
    return this.nextSequence;
  }

  private admitWaiting(): void {
    while (this.waiting.length > 0 && this.nextSequence - this.lowestPending() < this.options.maxInFlight) {
      const request = this.waiting.shift();
      if (request !== undefined) this.admit(request);
    }
  }

  private admit(request: Waiting): void {
    const sequence = this.nextSequence++;
    const pending: Pending = {
      sequence,
      bytes: this.encode(request, sequence),
      sheddable: request.options.sheddable,
      resolve: request.resolve,
      reject: request.reject,
      cancelTimeout: () => undefined,
      sentAtMs: undefined,
      sends: 0,
    };
    const { timeoutMs } = request.options;
    if (timeoutMs !== undefined) {
      pending.cancelTimeout = this.modules.timers.after(timeoutMs, () => {
        // It stays pending, so that its sequence is settled and never reused; only the caller stops waiting.
        pending.reject(new RequestRefusedError({ code: 'outcomeUnknown' }));
      });
    }
    this.pending.set(sequence, pending);
    this.pendingBytes += pending.bytes.length;
    this.unsent.push(pending);
    this.scheduleFlush();
  }

  private encode(request: Waiting, sequence: number): Uint8Array {
    const { groupId, nodeId, incarnation } = this.options;
    const lowest = this.lowestPending();
    return this.modules.encode({
      groupId,
      version: COMMAND_VERSIONS[request.body.type],
      stampMs: 0,
      principal: request.options.principal ?? '',
      traceContext: request.options.traceContext ?? '',
      origin: { nodeId, incarnation, sequence, acknowledgedBelow: Math.min(lowest, sequence) },
      body: request.body,
    });
  }

  private forget(pending: Pending): void {
    this.pending.delete(pending.sequence);
    this.pendingBytes -= pending.bytes.length;
    pending.cancelTimeout();
  }

  private scheduleFlush(): void {
    if (this.flushScheduled || this.unsent.length === 0 || this.route === undefined) return;
    this.flushScheduled = true;
    queueMicrotask(() => {
      this.flushScheduled = false;
      this.flush();
    });
  }

  private flush(): void {
    const route = this.route;
    if (route === undefined || this.stopped) return;
    const batch = [...new Set(this.unsent)].filter((pending) => this.pending.has(pending.sequence));
    this.unsent = [];
    if (batch.length === 0) return;
    const now = this.modules.clock.monotonicMs();
    for (const pending of batch) {
      pending.sentAtMs = now;
      pending.sends += 1;
    }
    route.send(
      batch.map((pending) => pending.bytes),
      ({ overloaded: shed }) => {
        this.refused(batch, shed);
      },
    );
  }

  /** A refused batch was not proposed, or its outcome is unknown: what may be shed is, the rest goes out again a little later. */
  private refused(batch: readonly Pending[], shed: boolean): void {
    const open = batch.filter((pending) => this.pending.has(pending.sequence));
    const mayBeShed = (pending: Pending): boolean => shed && pending.sheddable && pending.sends === 1;
    const again = open.filter((pending) => !mayBeShed(pending));
    for (const pending of open.filter(mayBeShed)) {
      // The sequence was spent without effect; a later acknowledgedBelow tells the state machine not to expect it.
      this.forget(pending);
      pending.reject(overloaded());
    }
    if (again.length > 0) {
      this.modules.timers.after(REFUSED_RETRY_MS, () => {
        this.unsent.push(...again);
        this.scheduleFlush();
      });
    }
    this.admitWaiting();
  }

  private resendStale(): void {
    const before = this.modules.clock.monotonicMs() - this.options.resendAfterMs;
    const stale = [...this.pending.values()].filter((pending) => (pending.sentAtMs ?? Infinity) <= before);
    if (stale.length === 0) return;
    this.modules.logger.warn({ commands: stale.length }, 'commands were not applied in time and are sent again');
    this.unsent.push(...stale);
    this.scheduleFlush();
  }
}

/** Short enough not to be felt after a change of leader, long enough not to spin. */
const REFUSED_RETRY_MS = 20;

function overloaded(): RequestRefusedError {
  return new RequestRefusedError({ code: 'overloaded', retryAfterMs: OVERLOAD_RETRY_MS });
}

const OVERLOAD_RETRY_MS = 500;
