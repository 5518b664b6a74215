import type { JobSpec, RetryPolicy } from '../job.js';
import type { HashLanes } from './hash-lanes.js';

// What later feature levels added to specs. Each is absent unless it was asked for, and then only it is hashed and imaged: a spec
// without any is as feature level 1 had it. Whoever adds one adds it to each function here and to `restore-additions.ts`.

type Name = Exclude<keyof SpecAdditions, undefined>;

/** The optional fields of a spec, without its task's. */
export type SpecAdditions = Pick<
  JobSpec,
  'priority' | 'delayMs' | 'runAtMs' | 'expiresAtMs' | 'scheduleToStartTimeoutMs' | 'retry' | 'onFailure' | 'limitKey'
>;

/** Tags that say which one is hashed next. They never change, and are no length, count or low word of a time. */
const TAGS: Readonly<Record<Name, number>> = {
  priority: -11,
  delayMs: -12,
  runAtMs: -13,
  expiresAtMs: -14,
  scheduleToStartTimeoutMs: -15,
  retry: -16,
  onFailure: -17,
  limitKey: -18,
};

export const ADDITIONS = Object.keys(TAGS) as readonly Name[];

/** Those that are integers. */
export const INTEGER_ADDITIONS = ['priority', 'delayMs', 'runAtMs', 'expiresAtMs', 'scheduleToStartTimeoutMs'] as const;

export function hasAdditions(spec: JobSpec): boolean {
  for (const name of ADDITIONS) if (spec[name] !== undefined) return true;
  return false;
}

/** A copy; `onFailure` goes through `copySpec`, `limitKey` through `text`, so that they may be shared. */
export function copyAdditions(
  spec: JobSpec,
  copySpec: (spec: JobSpec) => JobSpec,
  text: (value: string) => string,
): SpecAdditions {
  const copy: { -readonly [Field in keyof SpecAdditions]: SpecAdditions[Field] } = {};
  for (const name of INTEGER_ADDITIONS) {
    const value = spec[name];
    if (value !== undefined) copy[name] = value;
  }
  if (spec.retry !== undefined) copy.retry = copyRetry(spec.retry);
  if (spec.onFailure !== undefined) copy.onFailure = copySpec(spec.onFailure);
  if (spec.limitKey !== undefined) copy.limitKey = text(spec.limitKey);
  return copy;
}

function copyRetry(retry: RetryPolicy): RetryPolicy {
  const { maxAttempts, backoff, initialMs, maxMs, jitterPercent, notRetriedExitCodes, notRetriedErrors } = retry;
  const lists = { notRetriedExitCodes: notRetriedExitCodes.slice(), notRetriedErrors: notRetriedErrors.slice() };
  return { maxAttempts, backoff, initialMs, maxMs, jitterPercent, ...lists };
}

/** Behind the fields of level 1; `mixNested` mixes a spec without beginning a record. */
export function mixAdditions(
  lanes: HashLanes,
  spec: JobSpec,
  mixNested: (lanes: HashLanes, spec: JobSpec) => void,
): void {
  for (const name of INTEGER_ADDITIONS) {
    const value = spec[name];
    if (value !== undefined) lanes.word(TAGS[name]).integer(value);
  }
  const { retry, onFailure, limitKey } = spec;
  if (retry !== undefined) {
    lanes.word(TAGS.retry).word(retry.maxAttempts).text(retry.backoff).integer(retry.initialMs);
    lanes.integer(retry.maxMs).word(retry.jitterPercent).word(retry.notRetriedExitCodes.length);
    for (const code of retry.notRetriedExitCodes) lanes.integer(code);
    lanes.texts(retry.notRetriedErrors);
  }
  if (limitKey !== undefined) lanes.word(TAGS.limitKey).text(limitKey);
  if (onFailure !== undefined) mixNested(lanes.word(TAGS.onFailure), onFailure);
}

export function equalAdditions(
  left: JobSpec,
  right: JobSpec,
  equalSpecs: (left: JobSpec, right: JobSpec) => boolean,
): boolean {
  for (const name of INTEGER_ADDITIONS) if (left[name] !== right[name]) return false;
  if (left.limitKey !== right.limitKey || !equalRetries(left.retry, right.retry)) return false;
  const [one, other] = [left.onFailure, right.onFailure];
  return one === undefined || other === undefined ? one === other : equalSpecs(one, other);
}

function equalRetries(left: RetryPolicy | undefined, right: RetryPolicy | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  return (
    left.maxAttempts === right.maxAttempts &&
    left.backoff === right.backoff &&
    left.initialMs === right.initialMs &&
    left.maxMs === right.maxMs &&
    left.jitterPercent === right.jitterPercent &&
    equalLists(left.notRetriedExitCodes, right.notRetriedExitCodes) &&
    equalLists(left.notRetriedErrors, right.notRetriedErrors)
  );
}

function equalLists<Item>(left: readonly Item[], right: readonly Item[]): boolean {
  return left.length === right.length && left.every((item, at) => item === right[at]);
}

/** By name, as there are few in one spec and more to come; undefined when there are none. */
export function additionsToImage(spec: JobSpec, specToImage: (spec: JobSpec) => unknown): object | undefined {
  if (!hasAdditions(spec)) return undefined;
  const image: Record<string, unknown> = {};
  for (const name of INTEGER_ADDITIONS) if (spec[name] !== undefined) image[name] = spec[name];
  if (spec.limitKey !== undefined) image.limitKey = spec.limitKey;
  if (spec.retry !== undefined) {
    const { maxAttempts, backoff, initialMs, maxMs, jitterPercent, notRetriedExitCodes, notRetriedErrors } = spec.retry;
    image.retry = [maxAttempts, backoff, initialMs, maxMs, jitterPercent, notRetriedExitCodes, notRetriedErrors];
  }
  if (spec.onFailure !== undefined) image.onFailure = specToImage(spec.onFailure);
  return image;
}
