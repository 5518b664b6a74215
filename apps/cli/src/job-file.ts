import type { JobOptions, JobSpec, PlacementOptions } from '@synod/client';
import { parseAllDocuments } from 'yaml';
import { duration, isFields, malformed, refuseUnknown, scalar, textMap, type Fields } from './job-file-fields.js';
import { parseSchedules } from './job-file-schedules.js';
import type { ScheduleOfFile } from './job-file-schedules.js';
import { parseExec, parseHttp } from './job-file-tasks.js';
import { parseQueues, parseTiming, TIMING_KEYS } from './job-file-timing.js';
import type { QueueOfFile } from './job-file-timing.js';

const TEXT_FIELDS = ['queue', 'placement', 'placementKey', 'mode'] as const;
const MAP_FIELDS = ['labels', 'workerLabels'] as const;
/** Durations may be written as `30s`, or in milliseconds. */
const DURATION_FIELDS = {
  timeout: 'startToCloseTimeoutMs',
  lostAfter: 'lostAfterMs',
  killGrace: 'killGraceMs',
} as const;
const JOB_KEYS: readonly string[] = [
  ...['exec', 'http', 'handler', 'payload', 'maxLostAttempts'],
  ...TEXT_FIELDS,
  'placementOptions',
  ...MAP_FIELDS,
  ...TIMING_KEYS,
  ...Object.keys(DURATION_FIELDS),
  ...Object.values(DURATION_FIELDS),
];

/** Keys of a document that is more than jobs. */
const WHOLE_KEYS = ['queues', 'schedules', 'jobs'] as const;

/** What a file holds. */
export interface JobFile {
  readonly queues: readonly QueueOfFile[];
  readonly schedules: readonly ScheduleOfFile[];
  readonly jobs: readonly JobSpec[];
  /** Of all its jobs together. */
  readonly idempotencyKey: string | undefined;
  readonly idempotencyKeyLifetimeMs: number | undefined;
}

const KEY_FIELDS = ['idempotencyKey', 'idempotencyKeyLifetime'] as const;

/**
 * A YAML or JSON file of one or more documents, each of which is one job, a list of jobs, or a mapping with some of `queues` (what is
 * to be set of them), `schedules` and `jobs`, and an `idempotencyKey` for all jobs of the file. @throws CliError `fileMalformed`
 */
export function parseJobFile(text: string, name: string): JobFile {
  const queues: QueueOfFile[] = [];
  const schedules: ScheduleOfFile[] = [];
  const jobs: JobSpec[] = [];
  let key: Pick<JobFile, (typeof KEY_FIELDS)[0] | 'idempotencyKeyLifetimeMs'> | undefined;
  for (const document of documentsOf(text, name)) {
    const isWhole = isFields(document) && WHOLE_KEYS.some((field) => field in document);
    if (isWhole) refuseUnknown(document, [...WHOLE_KEYS, ...KEY_FIELDS], name);
    if (isWhole && KEY_FIELDS.some((field) => document[field] !== undefined)) {
      if (key !== undefined) throw malformed(name, 'has a second idempotencyKey: one is for all of its jobs');
      key = keyOf(document, name);
    }
    if (isWhole && document['queues'] !== undefined)
      queues.push(...parseQueues(document['queues'], `${name}: queues`, malformed));
    if (isWhole && document['schedules'] !== undefined)
      schedules.push(...parseSchedules(document['schedules'], `${name}: schedules`, parseJob));
    const listed = isWhole ? (document['jobs'] ?? []) : document;
    for (const job of Array.isArray(listed) ? listed : [listed])
      jobs.push(parseJob(job, `${name}: job ${jobs.length + 1}`));
  }
  if (jobs.length + queues.length + schedules.length === 0)
    throw malformed(name, 'holds no job, no schedule and no queue');
  return { queues, schedules, jobs, idempotencyKey: undefined, idempotencyKeyLifetimeMs: undefined, ...key };
}

function keyOf({ idempotencyKey, idempotencyKeyLifetime }: Fields, name: string) {
  if (idempotencyKey === undefined) throw malformed(name, 'has an idempotencyKeyLifetime without an idempotencyKey');
  return {
    idempotencyKey: scalar(idempotencyKey, `${name}: idempotencyKey`),
    idempotencyKeyLifetimeMs:
      idempotencyKeyLifetime === undefined
        ? undefined
        : duration(idempotencyKeyLifetime, `${name}: idempotencyKeyLifetime`),
  };
}

function documentsOf(text: string, name: string): unknown[] {
  const parsed = parseAllDocuments(text, { merge: true });
  // An empty text is told so instead of a list.
  const documents = Array.isArray(parsed) ? parsed : [];
  for (const { errors } of documents) {
    if (errors[0] !== undefined) throw malformed(name, `is no YAML or JSON: ${errors[0].message.split('\n')[0]}`);
  }
  return documents.map((document) => document.toJS() as unknown).filter((document) => document !== null);
}

function parseJob(job: unknown, place: string): JobSpec {
  if (!isFields(job)) throw malformed(place, 'is not a mapping with a key exec, http or handler');
  refuseUnknown(job, JOB_KEYS, place);
  return { ...parseTask(job, place), ...parseOptions(job, place), ...parseTiming(job, place, malformed, parseJob) };
}

function parseTask(job: Fields, place: string): JobSpec {
  const { exec, http, handler, payload } = job;
  if ([exec, http, handler].filter((task) => task !== undefined).length !== 1)
    throw malformed(place, 'needs one of the keys exec, http and handler');
  if (handler !== undefined) {
    if (typeof handler !== 'string') throw malformed(place, 'has a handler that is not a name');
    if (payload === undefined) return { handler: { handler } };
    return {
      handler: { handler, payload: Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload)) },
    };
  }
  return http === undefined ? { exec: parseExec(exec, place) } : { http: parseHttp(http, place) };
}

function parseOptions(job: Fields, place: string): JobOptions {
  const options: Record<string, unknown> = {};
  for (const key of TEXT_FIELDS) if (job[key] !== undefined) options[key] = scalar(job[key], `${place}: ${key}`);
  for (const key of MAP_FIELDS) if (job[key] !== undefined) options[key] = textMap(job[key], `${place}: ${key}`);
  for (const [short, long] of Object.entries(DURATION_FIELDS)) {
    const value = job[short] ?? job[long];
    if (value !== undefined) options[long] = duration(value, `${place}: ${short}`);
  }
  if (job['placementOptions'] !== undefined) {
    options['placementOptions'] = parsePlacementOptions(job['placementOptions'], `${place}: placementOptions`);
  }
  if (job['maxLostAttempts'] !== undefined) options['maxLostAttempts'] = Number(job['maxLostAttempts']);
  return options;
}

function parsePlacementOptions(value: unknown, place: string): PlacementOptions {
  if (!isFields(value)) throw malformed(place, 'is not a mapping');
  refuseUnknown(value, ['choices', 'loadFactorPercent', 'spreadLabel'], place);
  const { choices, loadFactorPercent, spreadLabel } = value;
  return {
    ...(choices === undefined ? {} : { choices: Number(choices) }),
    ...(loadFactorPercent === undefined ? {} : { loadFactorPercent: Number(loadFactorPercent) }),
    ...(spreadLabel === undefined ? {} : { spreadLabel: scalar(spreadLabel, place) }),
  };
}
