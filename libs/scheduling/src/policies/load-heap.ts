import { hasRoom, relativeLoad } from '../plan-round.js';
import type { PlanRound } from '../plan-round.js';

/**
 * Workers of one kind by relative load, the least loaded on top.
 *
 * A worker may be in several heaps, and an assignment through one raises its load in all. Within a plan loads only rise, so a
 * heap need not be told: an entry whose load is outdated has it too low, comes up too early, and is put right then.
 */
export class LoadHeap {
  private size = 0;
  private readonly places: Int32Array;
  /** Relative load as it was when the entry was placed. */
  private readonly keys: Float64Array;

  /** Those of `candidates` that have room. */
  constructor(
    private readonly round: PlanRound,
    candidates: readonly number[],
  ) {
    this.places = new Int32Array(candidates.length);
    this.keys = new Float64Array(candidates.length);
    for (const place of candidates) {
      if (!hasRoom(round, place)) continue;
      this.places[this.size] = place;
      this.keys[this.size] = relativeLoad(round, place);
      this.size += 1;
    }
    for (let at = (this.size >> 1) - 1; at >= 0; at -= 1) this.siftDown(at);
  }

  /** The place of the least loaded worker that is accepted and has room; undefined when there is none. Others leave the heap. */
  top(): number | undefined {
    const { round } = this;
    while (this.size > 0) {
      const place = this.places[0] as number;
      const key = relativeLoad(round, place);
      if (!hasRoom(round, place)) {
        this.pop();
      } else if (key !== this.keys[0]) {
        this.keys[0] = key;
        this.siftDown(0);
      } else if (!round.accepts(place)) {
        this.pop();
      } else {
        return place;
      }
    }
    return undefined;
  }

  private pop(): void {
    this.size -= 1;
    this.places[0] = this.places[this.size] as number;
    this.keys[0] = this.keys[this.size] as number;
    this.siftDown(0);
  }

  private siftDown(start: number): void {
    const { places, keys, size } = this;
    const place = places[start] as number;
    const key = keys[start] as number;
    let at = start;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      const right = child + 1;
      if (
        right < size &&
        this.isLess(keys[right] as number, places[right] as number, keys[child] as number, places[child] as number)
      ) {
        child = right;
      }
      const childPlace = places[child] as number;
      const childKey = keys[child] as number;
      if (!this.isLess(childKey, childPlace, key, place)) break;
      places[at] = childPlace;
      keys[at] = childKey;
      at = child;
    }
    places[at] = place;
    keys[at] = key;
  }

  /** By key; ties by place, beginning at `firstOfEquals`. */
  private isLess(leftKey: number, leftPlace: number, rightKey: number, rightPlace: number): boolean {
    if (leftKey !== rightKey) return leftKey < rightKey;
    const { firstOfEquals } = this.round;
    const leftIsLate = leftPlace < firstOfEquals;
    const rightIsLate = rightPlace < firstOfEquals;
    return leftIsLate === rightIsLate ? leftPlace < rightPlace : rightIsLate;
  }
}
