import type { BackoffKind, JobSpec, RetryPolicy } from '../job.js';
import { ADDITIONS, INTEGER_ADDITIONS } from '../state/spec-additions.js';
import type { SpecAdditions } from '../state/spec-additions.js';
import type { ImageReader } from './image-reader.js';

const BACKOFFS: Readonly<Record<BackoffKind, true>> = { fixed: true, linear: true, exponential: true };

/** What `additionsToImage` wrote. */
export function additionsFrom(
  read: ImageReader,
  value: unknown,
  specFrom: (read: ImageReader, value: unknown) => JobSpec,
): SpecAdditions {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return read.fail('has no additions');
  const image = value as Readonly<Record<string, unknown>>;
  const names: readonly string[] = ADDITIONS;
  const given = Object.keys(image);
  read.check(given.length > 0, 'says at length that nothing is added');
  for (const name of given) read.check(names.includes(name), `has ${name} in its spec, which is unknown`);
  const additions: { -readonly [Field in keyof SpecAdditions]: SpecAdditions[Field] } = {};
  for (const name of INTEGER_ADDITIONS) {
    if (Object.hasOwn(image, name)) additions[name] = read.integer(image[name]);
  }
  if (Object.hasOwn(image, 'limitKey')) additions.limitKey = read.text(image.limitKey);
  if (Object.hasOwn(image, 'retry')) additions.retry = retryFrom(read, image.retry);
  if (Object.hasOwn(image, 'onFailure')) additions.onFailure = specFrom(read, image.onFailure);
  return additions;
}

function retryFrom(read: ImageReader, value: unknown): RetryPolicy {
  const [maxAttempts, backoff, initialMs, maxMs, jitterPercent, exitCodes, errors] = read.fields(value, 7);
  return {
    maxAttempts: read.index(maxAttempts),
    backoff: read.oneOf(backoff, BACKOFFS),
    initialMs: read.count(initialMs),
    maxMs: read.count(maxMs),
    jitterPercent: read.index(jitterPercent),
    notRetriedExitCodes: read.list(exitCodes).map((code) => read.integer(code)),
    notRetriedErrors: read.texts(errors),
  };
}
