/** Full chunks hold so many. Larger ones cost more to insert into, smaller ones more to search through. */
const CHUNK_SIZE = 256;
/** A chunk that has shrunk to this joins its neighbour when both fit into half a chunk. */
const SPARSE_SIZE = CHUNK_SIZE / 8;

/**
 * Items in a total order, each place taken once: a sorted sequence in chunks. What of an item decides its place must not change
 * while it is here; it may be looked up by anything that has a `Place`.
 *
 * Nearly all insertions come at the end, as ids rise; nearly all removals come near the start. What does not fit that (a
 * job that returns with its old id after a loss, a cancelled job deep in the backlog) costs two binary searches and a move
 * within one chunk. So a million jobs cost a million pointers, without a Map that stalls for 100 ms when it grows, and
 * without a heap whose removed entries have to be skipped later.
 */
export class OrderedSequence<Item extends Place, Place> {
  /** No chunk is empty. */
  private readonly chunks: Item[][] = [];
  private count = 0;

  constructor(private readonly isBefore: (left: Place, right: Place) => boolean) {}

  get size(): number {
    return this.count;
  }

  first(): Item | undefined {
    return this.chunks[0]?.[0];
  }

  /** False when an item of that place is there already; nothing changes then. */
  insert(item: Item): boolean {
    const last = this.chunks.at(-1);
    if (last === undefined) {
      this.chunks.push([item]);
    } else if (this.isBefore(last[last.length - 1] as Item, item)) {
      if (last.length < CHUNK_SIZE) last.push(item);
      else this.chunks.push([item]);
    } else if (!this.insertWithin(item)) {
      return false;
    }
    this.count += 1;
    return true;
  }

  /** False when it was not there. */
  remove(item: Item): boolean {
    const chunkAt = this.chunkOf(item);
    const chunk = this.chunks[chunkAt];
    if (chunk === undefined) return false;
    const at = this.lowerBound(chunk, item);
    if (chunk[at] !== item) return false;
    if (at === 0) chunk.shift();
    else chunk.splice(at, 1);
    this.count -= 1;
    if (chunk.length <= SPARSE_SIZE) this.joinSparse(chunkAt);
    return true;
  }

  /** The item of this place. */
  at(place: Place): Item | undefined {
    const chunk = this.chunks[this.chunkOf(place)];
    if (chunk === undefined) return undefined;
    const item = chunk[this.lowerBound(chunk, place)];
    return item !== undefined && !this.isBefore(place, item) ? item : undefined;
  }

  /** How many are before this place. Steps through the chunks: for people who ask, not for planning. */
  countBefore(place: Place): number {
    const chunkAt = this.chunkOf(place);
    let before = 0;
    for (let at = 0; at < chunkAt; at += 1) before += (this.chunks[at] as Item[]).length;
    const chunk = this.chunks[chunkAt];
    return chunk === undefined ? before : before + this.lowerBound(chunk, place);
  }

  /** From the first. Valid while nothing is inserted or removed. */
  *ascending(): IterableIterator<Item> {
    for (const chunk of this.chunks) yield* chunk;
  }

  /** From the last, or from below this place. */
  *descending(below: Place | undefined): IterableIterator<Item> {
    let chunkAt = this.chunks.length - 1;
    let at = (this.chunks[chunkAt]?.length ?? 0) - 1;
    if (below !== undefined) {
      const found = this.chunkOf(below);
      const chunk = this.chunks[found];
      if (chunk !== undefined) {
        chunkAt = found;
        at = this.lowerBound(chunk, below) - 1;
      }
    }
    while (chunkAt >= 0) {
      const chunk = this.chunks[chunkAt] as Item[];
      for (; at >= 0; at -= 1) yield chunk[at] as Item;
      chunkAt -= 1;
      at = (this.chunks[chunkAt]?.length ?? 0) - 1;
    }
  }

  private insertWithin(item: Item): boolean {
    const chunkAt = this.chunkOf(item);
    const chunk = this.chunks[chunkAt] as Item[];
    const at = this.lowerBound(chunk, item);
    const next = chunk[at];
    if (next !== undefined && !this.isBefore(item, next)) return false;
    chunk.splice(at, 0, item);
    if (chunk.length > CHUNK_SIZE) this.chunks.splice(chunkAt + 1, 0, chunk.splice(CHUNK_SIZE / 2));
    return true;
  }

  private joinSparse(chunkAt: number): void {
    const { length } = this.chunks[chunkAt] as Item[];
    if (length === 0) {
      this.chunks.splice(chunkAt, 1);
      return;
    }
    const roomFor = (neighbour: readonly Item[] | undefined) =>
      neighbour !== undefined && neighbour.length + length <= CHUNK_SIZE / 2;
    if (roomFor(this.chunks[chunkAt - 1])) this.joinWithNext(chunkAt - 1);
    else if (roomFor(this.chunks[chunkAt + 1])) this.joinWithNext(chunkAt);
  }

  private joinWithNext(chunkAt: number): void {
    const [chunk, next] = [this.chunks[chunkAt] as Item[], this.chunks[chunkAt + 1] as Item[]];
    this.chunks.splice(chunkAt, 2, chunk.concat(next));
  }

  /** The first chunk whose last item is not before the place; the number of chunks when all are. */
  private chunkOf(place: Place): number {
    let low = 0;
    let high = this.chunks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const chunk = this.chunks[middle] as Item[];
      if (this.isBefore(chunk[chunk.length - 1] as Item, place)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private lowerBound(chunk: readonly Item[], place: Place): number {
    let low = 0;
    let high = chunk.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.isBefore(chunk[middle] as Item, place)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
