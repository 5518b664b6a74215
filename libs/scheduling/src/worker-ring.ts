import { Ring } from '@synod/hashing';
import type { RingOptions } from '@synod/hashing';
import type { WorkerRecord } from '@synod/jobs';

/** The ring is built anew rather than changed one by one when more workers than this came or went. */
const MAX_CHANGES = 16;

/**
 * The ring of all online workers. One serves all kinds of jobs: the ring of some workers is the ring of all with the points
 * of the others passed over.
 */
export class WorkerRing {
  private ring: Ring;
  private workersRevision = -1;

  constructor(private readonly options: Partial<RingOptions>) {
    this.ring = new Ring(options);
  }

  current(workers: readonly WorkerRecord[], workersRevision: number): Ring {
    if (this.workersRevision === workersRevision) return this.ring;
    this.workersRevision = workersRevision;
    const online = new Set<string>();
    for (const worker of workers) if (worker.state === 'online') online.add(worker.workerId);
    const gone = this.ring.nodeIds().filter((nodeId) => !online.has(nodeId));
    const come = [...online].filter((workerId) => !this.ring.has(workerId));
    if (gone.length + come.length > MAX_CHANGES) {
      const nodes = [...online].map((nodeId) => ({ nodeId, weight: 1 }));
      this.ring = new Ring(this.options, nodes);
    } else {
      for (const workerId of gone) this.ring.remove(workerId);
      for (const workerId of come) this.ring.set(workerId);
    }
    return this.ring;
  }
}
