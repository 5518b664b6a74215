import type { ReadyClass, ReadyJob } from '@synod/jobs';

/** A ready class with the first of its jobs that has not been looked at. */
interface Cursor {
  readonly readyClass: ReadyClass;
  readonly rest: Iterator<ReadyJob>;
  head: ReadyJob;
}

/**
 * Jobs of many classes in the order in which they are to be assigned, higher priorities first, then by job id: by a heap of the classes' heads. It looks at no job behind a head before the head
 * is done with, so the backlog costs nothing.
 */
export class ClassMerge {
  private readonly cursors: Cursor[] = [];

  constructor(classes: Iterable<ReadyClass>) {
    for (const readyClass of classes) {
      const rest = readyClass.jobs();
      const first = rest.next();
      if (first.done !== true) this.cursors.push({ readyClass, rest, head: first.value });
    }
    for (let at = (this.cursors.length >> 1) - 1; at >= 0; at -= 1) this.siftDown(at);
  }

  /** The class of the first head. */
  get readyClass(): ReadyClass | undefined {
    return this.cursors[0]?.readyClass;
  }

  /** The first head. */
  get job(): ReadyJob | undefined {
    return this.cursors[0]?.head;
  }

  /** Goes on to the next job of the class of the first head. */
  advance(): void {
    const cursor = this.cursors[0];
    if (cursor === undefined) return;
    const next = cursor.rest.next();
    if (next.done === true) {
      this.dropClass();
    } else {
      cursor.head = next.value;
      this.siftDown(0);
    }
  }

  /** Leaves out all further jobs of the class of the first head. */
  dropClass(): void {
    const last = this.cursors.pop();
    if (last === undefined || this.cursors.length === 0) return;
    this.cursors[0] = last;
    this.siftDown(0);
  }

  private siftDown(start: number): void {
    const { cursors } = this;
    let at = start;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= cursors.length) return;
      const least = left + 1 < cursors.length && this.isFirst(left + 1, left) ? left + 1 : left;
      if (!this.isFirst(least, at)) return;
      [cursors[at], cursors[least]] = [cursors[least] as Cursor, cursors[at] as Cursor];
      at = least;
    }
  }

  private isFirst(left: number, right: number): boolean {
    const [one, other] = [(this.cursors[left] as Cursor).head, (this.cursors[right] as Cursor).head];
    return one.priority === other.priority ? one.jobId < other.jobId : one.priority > other.priority;
  }
}
