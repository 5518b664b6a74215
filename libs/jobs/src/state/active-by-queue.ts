import { assert } from '@synod/base';

/** Active attempts of each queue by worker. It follows from the attempts and is no part of the state of its own. */
export class ActiveByQueue {
  private readonly byQueue = new Map<string, Map<string, number>>();

  add(queue: string, workerId: string): void {
    let byWorker = this.byQueue.get(queue);
    if (byWorker === undefined) {
      byWorker = new Map();
      this.byQueue.set(queue, byWorker);
    }
    byWorker.set(workerId, (byWorker.get(workerId) ?? 0) + 1);
  }

  remove(queue: string, workerId: string): void {
    const byWorker = this.byQueue.get(queue);
    const left = (byWorker?.get(workerId) ?? 0) - 1;
    assert(byWorker !== undefined && left >= 0, 'an active attempt is counted with its queue', () => queue);
    if (left > 0) byWorker.set(workerId, left);
    else byWorker.delete(workerId);
    if (byWorker.size === 0) this.byQueue.delete(queue);
  }

  /** Workers that have any. */
  of(queue: string): ReadonlyMap<string, number> {
    return this.byQueue.get(queue) ?? NONE;
  }

  /** For checks. */
  entries(): IterableIterator<[queue: string, byWorker: ReadonlyMap<string, number>]> {
    return this.byQueue.entries();
  }
}

const NONE: ReadonlyMap<string, number> = new Map();
