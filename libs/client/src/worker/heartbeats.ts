import type { CancelTimer, Clock, Timers } from '@synod/base';
import type { WireHeartbeatRequestInput, WireHeartbeatResponse } from '@synod/wire';
import type { WorkerLease } from './lease.js';

/** Heartbeats unanswered for so long make the worker try another coordinator; well within the shortest lease of 2.3 s. */
const SILENCE_LIMIT_MS = 1_200;
/** A stream gets at least so long to answer before it counts as silent. */
const CHECK_INTERVAL_MS = 100;

/** The part of a grpc-js duplex stream that is used here. */
export interface HeartbeatStream {
  write(request: WireHeartbeatRequestInput): boolean;
  cancel(): void;
  on(event: 'data', listener: (response: WireHeartbeatResponse) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'end', listener: () => void): unknown;
}

export interface HeartbeatModules {
  readonly time: Clock & Timers;
  readonly lease: WorkerLease;
  /** Opens a stream, at the same coordinator as before or at the next one, on a connection that carries nothing else. */
  open(where: 'same' | 'next'): HeartbeatStream;
}

/** Sends heartbeats at the interval that the coordinator asked for, and looks for another coordinator when none is answered. */
export class Heartbeats {
  private stream: HeartbeatStream | undefined;
  private openedAtMs = 0;
  private sentAtMs = 0;
  private stopTimer: CancelTimer | undefined;
  private intervalMs = 1_000;

  constructor(
    private readonly identity: { readonly workerId: string; readonly incarnation: number },
    private readonly modules: HeartbeatModules,
  ) {}

  start(intervalMs: number): void {
    this.intervalMs = Math.max(100, intervalMs);
    if (this.stopTimer !== undefined) return;
    this.open('same');
    this.stopTimer = this.modules.time.every(CHECK_INTERVAL_MS, () => this.check());
  }

  stop(): void {
    this.stopTimer?.();
    this.stopTimer = undefined;
    this.close();
  }

  private check(): void {
    const { time, lease } = this.modules;
    const nowMs = time.monotonicMs();
    const silentSinceMs = Math.max(lease.unansweredSinceMs() ?? nowMs, this.openedAtMs);
    if (this.stream === undefined || nowMs - silentSinceMs >= SILENCE_LIMIT_MS) {
      this.close();
      this.open('next');
    } else if (nowMs - this.sentAtMs >= this.intervalMs) this.beat();
  }

  private open(where: 'same' | 'next'): void {
    const stream = this.modules.open(where);
    this.stream = stream;
    this.openedAtMs = this.modules.time.monotonicMs();
    stream.on('data', ({ sequence, leader }) => {
      if (leader === null) return;
      const { round, priority, nodeId } = leader;
      const { lease, time } = this.modules;
      lease.acknowledge(Number(sequence), { round: Number(round), priority, nodeId }, time.monotonicMs());
    });
    const gone = () => {
      if (this.stream === stream) this.stream = undefined;
    };
    stream.on('error', gone);
    stream.on('end', gone);
    this.beat();
  }

  private beat(): void {
    const nowMs = this.modules.time.monotonicMs();
    this.sentAtMs = nowMs;
    const { workerId, incarnation } = this.identity;
    this.stream?.write({ workerId, incarnation, sequence: this.modules.lease.send(nowMs) });
  }

  private close(): void {
    const stream = this.stream;
    this.stream = undefined;
    this.modules.lease.forgetUnanswered();
    stream?.cancel();
  }
}
