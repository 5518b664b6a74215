import { Fifo } from './fifo.js';
import type { HashLanes } from './hash-lanes.js';
import { IDEMPOTENCY_KEY_PREFIX, orderText } from './image-keys.js';
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
}

class KeyEntry extends HashedRecord {
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
  }

  override imageKey(): string {
    return IDEMPOTENCY_KEY_PREFIX + orderText(this.order);
  }

  override imageValue(): unknown {
    const { key, specsHashA, specsHashB, slot, firstIndex, count, atMs } = this.submission;
    return [key, specsHashA, specsHashB, slot, firstIndex, count, atMs];
  }
}

/** Idempotency keys of submissions, forgotten by number and by applied time, oldest first. */
export class IdempotencyKeys {
  private readonly byKey = new Map<string, KeyEntry>();
  private readonly inOrder = new Fifo<KeyEntry>();

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
    this.byKey.set(submission.key, entry);
    this.inOrder.push(entry);
    this.hash.change(entry);
    while (this.inOrder.size > this.maxKeys) this.forgetOldest();
  }

  /** From an image, oldest first; false when the key is there already. */
  restore(submission: KeyedSubmission, order: number): boolean {
    if (this.byKey.has(submission.key)) return false;
    const entry = new KeyEntry(submission, order);
    this.byKey.set(submission.key, entry);
    this.inOrder.push(entry);
    this.hash.restore(entry);
    return true;
  }

  /** Oldest first. */
  records(): IterableIterator<HashedRecord> {
    return this.inOrder.values();
  }

  /** Applied time never falls, so the oldest key expires first. */
  private forgetExpired(nowMs: number): void {
    for (;;) {
      const oldest = this.inOrder.peek();
      if (oldest === undefined || nowMs - oldest.submission.atMs < this.lifetimeMs) return;
      this.forgetOldest();
    }
  }

  private forgetOldest(): void {
    const oldest = this.inOrder.shift();
    this.byKey.delete(oldest.submission.key);
    this.hash.remove(oldest);
  }
}
