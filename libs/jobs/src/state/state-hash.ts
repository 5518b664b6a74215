import { assert } from '@synod/base';
import { ChangeTracker } from './change-tracker.js';
import type { ImagedRecord } from './change-tracker.js';
import { formatLanes, HashLanes } from './hash-lanes.js';

/** What a record is, as mixed into its hash. Values never change: recorded hashes depend on them. */
export const RECORD_KINDS = {
  job: 1,
  worker: 2,
  node: 3,
  clientSession: 4,
  storedReply: 5,
  idempotencyKey: 6,
  spec: 7,
  attemptEnd: 8,
  reply: 9,
  description: 10,
  counters: 11,
  queue: 12,
  schedule: 40,
  firingDecision: 41,
} as const;

const CHANGE_PENDING = 1;
const REMOVED = 2;
const IMAGED = 4;
export const FIRST_FREE_FLAG = 8;

/** A record whose hash is a term of the state hash, and which an image of the state holds. */
export abstract class HashedRecord implements ImagedRecord {
  /** What of this record is in the sum now. 32-bit integers, so that they need no heap number. */
  summedA = 0;
  summedB = 0;
  changedAt = -1;
  /** Yes or no in one word: a field of its own would cost a million waiting jobs 8 MB. */
  private flags = 0;

  get changePending(): boolean {
    return this.hasFlag(CHANGE_PENDING);
  }

  set changePending(value: boolean) {
    this.setFlag(CHANGE_PENDING, value);
  }

  get removed(): boolean {
    return this.hasFlag(REMOVED);
  }

  set removed(value: boolean) {
    this.setFlag(REMOVED, value);
  }

  get imaged(): boolean {
    return this.hasFlag(IMAGED);
  }

  set imaged(value: boolean) {
    this.setFlag(IMAGED, value);
  }

  /** Bits from `FIRST_FREE_FLAG` up are for the kinds of records. */
  protected hasFlag(flag: number): boolean {
    return (this.flags & flag) !== 0;
  }

  protected setFlag(flag: number, value: boolean): void {
    this.flags = value ? this.flags | flag : this.flags & ~flag;
  }

  /** Mixes all replicated fields in a fixed order; starts with `begin`, ends before `finish`. */
  abstract mixInto(lanes: HashLanes): void;
  abstract imageKey(): string;
  /** Holds all that `mixInto` mixes: the hash of what is restored from it must be the same. */
  abstract imageValue(): unknown;
}

/**
 * Hash of the whole active state as the lane-wise sum of its records' hashes. A sum does not depend on the order of its
 * terms, so equal states hash equally however they came about, and a change costs the changed records alone: the old term
 * goes out, the new one comes in, once for each log entry however often the entry changed the record.
 */
export class StateHash {
  private sumA = 0;
  private sumB = 0;
  private readonly changed: HashedRecord[] = [];
  private readonly lanes = new HashLanes();
  /** What an image of the state lacks. */
  readonly changes = new ChangeTracker();

  /** The record is new, or changed; its term follows at `settle`. */
  change(record: HashedRecord): void {
    assert(!record.removed, 'a record that left the state never changes');
    if (record.changePending) return;
    record.changePending = true;
    this.changed.push(record);
    this.changes.change(record);
  }

  /** The record comes from an image, complete: its term goes in at once, and the image has it. */
  restore(record: HashedRecord): void {
    record.mixInto(this.lanes);
    this.lanes.finish();
    this.replaceTerm(record, this.lanes.a, this.lanes.b);
    record.imaged = true;
  }

  remove(record: HashedRecord): void {
    assert(!record.removed, 'a record leaves the state once');
    record.removed = true;
    this.replaceTerm(record, 0, 0);
    this.changes.remove(record);
  }

  /** Brings the sum up to date; at the end of each log entry. */
  settle(): void {
    for (const record of this.changed) {
      record.changePending = false;
      if (record.removed) continue;
      record.mixInto(this.lanes);
      this.lanes.finish();
      this.replaceTerm(record, this.lanes.a, this.lanes.b);
    }
    this.changed.length = 0;
  }

  /** 16 hexadecimal digits over the sum and the counters that belong to no record. */
  digest(counters: readonly number[]): string {
    assert(this.changed.length === 0, 'state hash is settled');
    return digestOf(this.sumA, this.sumB, counters);
  }

  private replaceTerm(record: HashedRecord, a: number, b: number): void {
    this.sumA = (this.sumA - record.summedA + a) | 0;
    this.sumB = (this.sumB - record.summedB + b) | 0;
    record.summedA = a;
    record.summedB = b;
  }
}

/** The same digest from nothing: each record hashed anew. Slow; it proves the incremental one. */
export function recomputeDigest(records: Iterable<HashedRecord>, counters: readonly number[]): string {
  const lanes = new HashLanes();
  let sumA = 0;
  let sumB = 0;
  for (const record of records) {
    record.mixInto(lanes);
    lanes.finish();
    sumA = (sumA + lanes.a) | 0;
    sumB = (sumB + lanes.b) | 0;
  }
  return digestOf(sumA, sumB, counters);
}

function digestOf(sumA: number, sumB: number, counters: readonly number[]): string {
  const lanes = new HashLanes().begin(RECORD_KINDS.counters).word(sumA).word(sumB);
  for (const counter of counters) lanes.integer(counter);
  lanes.finish();
  return formatLanes(lanes.a, lanes.b);
}
