import type { ExecLimits, LimitsPolicy, StatusRange, Task, Ulimit, UlimitName } from '../job.js';
import type { ImageReader } from './image-reader.js';

const ULIMIT_NAMES: Readonly<Record<UlimitName, true>> = {
  as: true,
  core: true,
  cpu: true,
  fsize: true,
  nofile: true,
  nproc: true,
  stack: true,
};
const LIMITS_POLICIES: Readonly<Record<LimitsPolicy, true>> = { require: true, prefer: true };

/** What `taskToImage` wrote. */
export function taskFrom(read: ImageReader, value: unknown): Task {
  const [kind] = read.list(value);
  switch (kind) {
    case 'exec': {
      const fields = read.fieldsUpTo(value, 7, 8);
      const [, command, args, env, cwd, stdin, user, limits] = fields;
      return {
        kind,
        command: read.text(command),
        args: read.texts(args),
        env: read.labels(env),
        cwd: read.text(cwd),
        stdin: read.text(stdin),
        user: read.text(user),
        ...(fields.length > 7 ? { limits: limitsFrom(read, limits) } : {}),
      };
    }
    case 'handler': {
      const [, handler, payload] = read.fields(value, 3);
      return { kind, handler: read.text(handler), payload: read.text(payload) };
    }
    case 'http': {
      const [, method, url, headers, body, statuses, requestTimeoutMs, maxRedirects] = read.fields(value, 8);
      return {
        kind,
        method: read.text(method),
        url: read.text(url),
        headers: read.labels(headers),
        body: read.text(body),
        expectedStatuses: read.list(statuses).map((range) => rangeFrom(read, range)),
        requestTimeoutMs: read.count(requestTimeoutMs),
        maxRedirects: read.index(maxRedirects),
      };
    }
    default:
      return read.fail('has a task of an unknown kind');
  }
}

function limitsFrom(read: ImageReader, value: unknown): ExecLimits {
  const [umask, ulimits, memoryMaxBytes, cpuMaxPercent, pidsMax, policy] = read.fields(value, 6);
  const mask = umask === null ? undefined : read.index(umask);
  return {
    ...(mask === undefined ? {} : { umask: mask }),
    ulimits: read.list(ulimits).map((ulimit) => ulimitFrom(read, ulimit)),
    memoryMaxBytes: read.count(memoryMaxBytes),
    cpuMaxPercent: read.count(cpuMaxPercent),
    pidsMax: read.count(pidsMax),
    policy: read.oneOf(policy, LIMITS_POLICIES),
  };
}

function ulimitFrom(read: ImageReader, value: unknown): Ulimit {
  const [name, soft, hard] = read.fields(value, 3);
  return { name: read.oneOf(name, ULIMIT_NAMES), soft: read.integer(soft), hard: read.integer(hard) };
}

function rangeFrom(read: ImageReader, value: unknown): StatusRange {
  const [from, to] = read.fields(value, 2);
  return { from: read.index(from), to: read.index(to) };
}
