import { compareEventPositions, cursorToWire, RequestRefusedError } from '@synod/contracts';
import type { EventPosition } from '@synod/contracts';
import type { AppliedEntry, JobEvent } from '@synod/jobs';

/** An event with its place: the same on every replica. */
export interface PlacedEvent {
  readonly position: EventPosition;
  readonly timeMs: number;
  readonly event: JobEvent;
}

interface Block {
  readonly slot: number;
  readonly timeMs: number;
  readonly events: readonly JobEvent[];
}

/** Events kept in memory, at most; about 300 bytes each, as what attempts put out is left out. */
const DEFAULT_MAX_EVENTS = 200_000;

/**
 * The last events of this replica, one block for each log entry. A reader pulls at its own pace by cursor, so a slow one costs
 * nothing; one that falls behind what is kept gets `cursorOutdated`.
 */
export class EventLog {
  private blocks: Block[] = [];
  /** Blocks dropped from the front of the array but not yet cut off. */
  private head = 0;
  private kept = 0;
  private lastSlot = 0;
  /** The last event that is no longer kept. */
  private dropped: EventPosition = { slot: 0, index: 0 };
  private readonly readers = new Set<() => void>();

  constructor(private readonly maxEvents = DEFAULT_MAX_EVENTS) {}

  /** Events in memory. */
  get size(): number {
    return this.kept;
  }

  /** Readers that wait for what is to come. */
  get readerCount(): number {
    return this.readers.size;
  }

  /** Called with every applied entry, in order. */
  append(applied: AppliedEntry): void {
    this.lastSlot = applied.slot;
    if (applied.events.length === 0) return;
    this.blocks.push({ slot: applied.slot, timeMs: applied.timeMs, events: applied.events.map(withoutOutput) });
    this.kept += applied.events.length;
    while (this.kept > this.maxEvents && this.head < this.blocks.length - 1) this.dropOldest();
    if (this.readers.size > 0) for (const wake of [...this.readers]) wake();
  }

  /** A state of `slot` took the place of all before: what happened up to it is not known here, and older cursors are outdated. */
  skipTo(slot: number): void {
    this.blocks = [];
    this.head = 0;
    this.kept = 0;
    this.lastSlot = slot;
    this.dropped = endOf(slot);
    for (const wake of [...this.readers]) wake();
  }

  /** The position behind everything so far. */
  now(): EventPosition {
    return endOf(this.lastSlot);
  }

  /** Up to `limit` events behind `place`; empty at the end. */
  read(place: EventPosition, limit: number): readonly PlacedEvent[] {
    if (compareEventPositions(place, this.dropped) < 0) {
      const oldestCursor = cursorToWire(this.dropped);
      throw new RequestRefusedError({ code: 'cursorOutdated', oldestCursor });
    }
    const found: PlacedEvent[] = [];
    for (let index = this.firstBlockFrom(place.slot); index < this.blocks.length && found.length < limit; index++) {
      const block = this.blocks[index];
      if (block !== undefined) collect(block, place, limit, found);
    }
    return found;
  }

  /** Calls `wake` whenever there is something new; the result stops it. */
  onAppend(wake: () => void): () => void {
    this.readers.add(wake);
    return () => this.readers.delete(wake);
  }

  private dropOldest(): void {
    const oldest = this.blocks[this.head];
    if (oldest === undefined) return;
    this.kept -= oldest.events.length;
    this.dropped = { slot: oldest.slot, index: oldest.events.length - 1 };
    this.blocks[this.head] = EMPTY;
    this.head += 1;
    if (this.head > 4_096 && this.head * 2 > this.blocks.length) {
      this.blocks = this.blocks.slice(this.head);
      this.head = 0;
    }
  }

  private firstBlockFrom(slot: number): number {
    let low = this.head;
    let high = this.blocks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.blocks[middle]?.slot ?? 0) < slot) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** In the place of a block that is dropped and not yet cut off: what it held is free at once. */
const EMPTY: Block = { slot: 0, timeMs: 0, events: [] };

/** Watchers are told how an attempt ended, not what it put out: that is with the job, and may have 100 KiB. */
function withoutOutput(event: JobEvent): JobEvent {
  if (event.type !== 'attemptFinished') return event;
  const { end } = event;
  if (end.result === '' && end.stdoutTail === '' && end.stderrTail === '') return event;
  return { ...event, end: { ...end, result: '', stdoutTail: '', stderrTail: '' } };
}

/** Behind the last event that an entry can have. */
function endOf(slot: number): EventPosition {
  return { slot, index: END_OF_ENTRY };
}

const END_OF_ENTRY = 999_999_999;

function collect(block: Block, behind: EventPosition, limit: number, into: PlacedEvent[]): void {
  const first = block.slot === behind.slot ? behind.index + 1 : 0;
  for (let index = first; index < block.events.length && into.length < limit; index++) {
    const event = block.events[index];
    if (event !== undefined) into.push({ position: { slot: block.slot, index }, timeMs: block.timeMs, event });
  }
}
