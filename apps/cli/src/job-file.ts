import type { ExecTaskSpec, JobOptions, JobSpec, PlacementOptions } from '@synod/client';
import { option } from '@synod/config';
import { parse, YAMLParseError } from 'yaml';
import { CliError, EXIT } from './failure.js';

const TEXT_FIELDS = ['queue', 'placement', 'placementKey', 'mode'] as const;
const MAP_FIELDS = ['labels', 'workerLabels'] as const;
/** Durations may be written as `30s`, or in milliseconds. */
const DURATION_FIELDS = {
  timeout: 'startToCloseTimeoutMs',
  lostAfter: 'lostAfterMs',
  killGrace: 'killGraceMs',
} as const;
const JOB_KEYS: readonly string[] = [
  ...['exec', 'handler', 'payload', 'maxLostAttempts'],
  ...TEXT_FIELDS,
  'placementOptions',
  ...MAP_FIELDS,
  ...Object.keys(DURATION_FIELDS),
  ...Object.values(DURATION_FIELDS),
];
const EXEC_KEYS: readonly string[] = ['command', 'args', 'env', 'cwd', 'stdin', 'user'];

const anyDuration = option.durationMs({ summary: '', minMs: 0, maxMs: 2_147_483_647 });

type Fields = Readonly<Record<string, unknown>>;

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

function malformed(place: string, what: string): CliError {
  return new CliError('fileMalformed', `${place} ${what}; see: synod submit --help`, EXIT.usage);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseJob(job: unknown, place: string): JobSpec {
  if (!isFields(job)) throw malformed(place, 'is not a mapping with a key exec or handler');
  refuseUnknown(job, JOB_KEYS, place);
  return { ...parseTask(job, place), ...parseOptions(job, place) };
}

function refuseUnknown(fields: Fields, known: readonly string[], place: string): void {
  const unknown = Object.keys(fields).find((key) => !known.includes(key));
  if (unknown !== undefined) throw malformed(place, `has the key ${unknown}; known are ${known.join(', ')}`);
}

function parseTask(job: Fields, place: string): JobSpec {
  const { exec, handler, payload } = job;
  if ((exec === undefined) === (handler === undefined))
    throw malformed(place, 'needs one of the keys exec and handler');
  if (handler !== undefined) {
    if (typeof handler !== 'string') throw malformed(place, 'has a handler that is not a name');
    if (payload === undefined) return { handler: { handler } };
    return {
      handler: { handler, payload: Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload)) },
    };
  }
  if (typeof exec === 'string') return { exec: { command: 'sh', args: ['-c', exec] } };
  if (Array.isArray(exec)) return { exec: wordsOf(exec, place) };
  if (!isFields(exec))
    throw malformed(place, 'has an exec that is neither a shell line, a list of words nor a mapping');
  return { exec: parseExec(exec, place) };
}

function wordsOf(list: readonly unknown[], place: string): ExecTaskSpec {
  const [command, ...args] = list.map((word) => scalar(word, `${place}: exec`));
  if (command === undefined) throw malformed(place, 'has an empty exec');
  return { command, args };
}

function parseExec(exec: Fields, place: string): ExecTaskSpec {
  const at = `${place}: exec`;
  refuseUnknown(exec, EXEC_KEYS, at);
  const { command, args = [], env, cwd, stdin, user } = exec;
  if (!Array.isArray(args)) throw malformed(at, 'has args that are not a list');
  return {
    command: scalar(command, at),
    args: args.map((word) => scalar(word, at)),
    ...(env === undefined ? {} : { env: textMap(env, at) }),
    ...(cwd === undefined ? {} : { cwd: scalar(cwd, at) }),
    ...(stdin === undefined ? {} : { stdin: Buffer.from(scalar(stdin, at)) }),
    ...(user === undefined ? {} : { user: scalar(user, at) }),
  };
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

function scalar(value: unknown, place: string): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw malformed(place, `needs a text, not ${JSON.stringify(value) ?? 'nothing'}`);
}

function textMap(value: unknown, place: string): Record<string, string> {
  if (!isFields(value)) throw malformed(place, 'needs a mapping of texts');
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, scalar(part, `${place}: ${key}`)]));
}

function duration(value: unknown, place: string): number {
  const result = anyDuration.schema.safeParse(value);
  if (!result.success) throw malformed(place, `must be ${anyDuration.expectation}`);
  return result.data as number;
}
