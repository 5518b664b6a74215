import type { JobOptions, JobSpec, PlacementOptions } from '@synod/client';
import { parse, YAMLParseError } from 'yaml';
import { duration, isFields, malformed, refuseUnknown, scalar, textMap, type Fields } from './job-file-fields.js';
import { parseExec, parseHttp } from './job-file-tasks.js';

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
  ...Object.keys(DURATION_FIELDS),
  ...Object.values(DURATION_FIELDS),
];
/** The jobs of a YAML or JSON document: one job, a list of them, or `{jobs: […]}`. @throws CliError `fileMalformed` */
export function parseJobs(text: string, name: string): JobSpec[] {
  let document: unknown;
  try {
    document = parse(text);
  } catch (error) {
    const why = error instanceof YAMLParseError ? error.message.split('\n')[0] : String(error);
    throw malformed(name, `is no YAML or JSON: ${why}`);
  }
  const list = isFields(document) && Array.isArray(document['jobs']) ? document['jobs'] : document;
  const jobs: unknown[] = Array.isArray(list) ? list : [list];
  if (jobs.length === 0) throw malformed(name, 'holds no job');
  return jobs.map((job, index) => parseJob(job, `${name}: job ${index + 1}`));
}

function parseJob(job: unknown, place: string): JobSpec {
  if (!isFields(job)) throw malformed(place, 'is not a mapping with a key exec, http or handler');
  refuseUnknown(job, JOB_KEYS, place);
  return { ...parseTask(job, place), ...parseOptions(job, place) };
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
