import type { JobOptions, JobSpec, QueueSettings, RetryPolicy } from '@synod/client';
import { anyDelay, RATE_FORM, rateOf, TIME_FORM, timeOf } from './timing.js';

type Fields = Readonly<Record<string, unknown>>;

/** How what is wrong is told: the place in the file, and what is wrong with it. */
export type Malformed = (place: string, what: string) => Error;

/** Keys of a job that decide when and how often it runs. */
export const TIMING_KEYS = [
  ...['priority', 'delay', 'runAt', 'expiresAt', 'startWithin', 'retry', 'onFailure', 'limitKey'],
] as const;

const RETRY_KEYS: readonly string[] = [
  ...['maxAttempts', 'backoff', 'initial', 'max', 'jitterPercent', 'notRetriedExitCodes', 'notRetriedErrors'],
];
const QUEUE_KEYS: readonly string[] = ['maxRunning', 'maxRunningPerKey', 'rate', 'placement', 'lostAfter', 'paused'];

type Writable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

export function parseTiming(
  job: Fields,
  place: string,
  malformed: Malformed,
  parseJob: (job: unknown, place: string) => JobSpec,
): JobOptions {
  const read = new Reader(malformed);
  const options: Writable<JobOptions> = {};
  const { priority, delay, runAt, expiresAt, startWithin, retry, onFailure, limitKey } = job;
  if (priority !== undefined) options.priority = read.integer(priority, `${place}: priority`);
  if (delay !== undefined) options.delayMs = read.span(delay, `${place}: delay`);
  if (runAt !== undefined) options.runAtMs = read.time(runAt, `${place}: runAt`);
  if (expiresAt !== undefined) options.expiresAtMs = read.time(expiresAt, `${place}: expiresAt`);
  if (startWithin !== undefined) options.scheduleToStartTimeoutMs = read.span(startWithin, `${place}: startWithin`);
  if (retry !== undefined) options.retry = read.retry(retry, `${place}: retry`);
  if (onFailure !== undefined) options.onFailure = parseJob(onFailure, `${place}: onFailure`);
  if (limitKey !== undefined) options.limitKey = read.text(limitKey, `${place}: limitKey`);
  return options;
}

export interface QueueOfFile {
  readonly queue: string;
  readonly settings: QueueSettings;
  /** Undefined: as it is. */
  readonly paused: boolean | undefined;
}

/** `queues: {mail: {maxRunning: 4, rate: 100/1m}}`: all that is to be set of each. */
export function parseQueues(queues: unknown, place: string, malformed: Malformed): QueueOfFile[] {
  const read = new Reader(malformed);
  return Object.entries(read.fields(queues, place)).map(([queue, value]) => {
    const at = `${place}: ${queue}`;
    const fields = read.fields(value, at);
    read.refuseUnknown(fields, QUEUE_KEYS, at);
    const { maxRunning, maxRunningPerKey, rate, placement, lostAfter, paused } = fields;
    const settings: Writable<QueueSettings> = {};
    if (maxRunning !== undefined) settings.maxRunning = read.integer(maxRunning, `${at}: maxRunning`);
    if (maxRunningPerKey !== undefined)
      settings.maxRunningPerKey = read.integer(maxRunningPerKey, `${at}: maxRunningPerKey`);
    if (rate !== undefined) {
      const limit = rateOf(read.text(rate, `${at}: rate`));
      if (limit === undefined) throw malformed(`${at}: rate`, `must be ${RATE_FORM}`);
      settings.rate = limit;
    }
    if (placement !== undefined) {
      // Which ones there are is for the client to say.
      settings.placement = read.text(placement, `${at}: placement`) as NonNullable<QueueSettings['placement']>;
    }
    if (lostAfter !== undefined) settings.lostAfterMs = read.span(lostAfter, `${at}: lostAfter`);
    if (paused !== undefined && typeof paused !== 'boolean') throw malformed(`${at}: paused`, 'must be true or false');
    return { queue, settings, paused };
  });
}

class Reader {
  constructor(private readonly malformed: Malformed) {}

  fields(value: unknown, place: string): Fields {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
    throw this.malformed(place, 'needs a mapping');
  }

  refuseUnknown(fields: Fields, known: readonly string[], place: string): void {
    const unknown = Object.keys(fields).find((key) => !known.includes(key));
    if (unknown !== undefined) throw this.malformed(place, `has the key ${unknown}; known are ${known.join(', ')}`);
  }

  integer(value: unknown, place: string): number {
    if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
    throw this.malformed(place, `needs a whole number, not ${JSON.stringify(value)}`);
  }

  text(value: unknown, place: string): string {
    if (typeof value === 'string' || typeof value === 'number') return String(value);
    throw this.malformed(place, `needs a text, not ${JSON.stringify(value)}`);
  }

  span(value: unknown, place: string): number {
    const result = anyDelay.schema.safeParse(value);
    if (!result.success) throw this.malformed(place, `must be ${anyDelay.expectation}`);
    return result.data as number;
  }

  time(value: unknown, place: string): number {
    const timeMs = value instanceof Date ? value.getTime() : timeOf(String(value));
    if (timeMs === undefined) throw this.malformed(place, `must be ${TIME_FORM}`);
    return timeMs;
  }

  /** A number of attempts, or all of a policy. */
  retry(value: unknown, place: string): RetryPolicy {
    if (typeof value === 'number') return { maxAttempts: this.integer(value, place) };
    const fields = this.fields(value, place);
    this.refuseUnknown(fields, RETRY_KEYS, place);
    const { maxAttempts, backoff, initial, max, jitterPercent, notRetriedExitCodes, notRetriedErrors } = fields;
    const list = <Item>(items: unknown, name: string, read: (item: unknown, at: string) => Item): Item[] => {
      if (!Array.isArray(items)) throw this.malformed(`${place}: ${name}`, 'needs a list');
      return items.map((item) => read(item, `${place}: ${name}`));
    };
    return {
      ...(maxAttempts === undefined ? {} : { maxAttempts: this.integer(maxAttempts, `${place}: maxAttempts`) }),
      // Which ones there are is for the client to say.
      ...(backoff === undefined ? {} : { backoff: this.text(backoff, place) as NonNullable<RetryPolicy['backoff']> }),
      ...(initial === undefined ? {} : { initialMs: this.span(initial, `${place}: initial`) }),
      ...(max === undefined ? {} : { maxMs: this.span(max, `${place}: max`) }),
      ...(jitterPercent === undefined ? {} : { jitterPercent: this.integer(jitterPercent, `${place}: jitterPercent`) }),
      ...(notRetriedExitCodes === undefined
        ? {}
        : { notRetriedExitCodes: list(notRetriedExitCodes, 'notRetriedExitCodes', (it, at) => this.integer(it, at)) }),
      ...(notRetriedErrors === undefined
        ? {}
        : { notRetriedErrors: list(notRetriedErrors, 'notRetriedErrors', (it, at) => this.text(it, at)) }),
    };
  }
}
