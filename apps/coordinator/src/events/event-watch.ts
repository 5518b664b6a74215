import { cursorToWire, eventToWire } from '@synod/contracts';
import type { WatchEventsQuery } from '@synod/contracts';
import type { JobEvent } from '@synod/jobs';
import { resourceExhausted } from '@synod/rpc';
import type { WireEventInput, WireWatchEventsResponseInput } from '@synod/wire';
import type { EventLog, PlacedEvent } from './event-log.js';

/** Events of one response, at most. */
const MAX_EVENTS_PER_RESPONSE = 500;

/** Events looked at before the reader gets its place, and others their turn, although it wanted none of them. */
const MAX_UNWANTED_EVENTS = 5_000;
/** Watches at a time, at most. */
const MAX_WATCHES = 2_000;
const RETRY_AFTER_MS = 1_000;

/** WatchEvents over the event log: filters, and waits at the end for what is to come. */
export class EventWatch {
  private watches = 0;

  constructor(private readonly log: EventLog) {}

  /** Watches that go on. */
  get count(): number {
    return this.watches;
  }

  /** What `query` asks for until `signal` aborts. Throws `cursorOutdated` when the reader is behind what is kept. */
  async *watch(query: WatchEventsQuery, signal: AbortSignal): AsyncGenerator<WireWatchEventsResponseInput> {
    if (this.watches >= MAX_WATCHES) {
      throw resourceExhausted('TOO_MANY_WATCHES', 'too many watch events here; try again later', RETRY_AFTER_MS);
    }
    this.watches += 1;
    try {
      yield* this.follow(query, signal);
    } finally {
      this.watches -= 1;
    }
  }

  private async *follow(query: WatchEventsQuery, signal: AbortSignal): AsyncGenerator<WireWatchEventsResponseInput> {
    let position = query.after ?? this.log.now();
    let unwanted = 0;
    // The first response says from where the watch stands; a cursor that is too old throws here.
    this.log.read(position, 1);
    yield { events: [], cursor: cursorToWire(position) };
    while (!signal.aborted) {
      const read = this.log.read(position, MAX_EVENTS_PER_RESPONSE);
      const last = read.at(-1);
      if (last === undefined) {
        await this.appended(signal);
        continue;
      }
      position = last.position;
      const events = read
        .filter((placed) => isWanted(placed, query))
        .map(toWire)
        .filter((event) => event !== undefined);
      unwanted = events.length > 0 ? 0 : unwanted + read.length;
      if (events.length > 0) yield { events, cursor: cursorToWire(position) };
      else if (unwanted >= MAX_UNWANTED_EVENTS) {
        unwanted = 0;
        await new Promise((resolve) => setImmediate(resolve));
        yield { events: [], cursor: cursorToWire(position) };
      }
    }
  }

  private appended(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        stop();
        signal.removeEventListener('abort', done);
        resolve();
      };
      const stop = this.log.onAppend(done);
      signal.addEventListener('abort', done, { once: true });
      if (signal.aborted) done();
    });
  }
}

function isWanted({ event }: PlacedEvent, { jobIds, types }: WatchEventsQuery): boolean {
  return (types.size === 0 || types.has(event.type)) && (jobIds.size === 0 || jobIds.has(jobIdOf(event)));
}

function toWire({ event, position, timeMs }: PlacedEvent): WireEventInput | undefined {
  return eventToWire(event, { cursor: cursorToWire(position), timeMs });
}

function jobIdOf(event: JobEvent): string {
  return 'jobId' in event ? event.jobId : '';
}
