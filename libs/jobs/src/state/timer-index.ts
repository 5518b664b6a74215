import { assert } from '@synod/base';

/** What can be due, in the order in which timers of one moment fire. The numbers decide it, so they never change. */
export const TIMER_KINDS = { job: 1, queue: 2, schedule: 3, key: 4 } as const;

export type TimerKind = keyof typeof TIMER_KINDS;

/** A record of the state that has a time at which something happens to it. */
export interface Timed {
  /** When it is due, in applied time. Changed by the index only. */
  dueMs: number;
  /** Place in the index; negative while it is in none. Changed by the index only. */
  timerPlace: number;
  readonly timerKind: TimerKind;
  /** Whether it fires before another of its kind that is due at the same time. A total order, the same on all replicas. */
  firesBefore(other: Timed): boolean;
}

/**
 * What is due when: by time, then kind, then the order that a kind has of its own. It follows from the records, which say of
 * themselves when they are due; so it is in no image and in no hash, and a restored state builds it again.
 *
 * A binary heap over the records themselves, each of which knows its place: a timer that is set, moved or cleared costs the
 * logarithm of their number, and no object.
 */
export class TimerIndex {
  private readonly heap: Timed[] = [];

  get size(): number {
    return this.heap.length;
  }

  /** When the first is due. */
  get nextDueMs(): number | undefined {
    return this.heap[0]?.dueMs;
  }

  /** The first, if it is due at this time. */
  firstDue(timeMs: number): Timed | undefined {
    const first = this.heap[0];
    return first !== undefined && first.dueMs <= timeMs ? first : undefined;
  }

  /** The one timer of this record; undefined: it has none. */
  set(timed: Timed, dueMs: number | undefined): void {
    if (dueMs === undefined) {
      if (timed.timerPlace >= 0) this.remove(timed);
      return;
    }
    if (timed.timerPlace < 0) {
      timed.dueMs = dueMs;
      timed.timerPlace = this.heap.length;
      this.heap.push(timed);
      this.siftUp(timed.timerPlace);
    } else if (timed.dueMs !== dueMs) {
      timed.dueMs = dueMs;
      this.settle(timed.timerPlace);
    }
  }

  /** For checks: in no order. */
  values(): IterableIterator<Timed> {
    return this.heap.values();
  }

  /** For checks: throws unless the heap is one. */
  check(): void {
    for (let at = 0; at < this.heap.length; at += 1) {
      const timed = this.heap[at] as Timed;
      assert(timed.timerPlace === at, 'J10 each timer knows its place');
      assert(at === 0 || !this.isBefore(at, (at - 1) >> 1), 'J10 timers are in order of their times');
    }
  }

  private remove(timed: Timed): void {
    const at = timed.timerPlace;
    const last = this.heap.pop() as Timed;
    timed.timerPlace = -1;
    timed.dueMs = 0;
    if (last === timed) return;
    this.heap[at] = last;
    last.timerPlace = at;
    this.settle(at);
  }

  private settle(at: number): void {
    if (!this.siftUp(at)) this.siftDown(at);
  }

  private siftUp(start: number): boolean {
    let at = start;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.isBefore(at, parent)) break;
      this.swap(at, parent);
      at = parent;
    }
    return at !== start;
  }

  private siftDown(start: number): void {
    let at = start;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= this.heap.length) return;
      const first = left + 1 < this.heap.length && this.isBefore(left + 1, left) ? left + 1 : left;
      if (!this.isBefore(first, at)) return;
      this.swap(at, first);
      at = first;
    }
  }

  private swap(left: number, right: number): void {
    const [one, other] = [this.heap[left] as Timed, this.heap[right] as Timed];
    this.heap[left] = other;
    this.heap[right] = one;
    other.timerPlace = left;
    one.timerPlace = right;
  }

  private isBefore(left: number, right: number): boolean {
    const [one, other] = [this.heap[left] as Timed, this.heap[right] as Timed];
    if (one.dueMs !== other.dueMs) return one.dueMs < other.dueMs;
    if (one.timerKind !== other.timerKind) return TIMER_KINDS[one.timerKind] < TIMER_KINDS[other.timerKind];
    return one.firesBefore(other);
  }
}
