/**
 * Acknowledged heartbeats since a Hello: whether a lease that began then can have been given up by the cluster.
 *
 * An assignment may lie in a stalled connection until its attempt is long declared lost, while heartbeats, which have a connection
 * of their own, are acknowledged again. A lease counted from the last of those would let the attempt run beside its successor. But
 * no attempt is declared lost unless the leader heard nothing of its worker for `lostAfter`, and a Hello counts as heard. So while
 * since the Hello no heartbeat was missing for as long as the lease, whatever was assigned over that session still stands.
 */
export class HeardChain {
  private longestGapMs = 0;

  /** Times by CLOCK_MONOTONIC. */
  constructor(private lastMs: number) {}

  /** A heartbeat that was sent at this time was acknowledged. */
  heard(sentAtMs: number, nowMs: number): void {
    this.look(nowMs);
    this.lastMs = Math.max(this.lastMs, sentAtMs);
  }

  /** False for good once a lease of this length has lapsed, if only for a moment. */
  isUnbroken(leaseMs: number, nowMs: number): boolean {
    this.look(nowMs);
    return this.longestGapMs < leaseMs;
  }

  private look(nowMs: number): void {
    this.longestGapMs = Math.max(this.longestGapMs, nowMs - this.lastMs);
  }
}
