import { cursorToWire, eventToWire } from '@synod/contracts';
import type { WatchEventsQuery } from '@synod/contracts';
import type { JobEvent } from '@synod/jobs';
import type { WireEventInput, WireWatchEventsResponseInput } from '@synod/wire';
import type { EventLog, PlacedEvent } from './event-log.js';

/** Events of one response, at most. */
const MAX_EVENTS_PER_RESPONSE = 500;

/** WatchEvents over the event log: filters, and waits at the end for what is to come. */
export class EventWatch {
  constructor(private readonly log: EventLog) {}

  async *watch(query: WatchEventsQuery, signal: AbortSignal): AsyncGenerator<WireWatchEventsResponseInput> {
    let position = query.after ?? this.log.now();
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
      if (events.length > 0) yield { events, cursor: cursorToWire(position) };
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
