/** Buckets an eighth of an octave wide: an error of 9 % at the most, and runs that can be added up. */
const BUCKETS_PER_OCTAVE = 8;
const LOWEST_MS = 0.1;

export function latencyBucket(latencyMs: number): number {
  return Math.max(0, Math.floor(BUCKETS_PER_OCTAVE * Math.log2(Math.max(latencyMs, LOWEST_MS) / LOWEST_MS)));
}

/** Middle of a bucket. */
export function bucketMs(bucket: number): number {
  return LOWEST_MS * 2 ** ((bucket + 0.5) / BUCKETS_PER_OCTAVE);
}

/** Counts by bucket; sparse while it is filled, and an array when it is told. */
export class LatencyHistogram {
  private readonly counts: number[] = [];

  record(latencyMs: number): void {
    const bucket = latencyBucket(latencyMs);
    while (this.counts.length <= bucket) this.counts.push(0);
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
  }

  add(counts: readonly number[]): void {
    counts.forEach((count, bucket) => {
      while (this.counts.length <= bucket) this.counts.push(0);
      this.counts[bucket] = (this.counts[bucket] ?? 0) + count;
    });
  }

  toArray(): number[] {
    return [...this.counts];
  }

  /** The latency that this share of all records does not exceed; 0 without records. */
  quantileMs(share: number): number {
    const total = this.counts.reduce((sum, count) => sum + count, 0);
    let seen = 0;
    for (const [bucket, count] of this.counts.entries()) {
      seen += count;
      if (count > 0 && seen >= share * total) return bucketMs(bucket);
    }
    return 0;
  }
}
