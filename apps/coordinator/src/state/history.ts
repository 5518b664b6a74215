import type { CancelTimer, Clock, Logger, Timers } from '@synod/base';
import { decodeJobRecord, encodeJobRecord } from '@synod/contracts';
import type { JobId, JobRecord } from '@synod/jobs';
import type { TaskStore } from '@synod/task-store';

export interface HistoryLimits {
  readonly maxRecords: number;
  readonly keptForMs: number;
}

export const DEFAULT_HISTORY_LIMITS: HistoryLimits = { maxRecords: 1_000_000, keptForMs: 30 * 24 * 3_600_000 };

const PRUNE_INTERVAL_MS = 60_000;

/**
 * Records of jobs that left the active state, on this coordinator's own disk. The log is the truth: what is missing here after a
 * crash is written again when the log is replayed, and a failing store stops nothing.
 */
export class History {
  private cancelPrune: CancelTimer = () => undefined;

  constructor(
    private readonly store: TaskStore,
    private readonly modules: {
      readonly clock: Clock;
      readonly timers: Timers;
      readonly logger: Logger;
      readonly limits: HistoryLimits;
    },
  ) {}

  start(): void {
    const { clock, limits } = this.modules;
    const { maxRecords, keptForMs } = limits;
    this.cancelPrune = this.modules.timers.every(PRUNE_INTERVAL_MS, () => {
      this.store.prune({ maxRecords, finishedBeforeMs: clock.wallMs() - keptForMs }).catch((error: unknown) => {
        this.modules.logger.warn({ error }, 'old job records could not be pruned');
      });
    });
  }

  retired(records: readonly JobRecord[]): void {
    if (records.length === 0) return;
    const rows = records.map((record) => ({
      jobId: record.jobId,
      finishedAtMs: record.finishedAtMs ?? 0,
      bytes: encodeJobRecord(record),
    }));
    this.store.putRecords(rows).catch((error: unknown) => {
      this.modules.logger.warn({ error, records: rows.length }, 'records of finished jobs could not be kept');
    });
  }

  async find(jobId: JobId): Promise<JobRecord | undefined> {
    const bytes = await this.store.getRecord(jobId);
    return bytes === undefined ? undefined : decodeJobRecord(bytes);
  }

  /** Newest first, from below `beforeJobId`. */
  async list(beforeJobId: JobId | undefined, limit: number): Promise<readonly JobRecord[]> {
    const listed = await this.store.listRecords({ limit, ...(beforeJobId === undefined ? {} : { beforeJobId }) });
    // A record whose bytes are damaged is passed over; the log is the truth.
    return listed.flatMap(({ bytes }) => (bytes === undefined ? [] : [decodeJobRecord(bytes)]));
  }

  async stop(): Promise<void> {
    this.cancelPrune();
    await this.store.close();
  }
}
