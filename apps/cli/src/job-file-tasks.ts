import type { ExecLimits, ExecTaskSpec, HttpTaskSpec } from '@synod/client';
import { parseStatuses } from './http-options.js';
import {
  duration,
  isFields,
  malformed,
  parsed,
  refuseUnknown,
  scalar,
  textMap,
  wholeNumber,
} from './job-file-fields.js';
import type { Fields } from './job-file-fields.js';
import { parseCpus, parseSize, parseUlimit, parseUmask, percentOf } from './limit-options.js';

const LIMIT_KEYS: readonly string[] = ['umask', 'ulimits', 'memory', 'cpus', 'pids', 'limitsPolicy'];
const EXEC_KEYS: readonly string[] = ['command', 'args', 'env', 'cwd', 'stdin', 'user', ...LIMIT_KEYS];
const HTTP_KEYS: readonly string[] = [
  ...['url', 'method', 'headers', 'body', 'expectStatus', 'requestTimeout', 'maxRedirects'],
];

/** A shell line, a list of words, or a mapping. @throws CliError `fileMalformed` */
export function parseExec(exec: unknown, place: string): ExecTaskSpec {
  if (typeof exec === 'string') return { command: 'sh', args: ['-c', exec] };
  if (Array.isArray(exec)) return wordsOf(exec, place);
  if (!isFields(exec))
    throw malformed(place, 'has an exec that is neither a shell line, a list of words nor a mapping');
  return execFields(exec, `${place}: exec`);
}

function wordsOf(list: readonly unknown[], place: string): ExecTaskSpec {
  const [command, ...args] = list.map((word) => scalar(word, `${place}: exec`));
  if (command === undefined) throw malformed(place, 'has an empty exec');
  return { command, args };
}

function execFields(exec: Fields, at: string): ExecTaskSpec {
  refuseUnknown(exec, EXEC_KEYS, at);
  const { command, args = [], env, cwd, stdin, user } = exec;
  if (!Array.isArray(args)) throw malformed(at, 'has args that are not a list');
  const limits = parseLimits(exec, at);
  return {
    command: scalar(command, at),
    args: args.map((word) => scalar(word, at)),
    ...(env === undefined ? {} : { env: textMap(env, at) }),
    ...(cwd === undefined ? {} : { cwd: scalar(cwd, at) }),
    ...(stdin === undefined ? {} : { stdin: Buffer.from(scalar(stdin, at)) }),
    ...(user === undefined ? {} : { user: scalar(user, at) }),
    ...(Object.keys(limits).length === 0 ? {} : { limits }),
  };
}

function parseLimits({ umask, ulimits, memory, cpus, pids, limitsPolicy }: Fields, at: string): ExecLimits {
  return {
    ...(umask === undefined ? {} : { umask: parsedUmask(umask, `${at}: umask`) }),
    ...(ulimits === undefined ? {} : { ulimits: ulimitsOf(ulimits, `${at}: ulimits`) }),
    ...(memory === undefined ? {} : { memoryMaxBytes: parsed(memory, `${at}: memory`, parseSize) }),
    ...(cpus === undefined ? {} : { cpuMaxPercent: percentOf(parsed(cpus, `${at}: cpus`, parseCpus)) }),
    ...(pids === undefined ? {} : { pidsMax: wholeNumber(pids, `${at}: pids`) }),
    ...(limitsPolicy === undefined ? {} : { policy: policyOf(limitsPolicy, `${at}: limitsPolicy`) }),
  };
}

/** YAML reads 027 as the number 27: what was meant can't be told any more, so a text is asked for. */
function parsedUmask(value: unknown, place: string): number {
  if (typeof value === 'number') throw malformed(place, 'must be octal in quotes, such as "027"');
  return parsed(value, place, parseUmask);
}

function ulimitsOf(value: unknown, place: string): NonNullable<ExecLimits['ulimits']> {
  return Object.entries(textMap(value, place)).map(([name, text]) => parsed(`${name}=${text}`, place, parseUlimit));
}

function policyOf(value: unknown, place: string): NonNullable<ExecLimits['policy']> {
  if (value !== 'require' && value !== 'prefer') throw malformed(place, 'must be require or prefer');
  return value;
}

/** A URL, or a mapping. @throws CliError `fileMalformed` */
export function parseHttp(http: unknown, place: string): HttpTaskSpec {
  if (typeof http === 'string') return { url: http };
  if (!isFields(http)) throw malformed(place, 'has an http that is neither a URL nor a mapping');
  const at = `${place}: http`;
  refuseUnknown(http, HTTP_KEYS, at);
  const { url, method, headers, body, expectStatus, requestTimeout, maxRedirects } = http;
  return {
    url: scalar(url, `${at}: url`),
    ...(method === undefined ? {} : { method: scalar(method, `${at}: method`).toUpperCase() }),
    ...(headers === undefined ? {} : { headers: textMap(headers, `${at}: headers`) }),
    ...(body === undefined ? {} : { body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) }),
    ...(expectStatus === undefined ? {} : { expectedStatuses: statusesOf(expectStatus, `${at}: expectStatus`) }),
    ...(requestTimeout === undefined ? {} : { requestTimeoutMs: duration(requestTimeout, `${at}: requestTimeout`) }),
    ...(maxRedirects === undefined ? {} : { maxRedirects: wholeNumber(maxRedirects, `${at}: maxRedirects`) }),
  };
}

function statusesOf(value: unknown, place: string): NonNullable<HttpTaskSpec['expectedStatuses']> {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.flatMap((part) => parsed(part, place, parseStatuses));
}
