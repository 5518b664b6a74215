import { unreachable } from '@synod/base';
import type { ExecTask, HandlerTask, JobSpec, Task } from '@synod/jobs';
import type { WireJobSpec, WireJobSpecInput } from '@synod/wire';
import { base64FromBytes, bytesFromBase64 } from './base64.js';
import { additionsToWire, readAdditions } from './job-spec-additions.js';
import { execLimitsToWire, readExecLimits } from './exec-limits.js';
import { httpTaskToWire, readHttpTask } from './http-task.js';
import { executionModes } from './enums.js';
import {
  ARGUMENT_MAX_BYTES,
  ARGUMENTS_MAX,
  DEFAULT_QUEUE,
  ENV_MAX,
  KILL_GRACE_DEFAULT_MS,
  KILL_GRACE_MAX_MS,
  LOST_AFTER_DEFAULT_MS,
  LOST_AFTER_MAX_MS,
  LOST_AFTER_MIN_MS,
  LOST_ATTEMPTS_DEFAULT,
  LOST_ATTEMPTS_MAX,
  PATH_MAX_BYTES,
  PAYLOAD_MAX_BYTES,
  SPEC_MAX_BYTES,
  TIMEOUT_MAX_MS,
} from './limits.js';
import { placementToWire, readPlacement } from './placement.js';
import { HANDLER_RULE, PLACEMENT_KEY_RULE, QUEUE_RULE, readLabels, USER_RULE } from './rules.js';
import { shown, Violations } from './violations.js';

/**
 * A spec from the wire, validated, its defaults filled in. Throws `invalidRequest` with all violations; `field` is the path
 * under which they are named. Maps and lists are taken over, not copied: the wire object must not be changed afterwards.
 */
export function jobSpecFromWire(wire: WireJobSpec, field = 'spec'): JobSpec {
  const violations = new Violations();
  const spec = readJobSpec(wire, field, violations);
  violations.throwIfAny();
  return spec;
}

/** The same into violations of a larger request; the result counts only if there are none. */
export function readJobSpec(
  wire: WireJobSpec,
  prefix: string,
  violations: Violations,
  defaults: SpecDefaults = CLUSTER_DEFAULTS,
): JobSpec {
  const queue = violations.text(prefix, 'queue', wire.queue, QUEUE_RULE) || DEFAULT_QUEUE;
  const defaultsOf = defaults(queue);
  const spec: JobSpec = {
    task: readTask(wire, prefix, violations),
    queue,
    labels: readLabels(violations, prefix, 'labels', wire.labels),
    workerLabels: readLabels(violations, prefix, 'worker_labels', wire.workerLabels),
    ...readPlacement(wire, prefix, violations),
    placementKey: violations.text(prefix, 'placement_key', wire.placementKey, PLACEMENT_KEY_RULE),
    mode: readEnum(executionModes, wire.mode, 'oneLiveHolder', violations, prefix, 'mode'),
    lostAfterMs: violations.integer(prefix, 'lost_after_ms', wire.lostAfterMs, {
      ...LOST_AFTER_RULE,
      fallback: defaultsOf.lostAfterMs,
    }),
    startToCloseTimeoutMs: violations.integer(
      prefix,
      'start_to_close_timeout_ms',
      wire.startToCloseTimeoutMs,
      TIMEOUT_RULE,
    ),
    // Here 0 has a meaning of its own, SIGKILL at once; unset is what the default is for.
    killGraceMs: violations.integer(
      prefix,
      'kill_grace_ms',
      wire.killGraceMs ?? KILL_GRACE_DEFAULT_MS,
      KILL_GRACE_RULE,
    ),
    maxLostAttempts: violations.integer(prefix, 'max_lost_attempts', wire.maxLostAttempts, LOST_ATTEMPTS_RULE),
    ...readAdditions(wire, prefix, violations, (nested, field) => readJobSpec(nested, field, violations, defaults)),
  };
  if (spec.retry !== undefined && spec.retry.maxAttempts > 1 && spec.mode === 'atMostOnce') {
    violations.add(prefix, 'retry', 'asks to run the job again, which mode AT_MOST_ONCE forbids: keep one of the two');
  }
  if ((spec.placement === 'consistentHash' || spec.placement === 'boundedHash') && spec.placementKey === '') {
    const policy = spec.placement === 'boundedHash' ? 'BOUNDED_HASH' : 'CONSISTENT_HASH';
    violations.add(prefix, 'placement_key', `is needed for ${policy}: give the key by which jobs stay together`);
  }
  if (!violations.any && specBytesBound(spec) > SPEC_MAX_BYTES) {
    const sizeBytes = specBytes(spec);
    if (sizeBytes > SPEC_MAX_BYTES) {
      violations.add(
        prefix,
        '',
        `takes ${sizeBytes} bytes; at most ${SPEC_MAX_BYTES} are allowed: keep large data in a store`,
      );
    }
  }
  return spec;
}

/** What a job gets that doesn't say it, of its queue or the cluster's. How it is placed is decided later, by the planner. */
export type SpecDefaults = (queue: string) => Pick<JobSpec, 'lostAfterMs'>;

