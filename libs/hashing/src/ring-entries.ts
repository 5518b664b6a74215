// What a ring does with its sorted points; see `Ring`.

/** Places of owners by the upper bits of a hash, or {@link MIXED} where a point lies among the hashes with these bits. */
export interface DirectOwners {
  readonly owners: Uint16Array;
  readonly lowBits: number;
}

/** Where the table doesn't say whose a hash is. */
export const MIXED = 0xffff;
/** Of the table: 2 MiB at most, where most lookups would no longer find it in the processor's cache. */
const MAX_DIRECT_BITS = 20;

/** Four to eight places for each point, so that few lookups meet one. `entries`: points rising, each with the place of its owner behind it. */
export function directOwners(entries: Uint32Array): DirectOwners {
  const count = entries.length / 2;
  const lowBits = 32 - Math.min(MAX_DIRECT_BITS, 34 - Math.clz32(Math.max(1, count - 1)));
  const owners = new Uint16Array(2 ** (32 - lowBits)).fill(entries[1] as number);
  let bucket = 0;
  for (let at = 0; at < entries.length; at += 2) {
    const own = (entries[at] as number) >>> lowBits;
    const owner = entries[at + 1] as number;
    while (bucket < own) owners[bucket++] = owner;
    if (bucket === own) owners[bucket++] = MIXED;
  }
  return { owners, lowBits };
}

/** By the upper bits of a hash: index of the first point with these bits or higher ones. */
export function startsOf(entries: Uint32Array, lowBits: number): Uint32Array {
  const starts = new Uint32Array(2 ** (32 - lowBits));
  let bucket = 0;
  for (let at = 0; at < entries.length; at += 2) {
    const last = bucketOf(entries[at] as number, lowBits);
    while (bucket <= last) starts[bucket++] = at;
  }
  return starts.fill(entries.length, bucket);
}

/**
 * What {@link startsOf} gives after some points came or went: a bucket begins later, or earlier, by as many of them as lie in buckets before
 * it. A pass over the buckets by hundreds, where making them anew decides at each point.
 */
export function shiftStarts(starts: Uint32Array, lowBits: number, changed: Uint32Array, step: number): void {
  let bucket = 0;
  let shift = 0;
  for (const point of changed) {
    const last = bucketOf(point, lowBits);
    for (; bucket <= last; bucket += 1) starts[bucket] = (starts[bucket] as number) + shift;
    shift += step;
  }
  for (; bucket < starts.length; bucket += 1) starts[bucket] = (starts[bucket] as number) + shift;
}

/** A shift by 32 would be one by 0. */
export function bucketOf(hash: number, lowBits: number): number {
  return lowBits === 32 ? 0 : hash >>> lowBits;
}

/** New entries from old ones, with some left out or put in: what lies between is copied in blocks. Indices are those of points. */
export class BlockCopy {
  size = 0;
  private from = 0;

  constructor(
    private readonly old: Uint32Array,
    readonly entries: Uint32Array,
  ) {}

  /** Copies what has not been copied, up to this index of the old ones, exclusive. */
  upTo(end: number): void {
    if (end === this.from) return;
    this.entries.set(this.old.subarray(this.from, end), this.size);
    this.size += end - this.from;
    this.from = end;
  }

  /** Leaves out the next of the old ones. */
  skip(): void {
    this.from += 2;
  }

  insert(point: number, owner: number): void {
    this.entries[this.size] = point;
    this.entries[this.size + 1] = owner;
    this.size += 2;
  }
}

/** The first index whose value is at least `value`; the length when there is none. */
export function lowerBound(values: Uint32Array, value: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
