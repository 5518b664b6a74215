import { Ring } from '@synod/hashing';
import type { RingOptions } from '@synod/hashing';
import type { WorkerRecord } from '@synod/jobs';

/** The ring is built anew rather than changed one by one when more workers than this came, went or changed. */
const MAX_CHANGES = 16;
/** Attempts at a time that make a weight of 1. A fixed number: one that followed the workers would move keys of all when one joins. */
const CAPACITY_OF_WEIGHT_1 = 16;
const MIN_WEIGHT = 0.5;
const MAX_WEIGHT = 4;

/**
 * A worker's share of the keys: by capacity, from 8 to 64 attempts at a time. Below, the few points would make shares uneven;
 * above, they would cost memory, and what a worker has room for beyond its share comes to it as overflow of others. Measured speed has no
 * part in it: keys stay where they are.
 */
export function ringWeight(capacity: number): number {
  return Math.min(MAX_WEIGHT, Math.max(MIN_WEIGHT, capacity / CAPACITY_OF_WEIGHT_1));
}

/**
 * The ring of all online workers. One serves all kinds of jobs: the ring of some workers is the ring of all with the points
 * of the others passed over.
 */
export class WorkerRing {
  private ring: Ring;
  private weights = new Map<string, number>();
  private workersRevision = -1;

  constructor(private readonly options: Partial<RingOptions>) {
    this.ring = new Ring(options);
  }

  current(workers: readonly WorkerRecord[], workersRevision: number): Ring {
    if (this.workersRevision === workersRevision) return this.ring;
    this.workersRevision = workersRevision;
    const { weights: before } = this;
    const weights = new Map<string, number>();
    for (const worker of workers)
      if (worker.state === 'online') weights.set(worker.workerId, ringWeight(worker.capacity));
    this.weights = weights;
    const gone = [...before.keys()].filter((workerId) => !weights.has(workerId));
    const changed = [...weights].filter(([workerId, weight]) => before.get(workerId) !== weight);
    if (gone.length + changed.length > MAX_CHANGES) {
      const nodes = Array.from(weights, ([nodeId, weight]) => ({ nodeId, weight }));
      this.ring = new Ring(this.options, nodes);
    } else {
      for (const workerId of gone) this.ring.remove(workerId);
      for (const [workerId, weight] of changed) this.ring.set(workerId, weight);
    }
    return this.ring;
  }
}