const CLUSTER_DEFAULT = { lostAfterMs: LOST_AFTER_DEFAULT_MS };
export const CLUSTER_DEFAULTS: SpecDefaults = () => CLUSTER_DEFAULT;

const LOST_AFTER_RULE = { min: LOST_AFTER_MIN_MS, max: LOST_AFTER_MAX_MS, unit: 'ms' };
const TIMEOUT_RULE = { min: 0, max: TIMEOUT_MAX_MS, unit: 'ms' };
const KILL_GRACE_RULE = { min: 0, max: KILL_GRACE_MAX_MS, unit: 'ms' };
const LOST_ATTEMPTS_RULE = { min: 1, max: LOST_ATTEMPTS_MAX, fallback: LOST_ATTEMPTS_DEFAULT };

function readEnum<Domain extends string>(
  codec: { fromWire(value: unknown): Domain | undefined },
  value: unknown,
  unspecified: Domain,
  violations: Violations,
  prefix: string,
  field: string,
): Domain {
  if (value === undefined || value === 0) return unspecified;
  if (typeof value === 'string' && value.endsWith('_UNSPECIFIED')) return unspecified;
  const known = codec.fromWire(value);
  if (known !== undefined) return known;
  violations.add(prefix, field, `has the unknown value ${shown(value)}: it may need a newer coordinator`);
  return unspecified;
}

const NO_TASK: Task = { kind: 'handler', handler: '', payload: '' };

function readTask(wire: WireJobSpec, prefix: string, violations: Violations): Task {
  const { exec, handler, http } = wire;
  const named = Object.entries({ exec, handler, http }).flatMap(([name, task]) => (task ? [name] : []));
  if (named.length > 1) {
    violations.add(prefix, 'task', `names ${named.join(' and ')}: keep one`);
    return NO_TASK;
  }
  if (exec) return readExecTask(exec, prefix, violations);
  if (handler) return readHandlerTask(handler, prefix, violations);
  if (http) return readHttpTask(http, prefix, violations);
  violations.add(prefix, 'task', 'is missing: set exec, handler or http');
  return NO_TASK;
}

type WireExecTask = NonNullable<WireJobSpec['exec']>;
type WireHandlerTask = NonNullable<WireJobSpec['handler']>;

const TEXT = { maxCharacters: Number.MAX_SAFE_INTEGER };
const COMMAND = { ...TEXT, required: true };

function readExecTask(wire: WireExecTask, prefix: string, violations: Violations): ExecTask {
  const command = violations.text(prefix, 'exec.command', wire.command, COMMAND);
  checkPathLength(command, prefix, 'exec.command', violations);
  const args = violations.list(prefix, 'exec.args', wire.args, ARGUMENTS_MAX);
  for (let index = 0; index < args.length; index += 1) {
    const problem = argumentProblem(args[index]);
    if (problem !== undefined) violations.add(prefix, `exec.args[${index}]`, problem);
  }
  const cwd = violations.text(prefix, 'exec.cwd', wire.cwd, TEXT);
  checkPathLength(cwd, prefix, 'exec.cwd', violations);
  if (cwd !== '' && !cwd.startsWith('/')) {
    violations.add(prefix, 'exec.cwd', 'is relative: give an absolute path, or none for a directory of the attempt');
  }
  const limits = wire.limits ? readExecLimits(wire.limits, prefix, violations) : undefined;
  return {
    kind: 'exec',
    command,
    args: args as readonly string[],
    env: violations.map(prefix, 'exec.env', wire.env, ENV_MAX, envProblem),
    cwd,
    stdin: base64FromBytes(violations.bytes(prefix, 'exec.stdin', wire.stdin, PAYLOAD_MAX_BYTES)),
    user: violations.text(prefix, 'exec.user', wire.user, USER_RULE),
    ...(limits === undefined ? {} : { limits }),
  };
}

function readHandlerTask(wire: WireHandlerTask, prefix: string, violations: Violations): HandlerTask {
  return {
    kind: 'handler',
    handler: violations.text(prefix, 'handler.handler', wire.handler, HANDLER_RULE),
    payload: base64FromBytes(violations.bytes(prefix, 'handler.payload', wire.payload, PAYLOAD_MAX_BYTES)),
  };
}

function checkPathLength(path: string, prefix: string, field: string, violations: Violations): void {
  if (longerThan(path, PATH_MAX_BYTES - 1)) violations.add(prefix, field, `is longer than ${PATH_MAX_BYTES - 1} bytes`);
}

function argumentProblem(value: unknown): string | undefined {
  if (typeof value !== 'string') return `must be text, not ${typeof value}`;
  if (value.includes('\0')) return 'contains a NUL byte, which no process can be given: use stdin';
  return longerThan(value, ARGUMENT_MAX_BYTES) ? `is longer than ${ARGUMENT_MAX_BYTES} bytes: use stdin` : undefined;
}

