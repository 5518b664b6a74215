import { eventToWire } from '@synod/contracts';
import type { JobEvent } from '@synod/jobs';
import type { WireWatchEventsRequest, WireWatchEventsResponseInput } from '@synod/wire';
import type { EventLog, PlacedEvent } from './event-log.js';

/** Events of one response, at most. */
const MAX_EVENTS_PER_RESPONSE = 500;

/** WatchEvents over the event log: filters, and waits at the end for what is to come. */
export class EventWatch {
  constructor(private readonly log: EventLog) {}

  async *watch(
    request: Pick<WireWatchEventsRequest, 'cursor' | 'jobIds' | 'types'>,
    signal: AbortSignal,
  ): AsyncGenerator<WireWatchEventsResponseInput> {
    let cursor = request.cursor === '' ? this.log.now() : request.cursor;
    const wanted = filterOf(request);
    // The first response says from where the watch stands; a bad cursor throws here.
    this.log.read(cursor, 1);
    yield { events: [], cursor };
    while (!signal.aborted) {
      const read = this.log.read(cursor, MAX_EVENTS_PER_RESPONSE);
      const last = read.at(-1);
      if (last === undefined) {
        await this.appended(signal);
        continue;
      }
      cursor = last.cursor;
      const events = read.filter(wanted).map(({ cursor: at, timeMs, event }) => eventToWire(event, at, timeMs));
      if (events.length > 0) yield { events, cursor };
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

function filterOf({ jobIds, types }: { jobIds: readonly string[]; types: readonly string[] }): (placed: PlacedEvent) => boolean {
  const jobs = new Set(jobIds);
  const kinds = new Set(types);
  return ({ event }) => (kinds.size === 0 || kinds.has(event.type)) && (jobs.size === 0 || jobs.has(jobIdOf(event)));
}

function jobIdOf(event: JobEvent): string {
  return 'jobId' in event ? event.jobId : '';
}
