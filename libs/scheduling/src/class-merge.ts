import type { ReadyClass, ReadyJob } from '@synod/jobs';

/** A ready class with the first of its jobs that has not been looked at. */
interface Cursor {
  readonly readyClass: ReadyClass;
  /** Behind the head; undefined until it is asked for. */
  rest: Iterator<ReadyJob> | undefined;
  head: ReadyJob;
}

/**
 * Jobs of many classes in the order in which they are to be assigned, higher priorities first, then by job id: by a heap of the
 * classes' heads. It looks at no job behind a head before the head is done with, and at no class before its turn comes: the backlog
 * costs nothing, and classes cost as they are met.
 */
export class ClassMerge {
  private readonly cursors: Cursor[] = [];
  private readonly unopened: Iterator<ReadyClass>;
  /** The first that is not in the heap. */
  private next: Cursor | undefined;

  /** `classes` come in the order of their first jobs. */
  constructor(classes: IterableIterator<ReadyClass>) {
    this.unopened = classes;
    this.next = this.nextUnopened();
    this.open();
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
    if (cursor.rest === undefined) {
      cursor.rest = cursor.readyClass.jobs();
      cursor.rest.next();
    }
    const next = cursor.rest.next();
    if (next.done === true) {
      this.dropClass();
    } else {
      cursor.head = next.value;
      this.siftDown(0);
      this.open();
    }
  }

  /** Leaves out all further jobs of the class of the first head. */
  dropClass(): void {
    const last = this.cursors.pop();
    if (last !== undefined && this.cursors.length > 0) {
      this.cursors[0] = last;
      this.siftDown(0);
    }
    this.open();
  }

  /** Classes whose first job comes before the first head have their turn. */
  private open(): void {
    while (this.next !== undefined) {
      const first = this.cursors[0];
      if (first !== undefined && isFirst(first.head, this.next.head)) return;
      this.cursors.push(this.next);
      this.siftUp(this.cursors.length - 1);
      this.next = this.nextUnopened();
    }
  }

  private nextUnopened(): Cursor | undefined {
    const next = this.unopened.next();
    return next.done === true ? undefined : { readyClass: next.value, rest: undefined, head: next.value.first() };
  }

  private siftUp(start: number): void {
    const { cursors } = this;
    for (let at = start; at > 0;) {
      const parent = (at - 1) >>> 1;
      if (!this.isFirst(at, parent)) return;
      [cursors[at], cursors[parent]] = [cursors[parent] as Cursor, cursors[at] as Cursor];
      at = parent;
    }
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
    return isFirst((this.cursors[left] as Cursor).head, (this.cursors[right] as Cursor).head);
  }
}

export function isFirst(one: ReadyJob, other: ReadyJob): boolean {
  return one.priority === other.priority ? one.jobId < other.jobId : one.priority > other.priority;
}
