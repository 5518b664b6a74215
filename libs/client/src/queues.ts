import { callUnary } from '@synod/rpc';
import type { WireQueue, WireQueueSettingsInput } from '@synod/wire';
import type { CallOptions, Calls } from './calls.js';
import { optionalSafeInteger, safeInteger } from './convert/integers.js';
import { nameOf, PLACEMENTS, placementOptionsFromWire, placementToWire } from './convert/spec.js';
import { clientError } from './errors.js';
import type { PlacementOptions, PlacementPolicy } from './types.js';

/** A token bucket: so many starts in so much time, and up to `burst` at once after a pause. */
export interface RateLimit {
  readonly tokens: number;
  readonly perMs: number;
  /** Default: as many as `tokens`. */
  readonly burst?: number;
}

export interface QueueSettings {
  /** Attempts at the same time; 0 or left out: no limit. */
  readonly maxRunning?: number;
  /** The same for jobs with equal `limitKey`. */
  readonly maxRunningPerKey?: number;
  readonly rate?: RateLimit | undefined;
  /** For jobs that leave open how they are placed, also those that wait already. */
  readonly placement?: PlacementPolicy | undefined;
  readonly placementOptions?: PlacementOptions | undefined;
  /** For jobs submitted from then on that don't say their own. */
  readonly lostAfterMs?: number;
}

export interface Queue {
  readonly queue: string;
  readonly settings: QueueSettings;
  readonly paused: boolean;
  readonly pauseReason: string;
  /** Rises with each change; 0: nothing is set of it. */
  readonly revision: number;
  readonly waiting: number;
  readonly ready: number;
  readonly running: number;
  /** Failed or expired, and still there to be run again. */
  readonly deadLetters: number;
  /** Of those ready: waiting for another job of their key. */
  readonly waitingForKey: number;
  /** Starts that the rate allows now; undefined without a rate. */
  readonly tokens: number | undefined;
  readonly nextTokenMs: number | undefined;
}

/** What is set of queues, and what is in them. Calls are repeated until a coordinator has answered, as all of the client's. */
export class QueuesClient {
  /** @internal Made by the client: `client.queues`. */
  constructor(private readonly calls: Calls) {}

  /** By name: those that have jobs, or of which something is set. */
  async list(options: CallOptions = {}): Promise<readonly Queue[]> {
    const { queues } = await this.calls.withFailover(
      (coordinator, once) => callUnary(coordinator.queues, 'listQueues', {}, once),
      options,
    );
    return queues.map(queueFromWire);
  }

  /** @throws SynodClientError `notFound` */
  async get(queue: string, options: CallOptions = {}): Promise<Queue> {
    const response = await this.calls.withFailover(
      ({ queues }, once) => callUnary(queues, 'getQueue', { queue }, once),
      options,
    );
    return queueFromWire(response.queue);
  }

  /**
   * All that is set of it, but whether it is paused; the new revision. With `ifRevision` it rejects with `aborted` when somebody
   * else changed it meanwhile; so it may also when a repeated call finds its own change.
   */
  async set(
    queue: string,
    settings: QueueSettings,
    { ifRevision, ...options }: CallOptions & { readonly ifRevision?: number } = {},
  ): Promise<number> {
    const request = {
      queue,
      settings: settingsToWire(settings),
      ...(ifRevision === undefined ? {} : { ifRevision }),
    };
    const { revision } = await this.calls.withFailover(
      ({ queues }, once) => callUnary(queues, 'setQueue', request, once),
      options,
    );
    return safeInteger(revision, 'revision');
  }

  /** Nothing of it starts any more; what runs goes on. */
  async pause(
    queue: string,
    { reason = '', ...options }: CallOptions & { readonly reason?: string } = {},
  ): Promise<void> {
    await this.calls.withFailover(
      ({ queues }, once) => callUnary(queues, 'pauseQueue', { queue, reason }, once),
      options,
    );
  }

  async resume(queue: string, options: CallOptions = {}): Promise<void> {
    await this.calls.withFailover(({ queues }, once) => callUnary(queues, 'resumeQueue', { queue }, once), options);
  }

  /** Nothing is set of it any more; its jobs stay. */
  async reset(queue: string, options: CallOptions = {}): Promise<void> {
    await this.calls.withFailover(({ queues }, once) => callUnary(queues, 'resetQueue', { queue }, once), options);
  }

  /** Runs failed and expired jobs again, those that ended first, at most 1,000 a call. */
  async redrive(
    queue: string,
    { limit = 0, ...options }: CallOptions & { readonly limit?: number } = {},
  ): Promise<{ readonly redriven: number; readonly more: boolean }> {
    const { redriven, more } = await this.calls.withFailover(
      ({ queues }, once) => callUnary(queues, 'redriveQueue', { queue, limit }, once),
      options,
    );
    return { redriven, more };
  }
}

function settingsToWire({ placement, placementOptions, rate, ...numbers }: QueueSettings): WireQueueSettingsInput {
  return {
    ...numbers,
    ...(rate === undefined ? {} : { rate }),
    ...placementToWire({
      ...(placement === undefined ? {} : { placement }),
      ...(placementOptions === undefined ? {} : { placementOptions }),
    }),
  };
}

function queueFromWire(wire: WireQueue | null): Queue {
  if (!wire) throw clientError('internal', 'the coordinator answered without a queue: is it of a newer version?');
  const { maxRunning = 0, maxRunningPerKey = 0, rate, placement, lostAfterMs = 0 } = wire.settings ?? {};
  const policy = placement === undefined ? undefined : nameOf(PLACEMENTS, placement);
  const options = placementOptionsFromWire(wire.settings?.placementOptions ?? null);
  return {
    queue: wire.queue,
    settings: {
      ...{ maxRunning, maxRunningPerKey, lostAfterMs },
      ...(rate ? { rate: { tokens: rate.tokens, perMs: rate.perMs, burst: rate.burst } } : {}),
      ...(policy === undefined ? {} : { placement: policy }),
      ...(options === undefined ? {} : { placementOptions: options }),
    },
    paused: wire.paused,
    pauseReason: wire.pauseReason,
    revision: safeInteger(wire.revision, 'revision'),
    waiting: wire.waiting,
    ready: wire.ready,
    running: wire.running,
    deadLetters: wire.deadLetters,
    waitingForKey: wire.waitingForKey,
    tokens: wire.tokens,
    nextTokenMs: optionalSafeInteger(wire.nextTokenMs, 'nextTokenMs'),
  };
}
