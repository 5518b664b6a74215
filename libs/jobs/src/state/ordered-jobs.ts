/** Place of a job in the order of creation, which is the order of job ids. */
export interface JobOrder {
  readonly slot: number;
  readonly index: number;
}

/** Full chunks hold so many. Larger ones cost more to insert into, smaller ones more to search through. */
const CHUNK_SIZE = 256;
/** A chunk that has shrunk to this joins its neighbour when both fit into half a chunk. */
const SPARSE_SIZE = CHUNK_SIZE / 8;

/**
 * Jobs in order of creation: a sorted sequence in chunks.
 *
 * Nearly all insertions come at the end, as ids rise; nearly all removals come near the start. What does not fit that (a
 * job that returns with its old id after a loss, a cancelled job deep in the backlog) costs two binary searches and a move
 * within one chunk. So a million jobs cost a million pointers, without a Map that stalls for 100 ms when it grows, and
 * without a heap whose removed entries have to be skipped later.
 */
export class OrderedJobs<Job extends JobOrder> {
  /** No chunk is empty. */
  private readonly chunks: Job[][] = [];
  private count = 0;

  get size(): number {
    return this.count;
  }

  first(): Job | undefined {
    return this.chunks[0]?.[0];
  }

  /** False when a job of that place is there already; nothing changes then. */
  insert(job: Job): boolean {
    const last = this.chunks.at(-1);
    if (last === undefined) {
      this.chunks.push([job]);
    } else if (isBefore(last[last.length - 1] as Job, job.slot, job.index)) {
      if (last.length < CHUNK_SIZE) last.push(job);
      else this.chunks.push([job]);
    } else if (!this.insertWithin(job)) {
      return false;
    }
    this.count += 1;
    return true;
  }

  /** False when it was not there. */
  remove(job: Job): boolean {
    const chunkAt = this.chunkOf(job.slot, job.index);
    const chunk = this.chunks[chunkAt];
    if (chunk === undefined) return false;
    const at = lowerBound(chunk, job.slot, job.index);
    if (chunk[at] !== job) return false;
    if (at === 0) chunk.shift();
    else chunk.splice(at, 1);
    this.count -= 1;
    if (chunk.length <= SPARSE_SIZE) this.joinSparse(chunkAt);
    return true;
  }

  find(slot: number, index: number): Job | undefined {
    const chunk = this.chunks[this.chunkOf(slot, index)];
    if (chunk === undefined) return undefined;
    const job = chunk[lowerBound(chunk, slot, index)];
    return job !== undefined && job.slot === slot && job.index === index ? job : undefined;
  }

  /** Oldest first. Valid while nothing is inserted or removed. */
  *ascending(): IterableIterator<Job> {
    for (const chunk of this.chunks) yield* chunk;
  }

  /** Newest first, from below this place; undefined: from the newest. */
  *descending(below: JobOrder | undefined): IterableIterator<Job> {
    let chunkAt = this.chunks.length - 1;
    let at = (this.chunks[chunkAt]?.length ?? 0) - 1;
    if (below !== undefined) {
      const found = this.chunkOf(below.slot, below.index);
      const chunk = this.chunks[found];
      if (chunk !== undefined) {
        chunkAt = found;
        at = lowerBound(chunk, below.slot, below.index) - 1;
      }
    }
    while (chunkAt >= 0) {
      const chunk = this.chunks[chunkAt] as Job[];
      for (; at >= 0; at -= 1) yield chunk[at] as Job;
      chunkAt -= 1;
      at = (this.chunks[chunkAt]?.length ?? 0) - 1;
    }
  }

  private insertWithin(job: Job): boolean {
    const chunkAt = this.chunkOf(job.slot, job.index);
    const chunk = this.chunks[chunkAt] as Job[];
    const at = lowerBound(chunk, job.slot, job.index);
    const next = chunk[at];
    if (next !== undefined && next.slot === job.slot && next.index === job.index) return false;
    chunk.splice(at, 0, job);
    if (chunk.length > CHUNK_SIZE) this.chunks.splice(chunkAt + 1, 0, chunk.splice(CHUNK_SIZE / 2));
    return true;
  }

  private joinSparse(chunkAt: number): void {
    const { length } = this.chunks[chunkAt] as Job[];
    if (length === 0) {
      this.chunks.splice(chunkAt, 1);
      return;
    }
    const roomFor = (neighbour: readonly Job[] | undefined) =>
      neighbour !== undefined && neighbour.length + length <= CHUNK_SIZE / 2;
    if (roomFor(this.chunks[chunkAt - 1])) this.joinWithNext(chunkAt - 1);
    else if (roomFor(this.chunks[chunkAt + 1])) this.joinWithNext(chunkAt);
  }

  private joinWithNext(chunkAt: number): void {
    const [chunk, next] = [this.chunks[chunkAt] as Job[], this.chunks[chunkAt + 1] as Job[]];
    this.chunks.splice(chunkAt, 2, chunk.concat(next));
  }

  /** The first chunk whose last job is not before the place; the number of chunks when all are. */
  private chunkOf(slot: number, index: number): number {
    let low = 0;
    let high = this.chunks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const chunk = this.chunks[middle] as Job[];
      if (isBefore(chunk[chunk.length - 1] as Job, slot, index)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function isBefore(job: JobOrder, slot: number, index: number): boolean {
  return job.slot < slot || (job.slot === slot && job.index < index);
}

function lowerBound(chunk: readonly JobOrder[], slot: number, index: number): number {
  let low = 0;
  let high = chunk.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(chunk[middle] as JobOrder, slot, index)) low = middle + 1;
    else high = middle;
  }
  return low;
}
