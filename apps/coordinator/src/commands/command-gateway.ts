import type { CancelTimer, Clock, Logger, Timers } from '@synod/base';
import { RequestRefusedError } from '@synod/contracts';
import type { Command, CommandEnvelope, CommandReply } from '@synod/jobs';
import { COMMAND_VERSIONS } from '@synod/jobs';
import type { CommandRoute } from './command-route.js';
import type { GatewayOptions, ProposeOptions } from './gateway-options.js';

interface Pending {
  readonly sequence: number;
  readonly bytes: Uint8Array;
  readonly options: ProposeOptions;
  readonly resolve: (reply: CommandReply) => void;
  readonly reject: (error: RequestRefusedError) => void;
  cancelTimeout: CancelTimer;
  sentAtMs: number;
  /** Number of the batch it was last sent with, rising; 0 before. */
  batch: number;
  /** One that was sent more than once may lie in the log: load must not refuse it any more. */
  sends: number;
}

export interface GatewayModules {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  /** Throws for a command that no log entry may hold. */
  readonly encode: (envelope: CommandEnvelope) => Uint8Array;
}

/**
 * The client session of this coordinator incarnation. Each command gets one sequence and one encoding, and is sent again,
 * unchanged, until this replica has seen it applied: through a change of leader, a broken link or a refusal. The state machine
 * applies it once (P9), and the reply is found where this replica applies it, so an answer never comes before the local state
 * shows its effect. A sequence that certainly was not proposed may be given up; the state machine does not miss it.
 */
export class CommandGateway {
  /** All that is not settled, by rising sequence. */
  private readonly pending = new Map<number, Pending>();
  /** What was sent and has to be sent again. */
  private readonly again = new Set<Pending>();
  private pendingBytes = 0;
  private nextSequence = 1;
  /** No sequence below is pending. */
  private lowest = 1;
  /** No sequence from here on was ever sent. */
  private nextToSend = 1;
  private batches = 0;
  private newestSettledBatch = 0;
  private lastSettledMs = 0;
  private route: CommandRoute | undefined;
  private flushScheduled = false;
  /** Set while nothing is sent, after a refusal. */
  private cancelHold: CancelTimer | undefined;
  private refusalsInARow = 0;
  private stopped = false;
  private readonly cancelResend: CancelTimer;

  constructor(
    private readonly options: GatewayOptions,
    private readonly modules: GatewayModules,
  ) {
    this.cancelResend = modules.timers.every(options.resendAfterMs / 2, () => {
      this.resendLost();
    });
  }

  /**
   * Resolves with the reply once the command was applied here. Rejects with {@link RequestRefusedError}: overloaded, noLeader and
   * shuttingDown (it was certainly not proposed), outcomeUnknown; or with what `encode` throws.
   */
  propose(body: Command, options: ProposeOptions): Promise<CommandReply> {
    if (this.stopped) return Promise.reject(refused('shuttingDown'));
    if (options.sheddable && this.isFull()) return Promise.reject(overloaded());
    return new Promise((resolve, reject) => {
      const sequence = this.nextSequence;
      const bytes = this.encode(body, options, sequence);
      this.nextSequence += 1;
      const cancelTimeout = (): void => undefined;
      const pending = { sequence, bytes, options, resolve, reject, cancelTimeout, sentAtMs: 0, batch: 0, sends: 0 };
      this.add(pending);
    });
  }

  /** Called when the way to the leader changed or was made anew: everything that was sent and not settled goes out again, in order. */
  routeChanged(route: CommandRoute | undefined): void {
    this.route = route;
    this.endHold();
    this.refusalsInARow = 0;
    for (const pending of [...this.pending.values()]) {
      if (pending.options.once === true) this.drop(pending, refused('outcomeUnknown'));
      else if (pending.sends > 0) this.again.add(pending);
    }
    this.scheduleFlush();
  }

