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
  private cancelPrune: CancelTimer | undefined;
  /** Records on their way to the disk, by job. The store bounds their bytes, and refuses what is beyond. */
  private readonly unwritten = new Map<JobId, JobRecord>();
  private lastWrite: Promise<void> = Promise.resolve();

  constructor(
    private readonly store: TaskStore,
    private readonly modules: {
      readonly clock: Clock;
      readonly timers: Timers;
      readonly logger: Logger;
      readonly limits: HistoryLimits;
    },
  ) {}

  /** Records that are not on the disk yet. */
  get unwrittenCount(): number {
    return this.unwritten.size;
  }

  start(): void {
    this.cancelPrune ??= this.modules.timers.every(PRUNE_INTERVAL_MS, () => {
      this.prune();
    });
  }

  /** Keeps these; they can be found at once. */
  retired(records: readonly JobRecord[]): void {
    if (records.length === 0) return;
    const rows = records.map((record) => ({
      jobId: record.jobId,
      finishedAtMs: record.finishedAtMs ?? 0,
      bytes: encodeJobRecord(record),
    }));
    for (const record of records) this.unwritten.set(record.jobId, record);
    this.lastWrite = this.store
      .putRecords(rows)
      .catch((error: unknown) => {
        this.modules.logger.warn({ error, records: rows.length }, 'records of finished jobs could not be kept');
      })
      .finally(() => {
        // Unless it was given again meanwhile.
        for (const record of records) {
          if (this.unwritten.get(record.jobId) === record) this.unwritten.delete(record.jobId);
        }
      });
  }

  /** Resolves when what was given until now is on the disk, or failed. */
  written(): Promise<void> {
    return this.lastWrite;
  }

  async find(jobId: JobId): Promise<JobRecord | undefined> {
    const unwritten = this.unwritten.get(jobId);
    if (unwritten !== undefined) return unwritten;
    const bytes = await this.store.getRecord(jobId);
    return bytes === undefined ? undefined : decodeJobRecord(bytes);
  }

  /** The record's bytes, as they lie on the disk. */
  async encoded(jobId: JobId): Promise<Uint8Array | undefined> {
    const unwritten = this.unwritten.get(jobId);
    return unwritten === undefined ? this.store.getRecord(jobId) : encodeJobRecord(unwritten);
  }

  /** Records on the disk as bytes, newest first, from below `beforeJobId`; a damaged one has none. */
  async page(
    beforeJobId: JobId | undefined,
    limit: number,
  ): Promise<readonly { jobId: JobId; finishedAtMs: number; bytes: Uint8Array }[]> {
    await this.lastWrite;
    const listed = await this.store.listRecords({ limit, ...(beforeJobId === undefined ? {} : { beforeJobId }) });
    return listed.map(({ jobId, finishedAtMs, bytes }) => ({ jobId, finishedAtMs, bytes: bytes ?? NO_BYTES }));
  }

  /** Newest first, from below `beforeJobId`. */
  async list(beforeJobId: JobId | undefined, limit: number): Promise<HistoryPage> {
    const unwritten = [...this.unwritten.values()].filter(
      ({ jobId }) => beforeJobId === undefined || jobId < beforeJobId,
    );
    const listed = await this.store.listRecords({ limit, ...(beforeJobId === undefined ? {} : { beforeJobId }) });
    // A record whose bytes are damaged is passed over; the log is the truth.
    const written = listed.flatMap(({ bytes }) => (bytes === undefined ? [] : [decodeJobRecord(bytes)]));
    const byId = new Map([...written, ...unwritten].map((record) => [record.jobId, record]));
    const records = [...byId.values()].sort((a, b) => (a.jobId < b.jobId ? 1 : -1));
    // Below the last that the store gave it may know more: what is unwritten there belongs to a later page.
    const lastListed = listed.length < limit ? undefined : listed.at(-1)?.jobId;
    return {
      records: lastListed === undefined ? records : records.filter(({ jobId }) => jobId >= lastListed),
      nextBeforeJobId: lastListed,
    };
  }

  async stop(): Promise<void> {
    this.cancelPrune?.();
    this.cancelPrune = undefined;
    await this.store.close();
  }

  private prune(): void {
    const { maxRecords, keptForMs } = this.modules.limits;
    const finishedBeforeMs = this.modules.clock.wallMs() - keptForMs;
    this.store.prune({ maxRecords, finishedBeforeMs }).catch((error: unknown) => {
      this.modules.logger.warn({ error }, 'old job records could not be pruned');
    });
  }
}

const NO_BYTES = new Uint8Array(0);

/** Some records, newest first. */
export interface HistoryPage {
  readonly records: readonly JobRecord[];
  /** From where the next page goes on; undefined at the end. */
  readonly nextBeforeJobId: JobId | undefined;
}
