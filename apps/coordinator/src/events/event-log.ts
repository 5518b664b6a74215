import { TypedError } from '@synod/base';
import type { AppliedEntry, JobEvent } from '@synod/jobs';

/** An event with its place: the same on every replica. */
export interface PlacedEvent {
  readonly cursor: string;
  readonly timeMs: number;
  readonly event: JobEvent;
}

export type EventLogFacts =
  | { readonly code: 'cursorTooOld'; readonly oldestCursor: string }
  | { readonly code: 'cursorMalformed'; readonly cursor: string };

export class EventLogError extends TypedError<EventLogFacts> {}

interface Block {
  readonly slot: number;
  readonly timeMs: number;
  readonly events: readonly JobEvent[];
}

/** Events kept in memory, at most; about 100 bytes each. */
const DEFAULT_MAX_EVENTS = 200_000;

/**
 * The last events of this replica, one block for each log entry. A reader pulls at its own pace by cursor, so a slow one costs
 * nothing; one that falls behind what is kept gets `cursorTooOld`.
 */
export class EventLog {
  private blocks: Block[] = [];
  /** Blocks dropped from the front of the array but not yet cut off. */
  private head = 0;
  private kept = 0;
  private lastSlot = 0;
  private droppedThroughSlot = 0;
  private readonly readers = new Set<() => void>();

  constructor(private readonly maxEvents = DEFAULT_MAX_EVENTS) {}

  append(applied: AppliedEntry): void {
    this.lastSlot = applied.slot;
    if (applied.events.length === 0) return;
    this.blocks.push({ slot: applied.slot, timeMs: applied.timeMs, events: applied.events });
    this.kept += applied.events.length;
    while (this.kept > this.maxEvents && this.head < this.blocks.length - 1) this.dropOldest();
    for (const wake of [...this.readers]) wake();
  }

  /** Cursor behind everything so far. */
  now(): string {
    return encodeCursor(this.lastSlot, Number.MAX_SAFE_INTEGER);
  }

  /** Up to `limit` events behind `cursor`; empty at the end. */
  read(cursor: string, limit: number): readonly PlacedEvent[] {
    const place = decodeCursor(cursor);
    if (place.slot < this.droppedThroughSlot) {
      throw new EventLogError(
        { code: 'cursorTooOld', oldestCursor: encodeCursor(this.droppedThroughSlot, Number.MAX_SAFE_INTEGER) },
        'events behind this cursor are no longer kept; begin again from the oldest cursor, or from now with an empty one',
      );
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
    this.droppedThroughSlot = oldest.slot;
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

interface Place {
  readonly slot: number;
  /** Index of the last event that was seen in this slot; -1 before the first. */
  readonly index: number;
}

function collect(block: Block, behind: Place, limit: number, into: PlacedEvent[]): void {
  const first = block.slot === behind.slot ? behind.index + 1 : 0;
  for (let index = first; index < block.events.length && into.length < limit; index++) {
    const event = block.events[index];
    if (event !== undefined) into.push({ cursor: encodeCursor(block.slot, index), timeMs: block.timeMs, event });
  }
}

/** `e1` is the format's version; `z` marks the end of a slot. */
function encodeCursor(slot: number, index: number): string {
  return `e1.${slot.toString(36)}.${index === Number.MAX_SAFE_INTEGER ? 'z' : String(index)}`;
}

function decodeCursor(cursor: string): Place {
  const match = /^e1\.([0-9a-z]{1,11})\.(z|\d{1,9})$/.exec(cursor);
  const slot = Number.parseInt(match?.[1] ?? '', 36);
  if (match === null || !Number.isSafeInteger(slot)) {
    throw new EventLogError(
      { code: 'cursorMalformed', cursor },
      'this is no cursor: give one that an event or a watch response carried, or an empty one for now',
    );
  }
  return { slot, index: match[2] === 'z' ? Number.MAX_SAFE_INTEGER : Number(match[2]) };
}
