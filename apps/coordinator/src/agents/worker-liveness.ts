import type { Clock } from '@synod/base';
import type { WorkerLoad } from '@synod/contracts';
import type { AttemptRef, JobsView } from '@synod/jobs';

/** A worker is unheard for so long before it gets no new work; two and a half heartbeats of one second. */
export const QUIET_AFTER_MS = 2_500;
/** A worker that is unheard for so long, and holds nothing, is closed as lost. */
export const WORKER_LOST_AFTER_MS = 10_000;

export interface LostFindings {
  readonly attempts: readonly AttemptRef[];
  readonly workers: readonly { readonly workerId: string; readonly incarnation: number }[];
}

interface Heard {
  load?: WorkerLoad | undefined;
  incarnation: number;
  atMs: number;
  connected: boolean;
}

/** The smallest `lostAfterMs` there is. */
const MIN_LOST_AFTER_MS = 3_000;
/** A gap between two looks above which the leader counts itself as having been away. */
const OWN_ABSENCE_MS = 1_000;
/** Remembered workers above which those that the state does not know online are forgotten. */
const MAX_REMEMBERED_BEYOND_ONLINE = 1_000;

/**
 * The leader's memory of when it last heard of each worker. It is not replicated: a new leader counts every worker as heard
 * when its phase 1 completed, and a leader that was itself away (paused) does not blame the workers for it.
 */
export class WorkerLiveness {
  private readonly heard = new Map<string, Heard>();
  private leadingSinceMs = 0;
  private lastLookMs: number | undefined;

  constructor(private readonly clock: Clock) {}

  /** Workers remembered. */
  get size(): number {
    return this.heard.size;
  }

  /** This node began to lead. */
  reset(): void {
    this.heard.clear();
    this.leadingSinceMs = this.clock.monotonicMs();
    this.lastLookMs = undefined;
  }

  /** True when it may be given new work only since now. */
  heardFrom(workerId: string, incarnation: number, load?: WorkerLoad): boolean {
    const known = this.heard.get(workerId);
    if (known === undefined) {
      this.heard.set(workerId, { load, incarnation, atMs: this.clock.monotonicMs(), connected: true });
      return true;
    }
    if (known.incarnation > incarnation) return false;
    const before = this.isEligible(known);
    known.incarnation = incarnation;
    known.atMs = this.clock.monotonicMs();
    known.connected = true;
    if (load !== undefined) known.load = load;
    return !before;
  }

  /** What the worker last said of its host. */
  loadOf(workerId: string): WorkerLoad | undefined {
    return this.heard.get(workerId)?.load;
  }

  /** Its session ended: it gets no new work until it is heard again, but it is not lost. */
  disconnected(workerId: string, incarnation: number): void {
    const known = this.heard.get(workerId);
    if (known !== undefined && known.incarnation === incarnation) known.connected = false;
  }

  /** May be given new work. */
  eligible(workerId: string): boolean {
    const known = this.heard.get(workerId);
    return known !== undefined && this.isEligible(known);
  }

  /** Since it was last heard, or since this node leads. */
  silentForMs(workerId: string): number {
    return this.clock.monotonicMs() - (this.heard.get(workerId)?.atMs ?? this.leadingSinceMs);
  }

  /**
   * To be called at a steady pace while this node leads: a gap means that it did not run, and heartbeats may lie unread, so
   * everyone gets that time back.
   */
  look(view: JobsView): void {
    const now = this.clock.monotonicMs();
    const awayMs = this.lastLookMs === undefined ? 0 : now - this.lastLookMs;
    this.lastLookMs = now;
    if (awayMs >= OWN_ABSENCE_MS) {
      this.leadingSinceMs = Math.min(now, this.leadingSinceMs + awayMs);
      for (const known of this.heard.values()) known.atMs = Math.min(now, known.atMs + awayMs);
    }
    if (this.heard.size > MAX_REMEMBERED_BEYOND_ONLINE) this.forgetStrangers(view);
  }

  /** Attempts whose worker was unheard for their `lostAfterMs`, and workers to be closed. */
  findLost(view: JobsView): LostFindings {
    const attempts: AttemptRef[] = [];
    const workers: { workerId: string; incarnation: number }[] = [];
    for (const { workerId, incarnation, state, activeAttempts } of view.workers()) {
      if (state !== 'online') continue;
      const silentMs = this.silentForMs(workerId);
      if (silentMs < MIN_LOST_AFTER_MS) continue;
      const active = activeAttempts > 0 ? view.activeAttempts(workerId) : [];
      let lost = 0;
      for (const { jobId, attempt, fencingToken, spec } of active) {
        if (spec.lostAfterMs > silentMs) continue;
        attempts.push({ jobId, attempt, fencingToken });
        lost += 1;
      }
      if (silentMs >= WORKER_LOST_AFTER_MS && lost === active.length) workers.push({ workerId, incarnation });
    }
    return { attempts, workers };
  }

  private isEligible({ connected, atMs }: Heard): boolean {
    return connected && this.clock.monotonicMs() - atMs < QUIET_AFTER_MS;
  }

  /** Workers that left, and ids that never were one. */
  private forgetStrangers(view: JobsView): void {
    const online = new Set(view.workers().flatMap(({ workerId, state }) => (state === 'online' ? [workerId] : [])));
    if (this.heard.size <= online.size + MAX_REMEMBERED_BEYOND_ONLINE) return;
    for (const workerId of this.heard.keys()) if (!online.has(workerId)) this.heard.delete(workerId);
  }
}
