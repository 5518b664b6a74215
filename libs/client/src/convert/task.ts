import type { WireExecTask, WireExecTaskInput, WireHttpTask, WireHttpTaskInput } from '@synod/wire';
import type { WireJobSpec, WireJobSpecInput } from '@synod/wire';
import type { ExecLimits, ExecTaskSpec, HandlerTaskSpec, HttpTaskSpec, JobSpec, LimitsPolicy } from '../types.js';
import { int64, invalid, known, uint32, type Writable } from './checks.js';
import { safeInteger } from './integers.js';

const POLICIES = {
  require: 'LIMITS_POLICY_REQUIRE',
  prefer: 'LIMITS_POLICY_PREFER',
} as const satisfies Record<LimitsPolicy, string>;

/** @throws SynodClientError `invalidArgument` unless exactly one task is given. */
export function taskToWire(spec: JobSpec): WireJobSpecInput {
  const given = [spec.exec, spec.handler, spec.http].filter((task) => task !== undefined);
  if (given.length !== 1) throw invalid('exec', 'give a job exactly one of `exec`, `http` and `handler`');
  if (spec.handler?.payload !== undefined && spec.handler.json !== undefined)
    throw invalid('handler.json', 'give a handler `payload` or `json`, not both');
  if (spec.exec !== undefined) return { exec: execToWire(spec.exec) };
  if (spec.http !== undefined) return { http: httpToWire(spec.http) };
  const { handler, payload = jsonPayload(spec.handler) } = spec.handler;
  return { handler: payload === undefined ? { handler } : { handler, payload } };
}

function jsonPayload({ json }: HandlerTaskSpec): Uint8Array | undefined {
  if (json === undefined) return undefined;
  let text: string | undefined;
  try {
    text = JSON.stringify(json);
  } catch (error) {
    throw invalid('handler.json', `handler.json can't be written as JSON: ${String(error)}`);
  }
  if (text === undefined)
    throw invalid('handler.json', `handler.json can't be written as JSON: it is a ${typeof json}`);
  return Buffer.from(text);
}

function execToWire({ command, args, env, cwd, stdin, user, limits }: ExecTaskSpec): WireExecTaskInput {
  return {
    command,
    ...(args === undefined ? {} : { args: [...args] }),
    ...(env === undefined ? {} : { env }),
    ...(cwd === undefined ? {} : { cwd }),
    ...(stdin === undefined ? {} : { stdin }),
    ...(user === undefined ? {} : { user }),
    ...(limits === undefined ? {} : { limits: limitsToWire(limits) }),
  };
}

function limitsToWire(limits: ExecLimits): NonNullable<WireExecTaskInput['limits']> {
  const { umask, ulimits, memoryMaxBytes, cpuMaxPercent, pidsMax, policy } = limits;
  return {
    ...(umask === undefined ? {} : { umask: uint32(umask, 'limits.umask') }),
    ...(ulimits === undefined
      ? {}
      : {
          ulimits: ulimits.map(({ name, soft, hard }) => ({
            name,
            soft: int64(soft, `limits.ulimits ${name}`),
            hard: int64(hard, `limits.ulimits ${name}`),
          })),
        }),
    ...(memoryMaxBytes === undefined ? {} : { memoryMaxBytes: uint64(memoryMaxBytes, 'limits.memoryMaxBytes') }),
    ...(cpuMaxPercent === undefined ? {} : { cpuMaxPercent: uint32(cpuMaxPercent, 'limits.cpuMaxPercent') }),
    ...(pidsMax === undefined ? {} : { pidsMax: uint32(pidsMax, 'limits.pidsMax') }),
    ...(policy === undefined ? {} : { policy: known(POLICIES, policy, 'limits.policy') }),
  };
}

function uint64(value: number, field: string): string {
  if (value < 0) throw invalid(field, `${field} is not negative, so not ${value}`);
  return int64(value, field);
}

function httpToWire(task: HttpTaskSpec): WireHttpTaskInput {
  const { url, method, headers, body, expectedStatuses, requestTimeoutMs, maxRedirects } = task;
  return {
    url,
    ...(method === undefined ? {} : { method }),
    ...(headers === undefined ? {} : { headers }),
    ...(body === undefined ? {} : { body }),
    ...(expectedStatuses === undefined
      ? {}
      : {
          expectedStatuses: expectedStatuses.map(({ from, to }) => ({
            from: uint32(from, 'expectedStatuses'),
            to: uint32(to, 'expectedStatuses'),
          })),
        }),
    ...(requestTimeoutMs === undefined ? {} : { requestTimeoutMs: uint32(requestTimeoutMs, 'requestTimeoutMs') }),
    ...(maxRedirects === undefined ? {} : { maxRedirects: uint32(maxRedirects, 'maxRedirects') }),
  };
}

/** A task as a coordinator tells it: what is at its default is left out. */
export function taskFromWire(wire: WireJobSpec): Pick<JobSpec, 'exec' | 'handler' | 'http'> & JobSpec {
  if (wire.handler) return { handler: { handler: wire.handler.handler, payload: wire.handler.payload } };
  if (wire.http) return { http: httpFromWire(wire.http) };
  return { exec: wire.exec ? execFromWire(wire.exec) : { command: '', args: [] } };
}

function execFromWire(wire: WireExecTask): ExecTaskSpec {
  const exec: Writable<ExecTaskSpec> = { command: wire.command, args: wire.args };
  if (Object.keys(wire.env).length > 0) exec.env = wire.env;
  if (wire.cwd !== '') exec.cwd = wire.cwd;
  if (wire.stdin.length > 0) exec.stdin = wire.stdin;
  if (wire.user !== '') exec.user = wire.user;
  if (wire.limits) exec.limits = limitsFromWire(wire.limits);
  return exec;
}

function limitsFromWire(wire: NonNullable<WireExecTask['limits']>): ExecLimits {
  const limits: Writable<ExecLimits> = {};
  if (wire.umask !== undefined) limits.umask = wire.umask;
  if (wire.ulimits.length > 0) {
    limits.ulimits = wire.ulimits.map(({ name, soft, hard }) => ({
      name,
      soft: safeInteger(soft, 'ulimits.soft'),
      hard: safeInteger(hard, 'ulimits.hard'),
    }));
  }
  const memoryMaxBytes = safeInteger(wire.memoryMaxBytes, 'memoryMaxBytes');
  if (memoryMaxBytes > 0) limits.memoryMaxBytes = memoryMaxBytes;
  if (wire.cpuMaxPercent > 0) limits.cpuMaxPercent = wire.cpuMaxPercent;
  if (wire.pidsMax > 0) limits.pidsMax = wire.pidsMax;
  if (wire.policy === POLICIES.prefer) limits.policy = 'prefer';
  return limits;
}

function httpFromWire(wire: WireHttpTask): HttpTaskSpec {
  const http: Writable<HttpTaskSpec> = { url: wire.url, method: wire.method === '' ? 'GET' : wire.method };
  if (Object.keys(wire.headers).length > 0) http.headers = wire.headers;
  if (wire.body.length > 0) http.body = wire.body;
  if (wire.expectedStatuses.length > 0) {
    http.expectedStatuses = wire.expectedStatuses.map(({ from, to }) => ({ from, to: to === 0 ? from : to }));
  }
  if (wire.requestTimeoutMs > 0) http.requestTimeoutMs = wire.requestTimeoutMs;
  if (wire.maxRedirects > 0) http.maxRedirects = wire.maxRedirects;
  return http;
}
