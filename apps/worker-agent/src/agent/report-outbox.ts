import type { AttemptReport } from '@synod/jobs';
import { assert } from '@synod/base';
import { attemptKey } from '../shared/data-directory.js';

/** Reports of one message. An end has two tails of 4 KiB and may carry a result, so 256 stay far below a message's 8 MiB. */
const MAX_BATCH = 256;

/** Messages sent and not acknowledged; the rest waits. A coordinator that is slow gets larger batches, not more of them. */
const MAX_IN_FLIGHT = 16;

interface Item {
  report: AttemptReport;
  /** Sequence of the batch that carries the report as it is now; 0: none. */
  sequence: number;
}

export interface ReportBatch {
  readonly sequence: number;
  readonly reports: readonly AttemptReport[];
}

/**
 * Reports until a coordinator has acknowledged them. There is one for each attempt: an end replaces the start and says
 * both, so whatever was lost on the way, the last word is enough. Sequences rise during the whole life of the agent; a new
 * session repeats all that is not acknowledged under new ones.
 */
export class ReportOutbox {
  readonly #items = new Map<string, Item>();
  readonly #inFlight = new Map<number, readonly string[]>();
  #sequence = 0;

  constructor(
    /** Called when the end of an attempt is known to the cluster. */
    readonly onEndAcknowledged: (key: string) => void,
  ) {}

  get size(): number {
    return this.#items.size;
  }

  /** Batches sent and not acknowledged. */
  get inFlight(): number {
    return this.#inFlight.size;
  }

  has(key: string): boolean {
    return this.#items.has(key);
  }

  add(report: AttemptReport): void {
    const key = attemptKey(report.jobId, report.attempt);
    const known = this.#items.get(key);
    // A start that is repeated behind the end (by a guard that was asked again) says nothing new.
    if (known?.report.end !== undefined && report.end === undefined) return;
    this.#items.set(key, { report, sequence: 0 });
  }

  /** Nobody wants to hear of this attempt any more. */
  drop(key: string): void {
    this.#items.delete(key);
  }

  /** The next batch to send; undefined when there is nothing, or enough is under way. */
  next(): ReportBatch | undefined {
    if (this.#inFlight.size >= MAX_IN_FLIGHT) return undefined;
    const keys: string[] = [];
    for (const [key, item] of this.#items) {
      if (item.sequence !== 0) continue;
      keys.push(key);
      if (keys.length === MAX_BATCH) break;
    }
    if (keys.length === 0) return undefined;
    this.#sequence += 1;
    this.#inFlight.set(this.#sequence, keys);
    return { sequence: this.#sequence, reports: keys.map((key) => this.#mark(key)) };
  }

  /** The sequence of a batch without reports: its acknowledgement says that all that was sent before it has been dealt with. */
  barrier(): number {
    this.#sequence += 1;
    this.#inFlight.set(this.#sequence, []);
    return this.#sequence;
  }

  acknowledged(sequence: number): void {
    const keys = this.#inFlight.get(sequence) ?? [];
    this.#inFlight.delete(sequence);
    for (const key of keys) {
      const item = this.#items.get(key);
      // Replaced since that batch was sent: the newer report has one of its own.
      if (item?.sequence !== sequence) continue;
      this.#items.delete(key);
      if (item.report.end !== undefined) this.onEndAcknowledged(key);
    }
  }

  /** The session is gone, and with it what was under way. */
  sessionLost(): void {
    this.#inFlight.clear();
    for (const item of this.#items.values()) item.sequence = 0;
  }

  #mark(key: string): AttemptReport {
    const item = this.#items.get(key);
    assert(item !== undefined, 'a batch is made of reports that are in the outbox');
    item.sequence = this.#sequence;
    return item.report;
  }
}
