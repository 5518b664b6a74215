import type { ExecLimits, Ulimit, UlimitName } from '@synod/jobs';
import type { WireExecLimits, WireExecLimitsInput, WireUlimit } from '@synod/wire';
import { limitsPolicies } from './enums.js';
import { CPU_MAX_PERCENT, MEMORY_MIN_BYTES, PIDS_MAX, UMASK_MAX } from './limits.js';
import { shown } from './violations.js';
import type { Violations } from './violations.js';

const ULIMIT_NAMES: readonly UlimitName[] = ['as', 'core', 'cpu', 'fsize', 'nofile', 'nproc', 'stack'];
const UNLIMITED = -1;

/** Limits that limit nothing are none. */
export function readExecLimits(wire: WireExecLimits, prefix: string, violations: Violations): ExecLimits | undefined {
  const field = 'exec.limits';
  const umask =
    wire.umask === undefined
      ? undefined
      : violations.integer(prefix, `${field}.umask`, wire.umask, { min: 0, max: UMASK_MAX });
  const memoryMaxBytes = violations.unsigned(prefix, `${field}.memory_max_bytes`, wire.memoryMaxBytes);
  if (memoryMaxBytes > 0 && memoryMaxBytes < MEMORY_MIN_BYTES) {
    violations.add(
      prefix,
      `${field}.memory_max_bytes`,
      `is below ${MEMORY_MIN_BYTES} bytes: no process starts in that`,
    );
  }
  const limits: ExecLimits = {
    ...(umask === undefined ? {} : { umask }),
    ulimits: readUlimits(wire.ulimits, prefix, violations),
    memoryMaxBytes,
    cpuMaxPercent: violations.integer(prefix, `${field}.cpu_max_percent`, wire.cpuMaxPercent, {
      ...{ min: 0, max: CPU_MAX_PERCENT, unit: 'percent of a processor' },
    }),
    pidsMax: violations.integer(prefix, `${field}.pids_max`, wire.pidsMax, { min: 0, max: PIDS_MAX }),
    policy: readPolicy(wire.policy, prefix, violations),
  };
  const isNone =
    umask === undefined &&
    limits.ulimits.length === 0 &&
    memoryMaxBytes === 0 &&
    limits.cpuMaxPercent === 0 &&
    limits.pidsMax === 0;
  return isNone ? undefined : limits;
}

function readPolicy(value: unknown, prefix: string, violations: Violations): ExecLimits['policy'] {
  if (value === undefined || value === 0 || value === 'LIMITS_POLICY_UNSPECIFIED') return 'require';
  const policy = limitsPolicies.fromWire(value);
  if (policy === undefined) {
    violations.add(
      prefix,
      'exec.limits.policy',
      `has the unknown value ${shown(value)}: it may need a newer coordinator`,
    );
  }
  return policy ?? 'require';
}

function readUlimits(value: unknown, prefix: string, violations: Violations): readonly Ulimit[] {
  const field = 'exec.limits.ulimits';
  const wires = violations.messages(prefix, field, value, ULIMIT_NAMES.length) as readonly WireUlimit[];
  const byName = new Map<string, Ulimit>();
  for (const [index, wire] of wires.entries()) {
    const at = `${field}[${index}]`;
    const name = ULIMIT_NAMES.find((it) => it === wire.name);
    if (name === undefined) {
      violations.add(prefix, `${at}.name`, `must be one of ${ULIMIT_NAMES.join(', ')}, not ${shown(wire.name)}`);
      continue;
    }
    if (byName.has(name)) violations.add(prefix, `${at}.name`, `is there twice: keep one ${name}`);
    const soft = readLimit(wire.soft, prefix, `${at}.soft`, violations);
    const hard = readLimit(wire.hard, prefix, `${at}.hard`, violations);
    if (hard !== UNLIMITED && (soft === UNLIMITED || soft > hard)) {
      violations.add(prefix, `${at}.soft`, `is above the hard limit: lower it to ${hard} at most`);
    }
    byName.set(name, { name, soft, hard });
  }
  return ULIMIT_NAMES.flatMap((name) => byName.get(name) ?? []);
}

function readLimit(value: unknown, prefix: string, field: string, violations: Violations): number {
  return Number(value) === UNLIMITED ? UNLIMITED : violations.unsigned(prefix, field, value);
}

export function execLimitsToWire(limits: ExecLimits): WireExecLimitsInput {
  const { umask, ulimits, memoryMaxBytes, cpuMaxPercent, pidsMax, policy } = limits;
  return {
    ...(umask === undefined ? {} : { umask }),
    ulimits: ulimits.map(({ name, soft, hard }) => ({ name, soft, hard })),
    memoryMaxBytes,
    cpuMaxPercent,
    pidsMax,
    policy: limitsPolicies.toWire[policy],
  };
}
