import { Fifo } from './fifo.js';
import type { HashLanes } from './hash-lanes.js';
import { IDEMPOTENCY_KEY_PREFIX, orderText } from './image-keys.js';
import { TimerIndex } from './timer-index.js';
import type { Timed } from './timer-index.js';
import { HashedRecord, RECORD_KINDS } from './state-hash.js';
import type { StateHash } from './state-hash.js';

/** What a submission under a key was: the hash of its specs, and the jobs it made. */
export interface KeyedSubmission {
  readonly key: string;
  readonly specsHashA: number;
  readonly specsHashB: number;
  readonly slot: number;
  readonly firstIndex: number;
  readonly count: number;
  readonly atMs: number;
  /** For how long it is remembered; undefined: as long as the state machine's options say. From feature level 3. */
  readonly lifetimeMs: number | undefined;
}

const SLACK = 1_024;

class KeyEntry extends HashedRecord implements Timed {
  dueMs = 0;
  timerPlace = -1;

  constructor(
    readonly submission: KeyedSubmission,
    /** Place in the order of the keys. Slot and first index don't give it: a submission without jobs takes no index. */
    readonly order: number,
  ) {
    super();
  }

  override mixInto(lanes: HashLanes): void {
    const { key, specsHashA, specsHashB, slot, firstIndex, count, atMs } = this.submission;
    lanes.begin(RECORD_KINDS.idempotencyKey).text(key).word(specsHashA).word(specsHashB);
    lanes.integer(slot).word(firstIndex).word(count).integer(atMs);
    lanes.integer(this.order);
    const { lifetimeMs } = this.submission;
    // Only where one was asked for: hashes of others are as feature level 1 had them.
    if (lifetimeMs !== undefined) lanes.integer(lifetimeMs);
  }

  get timerKind(): 'key' {
    return 'key';
  }

  firesBefore(other: KeyEntry): boolean {
    return this.order < other.order;
  }

  override imageKey(): string {
    return IDEMPOTENCY_KEY_PREFIX + orderText(this.order);
  }

  override imageValue(): unknown {
    const { key, specsHashA, specsHashB, slot, firstIndex, count, atMs, lifetimeMs } = this.submission;
    const value = [key, specsHashA, specsHashB, slot, firstIndex, count, atMs];
    return lifetimeMs === undefined ? value : [...value, lifetimeMs];
  }
}

/** Keys that are to be remembered for no longer than this are bounded by themselves. */
export const SHORT_KEY_LIFETIME_MS = 3_600_000;

/**
 * Idempotency keys of submissions, forgotten by applied time, and above their number: those that would be forgotten first anyway go.
 *
 * Client libraries make a key for each submission, to repeat it when its answer is lost, and ask for a short life. Those are counted
 * apart, or thousands a second would push out what people gave a key that is to live for a day.
 */
export class IdempotencyKeys {
  private readonly byKey = new Map<string, KeyEntry>();
  /** Those that were forgotten by time may still be in it; they are passed over. */
  private inOrder = new Fifo<KeyEntry>();
  private readonly expiry = new TimerIndex();
  private readonly shortExpiry = new TimerIndex();

  constructor(
    private readonly maxKeys: number,
    private readonly lifetimeMs: number,
    private readonly hash: StateHash,
  ) {}

  get size(): number {
    return this.byKey.size;
  }

  find(key: string, nowMs: number): KeyedSubmission | undefined {
    this.forgetExpired(nowMs);
    return this.byKey.get(key)?.submission;
  }

  /** The key must not be known; orders rise. */
  add(submission: KeyedSubmission, order: number): void {
    const entry = new KeyEntry(submission, order);
    this.keep(entry);
    this.hash.change(entry);
    const expiry = this.expiryOf(entry);
    while (expiry.size > this.maxKeys) this.forget(expiry.firstDue(Infinity) as KeyEntry);
    this.compactIfSparse();
  }

  /** Keys of either life, for checks. */
  get sizes(): readonly number[] {
    return [this.expiry.size, this.shortExpiry.size];
  }

  private expiryOf({ submission: { lifetimeMs } }: KeyEntry): TimerIndex {
    return lifetimeMs !== undefined && lifetimeMs <= SHORT_KEY_LIFETIME_MS ? this.shortExpiry : this.expiry;
  }

  /** From an image, oldest first; false when the key is there already. */
  restore(submission: KeyedSubmission, order: number): boolean {
    if (this.byKey.has(submission.key)) return false;
    const entry = new KeyEntry(submission, order);
    this.keep(entry);
    this.hash.restore(entry);
    return true;
  }

  /** Oldest first. */
  *records(): IterableIterator<HashedRecord> {
    for (const entry of this.inOrder.values()) if (!entry.removed) yield entry;
  }

  private keep(entry: KeyEntry): void {
    const { key, atMs, lifetimeMs } = entry.submission;
    this.byKey.set(key, entry);
    this.inOrder.push(entry);
    this.expiryOf(entry).set(entry, atMs + (lifetimeMs ?? this.lifetimeMs));
  }

  private forgetExpired(nowMs: number): void {
    for (const expiry of [this.expiry, this.shortExpiry]) {
      for (let expired = expiry.firstDue(nowMs); expired !== undefined; expired = expiry.firstDue(nowMs)) {
        this.forget(expired as KeyEntry);
      }
    }
    this.compactIfSparse();
  }

  /** Keys that live long may stand before many that are forgotten: those must not gather behind them. */
  private compactIfSparse(): void {
    if (this.inOrder.size > 2 * this.byKey.size + SLACK) this.compact();
  }

  private forget(entry: KeyEntry): void {
    this.expiryOf(entry).set(entry, undefined);
    this.byKey.delete(entry.submission.key);
    this.hash.remove(entry);
  }

  private compact(): void {
    const kept = new Fifo<KeyEntry>();
    for (const entry of this.inOrder.values()) if (!entry.removed) kept.push(entry);
    this.inOrder = kept;
  }
}
