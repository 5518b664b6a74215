import type { CancelTimer, Clock, Logger, Timers } from '@synod/base';
import { compareBallots, ZERO_BALLOT, type Ballot } from '@synod/consensus';
import { ballotFromWire } from '@synod/contracts';
import type { WireHeartbeatRequestInput, WireHeartbeatResponse, WireWorkerLoadInput } from '@synod/wire';
import { messageOf } from '../shared/platform.js';
import type { CoordinatorAddresses } from './coordinators.js';

export interface HeartbeatModules {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Logger;
  readonly coordinators: CoordinatorAddresses;
  /** A connection of its own to the coordinator at this address; throws when there can be none. */
  readonly connect: (address: string) => HeartbeatChannel;
  /** What goes with each heartbeat, for people to see. */
  readonly load?: () => WireWorkerLoadInput;
  /** A quorum confirmed the leader after the heartbeat that was sent at this time (CLOCK_MONOTONIC). */
  onHeard(sentAtMs: number): void;
}

/** The heartbeat call, as its client needs it. `status` is its last event, whether it failed or not. */
export interface HeartbeatStream {
  on(event: 'data', listener: (response: WireHeartbeatResponse) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'status', listener: () => void): unknown;
  write(message: WireHeartbeatRequestInput): unknown;
  cancel(): void;
}

export interface HeartbeatChannel {
  heartbeat(): HeartbeatStream;
  close(): void;
}

const DEFAULT_INTERVAL_MS = 1_000;

/** A coordinator that confirms nothing for so many intervals is left for the next one. */
const SILENT_INTERVALS = 3;

/** But not before it had time to connect. */
const MIN_SILENCE_MS = 1_500;

/** From the end of one stream to the opening of the next. */
const REOPEN_MS = 200;

/** Heartbeats of which no answer came; the older ones are covered by the answer to a newer one, or by none. */
const MAX_UNANSWERED = 1_024;

/**
 * Heartbeats, on a connection of their own. What counts is when the last confirmed one was SENT: the cluster counts from
 * its receipt, which is later, so the worker's lease always ends before the cluster gives the work to others.
 */
export class HeartbeatClient {
  #address: string | undefined;
  #client: HeartbeatChannel | undefined;
  #stream: HeartbeatStream | undefined;
  #intervalMs = DEFAULT_INTERVAL_MS;
  #sequence = 0;
  readonly #sentAtMs = new Map<number, number>();
  #leader: Ballot = ZERO_BALLOT;
  #silentSinceMs = 0;
  #ticks: CancelTimer | undefined;
  #reopen: CancelTimer | undefined;

  constructor(
    readonly worker: { readonly workerId: string; readonly incarnation: number },
    readonly modules: HeartbeatModules,
  ) {}

  /** Begins, or goes on with another interval and, if nothing is confirmed where it is now, at another coordinator. */
  start(intervalMs: number, address: string): void {
    this.#intervalMs = intervalMs > 0 ? intervalMs : DEFAULT_INTERVAL_MS;
    this.#ticks?.();
    this.#ticks = this.modules.timers.every(this.#intervalMs, () => this.#tick());
    // Where the session stands, heartbeats are likely to pass too.
    if (this.#stream === undefined || this.#silentMs() > this.#intervalMs) this.#open(address);
    else this.#beat();
  }

  stop(): void {
    this.#ticks?.();
    this.#ticks = undefined;
    this.#close();
  }

  #tick(): void {
    const silent = this.#silentMs() > Math.max(MIN_SILENCE_MS, SILENT_INTERVALS * this.#intervalMs);
    if (silent) this.#open(this.modules.coordinators.after(this.#address));
    else this.#beat();
  }

  #silentMs(): number {
    return this.modules.clock.monotonicMs() - this.#silentSinceMs;
  }

  #open(address: string | undefined): void {
    this.#close();
    if (address === undefined) return;
    this.#address = address;
    this.#silentSinceMs = this.modules.clock.monotonicMs();
    try {
      this.#client = this.modules.connect(address);
    } catch (error) {
      this.modules.log.error({ address, error: messageOf(error) }, 'no heartbeats to this coordinator');
      return;
    }
    const stream = this.#client.heartbeat();
    this.#stream = stream;
    stream.on('data', (response: WireHeartbeatResponse) => this.#confirmed(response));
    stream.on('error', (error) => this.modules.log.warn({ address, error: error.message }, 'heartbeats interrupted'));
    stream.on('status', () => {
      if (this.#stream !== stream) return;
      this.#close();
      const next = this.modules.coordinators.after(address);
      if (this.#ticks !== undefined) this.#reopen = this.modules.timers.after(REOPEN_MS, () => this.#open(next));
    });
    this.#beat();
  }

  #close(): void {
    this.#reopen?.();
    const stream = this.#stream;
    this.#stream = undefined;
    stream?.cancel();
    this.#client?.close();
    this.#client = undefined;
  }

  #beat(): void {
    this.#sequence += 1;
    this.#sentAtMs.set(this.#sequence, this.modules.clock.monotonicMs());
    if (this.#sentAtMs.size > MAX_UNANSWERED) this.#sentAtMs.delete(this.#sequence - MAX_UNANSWERED);
    const load = this.modules.load?.();
    this.#stream?.write({ ...this.worker, sequence: this.#sequence, ...(load === undefined ? {} : { load }) });
  }

  #confirmed(response: WireHeartbeatResponse): void {
    if (response.leader === null) return;
    const leader = ballotFromWire(response.leader);
    // A leader of a lower ballot is deposed, though its answer may have been under way for long.
    if (compareBallots(leader, this.#leader) < 0) return;
    this.#leader = leader;
    const sequence = Number(response.sequence);
    const sentAtMs = this.#sentAtMs.get(sequence);
    for (const older of this.#sentAtMs.keys()) {
      if (older > sequence) break;
      this.#sentAtMs.delete(older);
    }
    if (sentAtMs === undefined) return;
    this.#silentSinceMs = this.modules.clock.monotonicMs();
    this.modules.onHeard(sentAtMs);
  }
}
