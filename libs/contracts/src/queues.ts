import type {
  PauseQueue,
  QueueRecord,
  QueueSettings,
  RateLimit,
  RedriveQueue,
  ResetQueue,
  SetQueue,
} from '@synod/jobs';
import { NO_QUEUE_SETTINGS } from '@synod/jobs';
import type {
  WirePauseQueueRequest,
  WireQueueInput,
  WireQueueSettings,
  WireQueueSettingsInput,
  WireRateLimit,
  WireRedriveQueueRequest,
  WireResetQueueRequest,
  WireSetQueueRequest,
} from '@synod/wire';
import {
  LOST_AFTER_MAX_MS,
  LOST_AFTER_MIN_MS,
  MAX_RUNNING_MAX,
  MAX_RUNNING_PER_KEY_MAX,
  RATE_PER_MAX_MS,
  RATE_TOKENS_MAX,
  REDRIVE_MAX,
} from './limits.js';
import { placementToWire, readPlacement } from './placement.js';
import { QUEUE_RULE, REASON_RULE } from './rules.js';
import { Violations } from './violations.js';

// Requests of QueueService as commands, validated, and queues as they are shown. Each function that reads throws
// `invalidRequest` with all violations.

const NAME_RULE = { ...QUEUE_RULE, required: true };

export function queueNameFromWire(request: { readonly queue: string }): string {
  const violations = new Violations();
  const queue = violations.text('', 'queue', request.queue, NAME_RULE);
  violations.throwIfAny();
  return queue;
}

export function setQueueFromWire(request: WireSetQueueRequest): SetQueue {
  const violations = new Violations();
  const queue = violations.text('', 'queue', request.queue, NAME_RULE);
  const settings = request.settings ? readSettings(request.settings, violations) : NO_QUEUE_SETTINGS;
  if (!request.settings) violations.add('', 'settings', 'is missing: to remove all settings, reset the queue');
  const ifRevision = readRevision(request.ifRevision, violations);
  violations.throwIfAny();
  return { type: 'setQueue', queue, settings, ifRevision };
}

function readSettings(wire: WireQueueSettings, violations: Violations): QueueSettings {
  const integer = (field: string, value: unknown, max: number) =>
    violations.integer('settings', field, value, { min: 0, max });
  const lostAfterMs = integer('lost_after_ms', wire.lostAfterMs, LOST_AFTER_MAX_MS);
  if (lostAfterMs > 0 && lostAfterMs < LOST_AFTER_MIN_MS) {
    violations.add('settings', 'lost_after_ms', `must be 0 or at least ${LOST_AFTER_MIN_MS} ms, not ${lostAfterMs}`);
  }
  return {
    maxRunning: integer('max_running', wire.maxRunning, MAX_RUNNING_MAX),
    maxRunningPerKey: integer('max_running_per_key', wire.maxRunningPerKey, MAX_RUNNING_PER_KEY_MAX),
    rate: wire.rate ? readRate(wire.rate, violations) : undefined,
    placement: readQueuePlacement(wire, violations),
    lostAfterMs,
  };
}

function readRate(wire: WireRateLimit, violations: Violations): RateLimit {
  const integer = (field: string, value: unknown, max: number) =>
    violations.integer('settings', `rate.${field}`, value, { min: 1, max });
  const tokens = integer('tokens', wire.tokens, RATE_TOKENS_MAX);
  return {
    tokens,
    perMs: integer('per_ms', wire.perMs, RATE_PER_MAX_MS),
    burst: wire.burst === 0 ? tokens : integer('burst', wire.burst, RATE_TOKENS_MAX),
  };
}

function readQueuePlacement(wire: WireQueueSettings, violations: Violations): QueueSettings['placement'] {
  const { placement: policy, placementOptions: options, ownPlacement } = readPlacement(wire, 'settings', violations);
  if (policy === 'leastLoaded' && ownPlacement !== true) return undefined;
  return options === undefined ? { policy } : { policy, options };
}

function readRevision(value: unknown, violations: Violations): number | undefined {
  return value === undefined || value === null ? undefined : violations.unsigned('', 'if_revision', value);
}

export function pauseQueueFromWire(request: WirePauseQueueRequest): PauseQueue {
  const violations = new Violations();
  const queue = violations.text('', 'queue', request.queue, NAME_RULE);
  const reason = violations.text('', 'reason', request.reason, REASON_RULE);
  violations.throwIfAny();
  return { type: 'pauseQueue', queue, paused: true, reason };
}

export function resumeQueueFromWire(request: { readonly queue: string }): PauseQueue {
  return { type: 'pauseQueue', queue: queueNameFromWire(request), paused: false, reason: '' };
}

export function resetQueueFromWire(request: WireResetQueueRequest): ResetQueue {
  const violations = new Violations();
  const queue = violations.text('', 'queue', request.queue, NAME_RULE);
  const ifRevision = readRevision(request.ifRevision, violations);
  violations.throwIfAny();
  return { type: 'resetQueue', queue, ifRevision };
}

export function redriveQueueFromWire(request: WireRedriveQueueRequest): RedriveQueue {
  const violations = new Violations();
  const queue = violations.text('', 'queue', request.queue, NAME_RULE);
  const limit = violations.integer('', 'limit', request.limit, { min: 1, max: REDRIVE_MAX, fallback: REDRIVE_MAX });
  violations.throwIfAny();
  return { type: 'redriveQueue', queue, limit };
}

export function queueToWire(record: QueueRecord): WireQueueInput {
  const { counts } = record;
  return {
    queue: record.queue,
    settings: settingsToWire(record.settings),
    paused: record.paused,
    pauseReason: record.pauseReason,
    revision: record.revision,
    waiting: counts.waiting,
    ready: counts.ready,
    running: counts.assigned + counts.running,
    deadLetters: counts.failed + counts.expired,
    waitingForKey: record.waitingForKey,
    ...(record.tokens === undefined ? {} : { tokens: record.tokens }),
    ...(record.nextTokenMs === undefined ? {} : { nextTokenMs: record.nextTokenMs }),
  };
}

function settingsToWire(settings: QueueSettings): WireQueueSettingsInput {
  const { maxRunning, maxRunningPerKey, rate, placement, lostAfterMs } = settings;
  return {
    ...{ maxRunning, maxRunningPerKey, lostAfterMs },
    ...(rate === undefined ? {} : { rate }),
    ...(placement === undefined
      ? {}
      : placementToWire({
          ...{ placement: placement.policy, ownPlacement: true },
          ...(placement.options === undefined ? {} : { placementOptions: placement.options }),
        })),
  };
}