  /**
   * The state of this replica was replaced by a later one: what it held of this session's commands was applied without being told
   * here. All that was sent goes out again; the state machine answers what it has applied with the reply that it stored (P9).
   */
  stateReplaced(): void {
    this.routeChanged(this.route);
  }

  /** Called with each of this session's commands that this replica applied. */
  settled(sequence: number, reply: CommandReply): void {
    const pending = this.pending.get(sequence);
    if (pending === undefined) return;
    this.forget(pending);
    this.newestSettledBatch = Math.max(this.newestSettledBatch, pending.batch);
    this.lastSettledMs = this.modules.clock.monotonicMs();
    this.refusalsInARow = 0;
    pending.resolve(reply);
    if (this.nextToSend < this.nextSequence) this.scheduleFlush();
  }

  /** How much is not settled; `unsent` counts sequences that wait for a leader or for room in the window. */
  get depth(): { readonly pending: number; readonly unsent: number; readonly bytes: number } {
    return { pending: this.pending.size, unsent: this.nextSequence - this.nextToSend, bytes: this.pendingBytes };
  }

  stop(): void {
    if (this.stopped) return;
    this.stopped = true;
    this.cancelResend();
    this.endHold();
    for (const pending of [...this.pending.values()]) {
      this.drop(pending, refused(pending.sends === 0 ? 'shuttingDown' : 'outcomeUnknown'));
    }
  }

  private isFull(): boolean {
    return this.pending.size >= this.options.maxPending || this.pendingBytes >= this.options.maxPendingBytes;
  }

  private lowestPending(): number {
    while (this.lowest < this.nextSequence && !this.pending.has(this.lowest)) this.lowest += 1;
    return this.lowest;
  }

  private encode(body: Command, { principal = '', traceContext = '' }: ProposeOptions, sequence: number): Uint8Array {
    const { groupId, nodeId, incarnation } = this.options;
    const origin = { nodeId, incarnation, sequence, acknowledgedBelow: this.lowestPending() };
    const version = COMMAND_VERSIONS[body.type];
    return this.modules.encode({ groupId, version, stampMs: 0, principal, traceContext, origin, body });
  }

  private add(pending: Pending): void {
    const { timeoutMs } = pending.options;
    if (timeoutMs !== undefined) {
      pending.cancelTimeout = this.modules.timers.after(timeoutMs, () => {
        this.timedOut(pending);
      });
    }
    this.pending.set(pending.sequence, pending);
    this.pendingBytes += pending.bytes.length;
    this.scheduleFlush();
  }

  /** One that was sent stays pending, so that its sequence is settled and nothing passes it; only its caller stops waiting. */
  private timedOut(pending: Pending): void {
    if (pending.sends > 0) return pending.reject(refused('outcomeUnknown'));
    this.drop(pending, this.route === undefined ? noLeader() : overloaded());
  }

  private drop(pending: Pending, error: RequestRefusedError): void {
    this.forget(pending);
    pending.reject(error);
  }

  private forget(pending: Pending): void {
    this.pending.delete(pending.sequence);
    this.again.delete(pending);
    this.pendingBytes -= pending.bytes.length;
    pending.cancelTimeout();
  }

  private scheduleFlush(): void {
    if (this.flushScheduled || this.route === undefined || this.cancelHold !== undefined) return;
    this.flushScheduled = true;
    queueMicrotask(() => {
      this.flushScheduled = false;
      this.flush();
    });
  }

  private flush(): void {
    const { route } = this;
    if (route === undefined || this.stopped || this.cancelHold !== undefined) return;
    const toSend = this.takeSendable();
    for (let from = 0; from < toSend.length;) {
      let bytes = 0;
      let end = from;
      while (end < toSend.length && (end === from || bytes < this.options.maxBatchBytes)) {
        bytes += toSend[end++]?.bytes.length ?? 0;
      }
      this.send(route, toSend.slice(from, end));
      from = end;
    }
  }