function envProblem(name: string, value: string): string | undefined {
  if (name === '') return 'has an empty name';
  if (name === '__proto__') return 'has a name that is not allowed';
  if (name.includes('=')) return 'has "=" in its name: the name ends before it';
  if (name.includes('\0') || value.includes('\0')) return 'contains a NUL byte: remove it';
  if (
    longerThan(name, ARGUMENT_MAX_BYTES - 1 - value.length) ||
    longerThan(value, ARGUMENT_MAX_BYTES - 1 - name.length)
  ) {
    return `is longer than ${ARGUMENT_MAX_BYTES} bytes: use stdin or a file`;
  }
  return undefined;
}

/** Whether a text takes more bytes in UTF-8; counted only where its length leaves a doubt. */
function longerThan(text: string, maxBytes: number): boolean {
  if (text.length * 3 <= maxBytes) return false;
  return text.length > maxBytes || Buffer.byteLength(text) > maxBytes;
}

/** Bytes that a spec takes in the log. */
export function specBytes(spec: JobSpec): number {
  return Buffer.byteLength(JSON.stringify(spec));
}

/** Names, punctuation and numbers of a spec in JSON. */
const SPEC_FRAME_BYTES = 450;
/** All limits of a process, each with its longest number. */
const LIMITS_FRAME_BYTES = 800;
/** All options of a placement but for a label's name. */
const PLACEMENT_FRAME_BYTES = 120;
/** `{"from":200,"to":299},` */
const STATUS_RANGE_BYTES = 24;
/** The most that JSON makes of one UTF-16 unit: \u0000. */
const ESCAPED_BYTES = 6;

/** An upper bound of {@link specBytes} that costs no encoding. */
export function specBytesBound(spec: JobSpec): number {
  const { task } = spec;
  let characters = spec.queue.length + spec.placementKey.length + mapLength(spec.labels) + mapLength(spec.workerLabels);
  let base64Bytes: number;
  let frameBytes = SPEC_FRAME_BYTES;
  if (spec.placementOptions !== undefined) {
    frameBytes += PLACEMENT_FRAME_BYTES + (spec.placementOptions.spreadLabel ?? '').length * ESCAPED_BYTES;
  }
  switch (task.kind) {
    case 'exec':
      characters += task.command.length + task.cwd.length + task.user.length + mapLength(task.env);
      for (const argument of task.args) characters += argument.length + 1;
      base64Bytes = task.stdin.length;
      if (task.limits !== undefined) frameBytes += LIMITS_FRAME_BYTES;
      break;
    case 'handler':
      characters += task.handler.length;
      base64Bytes = task.payload.length;
      break;
    case 'http':
      characters += task.method.length + task.url.length + mapLength(task.headers);
      base64Bytes = task.body.length;
      frameBytes += task.expectedStatuses.length * STATUS_RANGE_BYTES;
      break;
    default:
      return unreachable(task);
  }
  return frameBytes + characters * ESCAPED_BYTES + base64Bytes + additionsBytesBound(spec);
}

const ADDITIONS_FRAME_BYTES = 250;
const RETRY_FRAME_BYTES = 200;
const INTEGER_BYTES = 18;

function additionsBytesBound({ limitKey = '', retry, onFailure }: JobSpec): number {
  let bytes = ADDITIONS_FRAME_BYTES + limitKey.length * ESCAPED_BYTES;
  if (retry !== undefined) {
    bytes += RETRY_FRAME_BYTES + retry.notRetriedExitCodes.length * INTEGER_BYTES;
    for (const error of retry.notRetriedErrors) bytes += (error.length + 1) * ESCAPED_BYTES;
  }
  return onFailure === undefined ? bytes : bytes + specBytesBound(onFailure);
}

function mapLength(map: Readonly<Record<string, string>>): number {
  let length = 0;
  for (const name in map) length += name.length + (map[name] as string).length + 1;
  return length;
}

export function jobSpecToWire(spec: JobSpec): WireJobSpecInput {
  const { task } = spec;
  const wire: WireJobSpecInput = {
    queue: spec.queue,
    labels: spec.labels,
    workerLabels: spec.workerLabels,
    ...placementToWire(spec),
    placementKey: spec.placementKey,
    mode: executionModes.toWire[spec.mode],
    lostAfterMs: spec.lostAfterMs,
    startToCloseTimeoutMs: spec.startToCloseTimeoutMs,
    killGraceMs: spec.killGraceMs,
    maxLostAttempts: spec.maxLostAttempts,
    ...additionsToWire(spec, jobSpecToWire),
  };
  switch (task.kind) {
    case 'exec':
      wire.exec = {
        command: task.command,
        args: task.args as string[],
        env: task.env,
        cwd: task.cwd,
        stdin: bytesFromBase64(task.stdin),
        user: task.user,
        ...(task.limits === undefined ? {} : { limits: execLimitsToWire(task.limits) }),
      };
      return wire;
    case 'handler':
      wire.handler = { handler: task.handler, payload: bytesFromBase64(task.payload) };
      return wire;
    case 'http':
      wire.http = httpTaskToWire(task);
      return wire;
    default:
      return unreachable(task);
  }
}
