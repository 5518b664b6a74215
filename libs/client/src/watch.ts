import type { WireWatchEventsResponse } from '@synod/wire';
import type { Calls } from './calls.js';
import type { Coordinator } from './channels.js';
import { eventFromWire } from './convert/job.js';
import { abortedError } from './errors.js';
import { toClientError } from './faults.js';
import { readStream } from './read-stream.js';
import type { JobEvent, WatchOptions } from './types.js';

/** What a watch yields: that it stands (again), or events. */
export type WatchStep =
  { readonly kind: 'standing' } | { readonly kind: 'events'; readonly events: readonly JobEvent[] };

/**
 * Events from behind the cursor on. When its coordinator is lost, the watch goes on at the last cursor elsewhere. `standing`
 * comes first each time: what happened before it and behind no cursor has to be asked for. A coordinator that was started again keeps
 * less than others: only a cursor that is older than what all of them keep is outdated. With `fromNow` it is given up for that.
 */
export async function* watch(
  calls: Calls,
  options: WatchOptions & { readonly whenTooOld?: 'throw' | 'fromNow' },
): AsyncGenerator<WatchStep, void, undefined> {
  const { signal } = options;
  const outage = calls.outage(Infinity);
  let cursor = options.cursor ?? '';
  /** Coordinators that no longer keep what follows this cursor. */
  const outdatedAt = new Set<string>();
  while (true) {
    if (signal?.aborted) throw abortedError(signal);
    const coordinator = calls.channels.current();
    let standing = false;
    try {
      for await (const response of openWatch(coordinator, { ...options, cursor })) {
        calls.answered();
        outage.over();
        outdatedAt.clear();
        if (response.cursor !== '') cursor = response.cursor;
        if (!standing) yield { kind: 'standing' };
        standing = true;
        if (response.events.length > 0) yield { kind: 'events', events: response.events.map(eventFromWire) };
      }
      calls.channels.moveOnFrom(coordinator);
      await outage.pause(signal);
    } catch (error) {
      const isOutdated = toClientError(error).code === 'outOfRange' && cursor !== '';
      if (!isOutdated) {
        await outage.endure(error, coordinator, signal);
        continue;
      }
      // One that refuses it again has been reached around others that don't answer: there is nobody left to ask.
      const isLast = outdatedAt.has(coordinator.address) || outdatedAt.size + 1 >= calls.channels.addresses.length;
      outdatedAt.add(coordinator.address);
      if (!isLast) calls.channels.moveOnFrom(coordinator);
      else if (options.whenTooOld === 'fromNow') cursor = '';
      else throw toClientError(error);
    }
  }
}

function openWatch(coordinator: Coordinator, options: WatchOptions): AsyncIterable<WireWatchEventsResponse> {
  const stream = coordinator.jobs.watchEvents({
    cursor: options.cursor ?? '',
    jobIds: [...(options.jobIds ?? [])],
    types: [...(options.types ?? [])],
  });
  return readStream(stream, options.signal);
}
