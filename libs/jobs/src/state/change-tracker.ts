import type { StateChange } from '../image.js';

/** A record of the state that an image holds under a key. */
export interface ImagedRecord {
  /** Place among the changed records; negative while unchanged since changes were last taken. */
  changedAt: number;
  /** The image has a record of this one: its end has to be told. */
  imaged: boolean;
  readonly removed: boolean;
  /** Never changes. Two records may have the same key, when one is removed before the other comes. */
  imageKey(): string;
  /** The record as it is now. Later changes of the record must not show in it. */
  imageValue(): unknown;
}

/**
 * What changed since changes were last taken, each record once. A record that came and went in between leaves no trace: the
 * tracker holds no more than the records of the state and those that an image still has.
 */
export class ChangeTracker {
  private readonly changed: ImagedRecord[] = [];

  get count(): number {
    return this.changed.length;
  }

  change(record: ImagedRecord): void {
    if (record.changedAt >= 0) return;
    record.changedAt = this.changed.length;
    this.changed.push(record);
  }

  /** The record has been removed from the state. */
  remove(record: ImagedRecord): void {
    if (record.imaged) this.change(record);
    else if (record.changedAt >= 0) this.drop(record);
  }

  take(): StateChange[] {
    const changes: StateChange[] = [];
    const removedKeys: string[] = [];
    for (const record of this.changed) {
      record.changedAt = -1;
      record.imaged = !record.removed;
      const key = record.imageKey();
      if (record.removed) removedKeys.push(key);
      else changes.push({ key, value: record.imageValue() });
    }
    this.changed.length = 0;
    if (removedKeys.length === 0) return changes;
    // A worker that was dropped and came again is another record under the same key: the key is not gone.
    const present = new Set(changes.map(({ key }) => key));
    for (const key of removedKeys) if (!present.has(key)) changes.push({ key, value: undefined });
    return changes;
  }

  private drop(record: ImagedRecord): void {
    const last = this.changed.pop() as ImagedRecord;
    if (last !== record) {
      this.changed[record.changedAt] = last;
      last.changedAt = record.changedAt;
    }
    record.changedAt = -1;
  }
}
