import type { WireAttemptReportInput } from '@synod/wire';

/** Reports in one message: at 64 KiB of result each this stays a rare case of several messages, never a refused one. */
const MAX_REPORTS_PER_BATCH = 2_000;
const MAX_BATCH_BYTES = 2 * 1024 * 1024;

export interface ReportBatch {
  readonly sequence: number;
  readonly reports: readonly WireAttemptReportInput[];
}

/**
 * Reports on their way: collected while the last write is in flight, sent in batches, kept until their batch is acknowledged.
 * Bounded by the worker's capacity: an attempt has at most two reports, and no new one is assigned before the end is applied.
 */
export class ReportQueue {
  private waiting: WireAttemptReportInput[] = [];
  private readonly unacknowledged = new Map<number, ReportBatch>();
  private nextSequence = 1;

  add(report: WireAttemptReportInput): void {
    this.waiting.push(report);
  }

  get isEmpty(): boolean {
    return this.waiting.length === 0 && this.unacknowledged.size === 0;
  }

  /** The next message to write; undefined when nothing waits. */
  nextBatch(): ReportBatch | undefined {
    if (this.waiting.length === 0) return undefined;
    let count = 0;
    for (let bytes = 0; count < this.waiting.length && count < MAX_REPORTS_PER_BATCH; count += 1) {
      bytes += sizeOf(this.waiting[count]);
      if (bytes > MAX_BATCH_BYTES && count > 0) break;
    }
    const reports = count === this.waiting.length ? this.waiting : this.waiting.slice(0, count);
    this.waiting = count === this.waiting.length ? [] : this.waiting.slice(count);
    const batch: ReportBatch = { sequence: this.nextSequence, reports };
    this.nextSequence += 1;
    this.unacknowledged.set(batch.sequence, batch);
    return batch;
  }

  /** The reports of a batch that the cluster has taken; empty when they were acknowledged before. */
  acknowledge(sequence: number): readonly WireAttemptReportInput[] {
    const batch = this.unacknowledged.get(sequence);
    this.unacknowledged.delete(sequence);
    return batch?.reports ?? [];
  }

  /** What a new session has to be told again, in order. */
  toRepeat(): readonly ReportBatch[] {
    return [...this.unacknowledged.values()];
  }
}

function sizeOf(report: WireAttemptReportInput | undefined): number {
  return 100 + (report?.end?.result?.length ?? 0) + (report?.end?.message?.length ?? 0);
}
