import type { Clock } from '@synod/base';
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
  incarnation: number;
  atMs: number;
  connected: boolean;
}

/**
 * The leader's memory of when it last heard of each worker. It is not replicated: a new leader counts every worker as heard
 * when its phase 1 completed, and a leader that was itself away (paused) does not blame the workers for it.
 */
export class WorkerLiveness {
  private readonly heard = new Map<string, Heard>();
  private leadingSinceMs = 0;
  private lastLookMs: number | undefined;

  constructor(private readonly clock: Clock) {}

  /** This node began to lead. */
  reset(): void {
    this.heard.clear();
    this.leadingSinceMs = this.clock.monotonicMs();
    this.lastLookMs = undefined;
  }

  /** True when it may be given new work only since now. */
  heardFrom(workerId: string, incarnation: number): boolean {
    const known = this.heard.get(workerId);
    if (known !== undefined && known.incarnation > incarnation) return false;
    const before = this.eligible(workerId);
    this.heard.set(workerId, { incarnation, atMs: this.clock.monotonicMs(), connected: true });
    return !before;
  }

  /** Its session ended: it gets no new work until it is heard again, but it is not lost. */
  disconnected(workerId: string, incarnation: number): void {
    const known = this.heard.get(workerId);
    if (known !== undefined && known.incarnation === incarnation) known.connected = false;
  }

  /** May be given new work. */
  eligible(workerId: string): boolean {
    const known = this.heard.get(workerId);
    return known !== undefined && known.connected && this.clock.monotonicMs() - known.atMs < QUIET_AFTER_MS;
  }

  silentForMs(workerId: string): number {
    return this.clock.monotonicMs() - (this.heard.get(workerId)?.atMs ?? this.leadingSinceMs);
  }

  /** Looks for attempts whose worker was unheard for their `lostAfterMs`, and workers to be closed. Called at a steady pace. */
  findLost(view: JobsView): LostFindings {
    this.forgiveOwnAbsence();
    const attempts: AttemptRef[] = [];
    const workers: { workerId: string; incarnation: number }[] = [];
    for (const worker of view.workers()) {
      if (worker.state !== 'online') continue;
      const silentMs = this.silentForMs(worker.workerId);
      if (silentMs < MIN_LOST_AFTER_MS) continue;
      const active = worker.activeAttempts > 0 ? view.activeAttempts(worker.workerId) : [];
      const lost = active.filter((attempt) => attempt.spec.lostAfterMs <= silentMs);
      attempts.push(...lost.map(({ jobId, attempt, fencingToken }) => ({ jobId, attempt, fencingToken })));
      if (silentMs >= WORKER_LOST_AFTER_MS && lost.length === active.length) {
        workers.push({ workerId: worker.workerId, incarnation: worker.incarnation });
      }
    }
    return { attempts, workers };
  }

  /** When the leader itself did not run for a while, heartbeats may lie unread: everyone gets that time back. */
  private forgiveOwnAbsence(): void {
    const now = this.clock.monotonicMs();
    const away = this.lastLookMs === undefined ? 0 : now - this.lastLookMs;
    this.lastLookMs = now;
    if (away < OWN_ABSENCE_MS) return;
    this.leadingSinceMs += away;
    for (const known of this.heard.values()) known.atMs = Math.min(now, known.atMs + away);
  }
}

/** The smallest `lostAfterMs` there is. */
const MIN_LOST_AFTER_MS = 3_000;
/** A gap between two looks above which the leader counts itself as having been away. */
const OWN_ABSENCE_MS = 1_000;