  /** What has to go out again, by sequence, then what fits the window. */
  private takeSendable(): Pending[] {
    const sendable = [...this.again].sort((a, b) => a.sequence - b.sequence);
    this.again.clear();
    const end = Math.min(this.nextSequence, this.lowestPending() + this.options.maxInFlight);
    for (; this.nextToSend < end; this.nextToSend += 1) {
      const pending = this.pending.get(this.nextToSend);
      if (pending !== undefined) sendable.push(pending);
    }
    return sendable;
  }

  private send(route: CommandRoute, commands: readonly Pending[]): void {
    const batch = ++this.batches;
    const now = this.modules.clock.monotonicMs();
    for (const pending of commands) {
      pending.sentAtMs = now;
      pending.batch = batch;
      pending.sends += 1;
    }
    const bytes = commands.map((pending) => pending.bytes);
    route.send(bytes, (outcome) => {
      if (outcome !== 'applied' && !this.stopped) this.refusedBatch(batch, commands, outcome);
    });
  }

  /** What may be shed is, the rest goes out again a little later. Those that were sent again meanwhile have another batch to tell of them. */
  private refusedBatch(batch: number, commands: readonly Pending[], outcome: 'shed' | 'unknown'): void {
    for (const pending of commands) {
      if (pending.batch !== batch || !this.pending.has(pending.sequence)) continue;
      const { sheddable, once } = pending.options;
      if (outcome === 'shed' && sheddable && pending.sends === 1) this.drop(pending, overloaded());
      else if (once === true) this.drop(pending, refused('outcomeUnknown'));
      else this.again.add(pending);
    }
    this.hold();
  }

  /** Sends nothing for a while, and for longer when it is refused again and again. */
  private hold(): void {
    if (this.cancelHold !== undefined) return;
    const mostMs = this.refusalsInARow < ELECTION_REFUSALS ? HOLD_IN_ELECTION_MS : HOLD_MAX_MS;
    const delayMs = Math.min(HOLD_MIN_MS * 2 ** this.refusalsInARow, mostMs);
    this.refusalsInARow += 1;
    this.cancelHold = this.modules.timers.after(delayMs, () => {
      this.endHold();
      this.scheduleFlush();
    });
  }

  private endHold(): void {
    this.cancelHold?.();
    this.cancelHold = undefined;
  }

  private resendLost(): void {
    const before = this.modules.clock.monotonicMs() - this.options.resendAfterMs;
    const silent = this.lastSettledMs <= before;
    let found = 0;
    for (const pending of this.pending.values()) {
      if (pending.sequence >= this.nextToSend) break;
      const { once } = pending.options;
      if (once === true || pending.sends === 0 || pending.sentAtMs > before || this.again.has(pending)) continue;
      if (!silent && pending.batch >= this.newestSettledBatch) continue;
      this.again.add(pending);
      found += 1;
    }
    if (found === 0) return;
    this.modules.logger.warn({ commands: found }, 'commands were not applied in time and are sent again');
    this.scheduleFlush();
  }
}

/** Short enough not to be felt after a change of leader, long enough not to spin. */
const HOLD_MIN_MS = 20;
const HOLD_MAX_MS = 500;
/**
 * Who is about to lead refuses until it serves, some hundred milliseconds at the most: so long holds are short, or callers would wait as
 * long again as the election took. More refusals than make a second mean something else.
 */
const HOLD_IN_ELECTION_MS = 40;
const ELECTION_REFUSALS = 25;
/** An election takes about so long; so does a queue of the leader that is full. */
const RETRY_AFTER_MS = 500;

function refused(code: 'outcomeUnknown' | 'shuttingDown'): RequestRefusedError {
  return new RequestRefusedError({ code });
}

function overloaded(): RequestRefusedError {
  return new RequestRefusedError({ code: 'overloaded', retryAfterMs: RETRY_AFTER_MS });
}

function noLeader(): RequestRefusedError {
  return new RequestRefusedError({ code: 'noLeader', retryAfterMs: RETRY_AFTER_MS });
}
