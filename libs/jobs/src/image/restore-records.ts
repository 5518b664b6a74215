import type { NodeRecord, WorkerScheduling, WorkerState } from '../worker.js';
import type { KeyedSubmission } from '../state/idempotency-keys.js';
import { NODE_PREFIX, SESSION_PREFIX, WORKER_PREFIX } from '../state/image-keys.js';
import type { SessionImage } from '../state/client-sessions.js';
import type { SpecInterner } from '../state/interned-spec.js';
import type { StateCounters } from '../state/jobs-state.js';
import { ACTIVE_SCHEDULING, WorkerEntry } from '../state/worker-entry.js';
import type { SchedulingEntry } from '../state/worker-entry.js';
import type { ImageReader } from './image-reader.js';

const WORKER_STATES: Readonly<Record<WorkerState, true>> = { online: true, lost: true, left: true };
const SCHEDULINGS: Readonly<Record<WorkerScheduling, true>> = { active: true, cordoned: true, draining: true };
const NODE_KINDS: Readonly<Record<NodeRecord['kind'], true>> = { coordinator: true, registry: true, worker: true };

/** What an image says of itself: the slot that it is of, and whose group's. */
export interface CountersImage extends StateCounters {
  readonly slot: number;
  readonly groupId: number;
  readonly generation: number;
}

export function countersFrom(read: ImageReader, value: unknown): CountersImage {
  const [slot, groupId, generation, timeMs, tokenCounter, orderCounter, featureLevel] = read.fields(value, 7);
  return {
    slot: read.count(slot),
    groupId: read.count(groupId),
    generation: read.count(generation),
    timeMs: read.count(timeMs),
    tokenCounter: read.count(tokenCounter),
    orderCounter: read.count(orderCounter),
    featureLevel: read.count(featureLevel),
  };
}

export function workerFrom(read: ImageReader, value: unknown, interner: SpecInterner): WorkerEntry {
  const fields = read.fieldsUpTo(value, 11, 16);
  const runsHttp = fields.length > 11 && read.flag(fields[11]);
  const worker = new WorkerEntry({
    workerId: read.keyAfter(WORKER_PREFIX),
    incarnation: read.integer(fields[0]),
    labels: interner.record(read.labels(fields[1])),
    capacity: read.integer(fields[2]),
    runsExec: read.flag(fields[3]),
    ...(runsHttp ? { runsHttp } : {}),
    handlers: interner.texts(read.texts(fields[4])),
    version: interner.text(read.text(fields[5])),
    host: read.text(fields[6]),
  });
  worker.state = read.oneOf(fields[7], WORKER_STATES);
  worker.coordinatorId = read.text(fields[8]);
  worker.registeredAtMs = read.integer(fields[9]);
  worker.offlineOrder = read.count(fields[10]);
  if (fields.length > 11) worker.scheduled = schedulingFrom(read, fields.slice(12));
  read.check(
    fields.length === 11 || runsHttp || worker.scheduled.scheduling !== 'active',
    'says at length that nothing is unusual',
  );
  read.check((worker.offlineOrder === 0) === (worker.state === 'online'), 'has a state that its order denies');
  return worker;
}

function schedulingFrom(
  read: ImageReader,
  [word, evictAtMs, incarnation, reason]: readonly unknown[],
): SchedulingEntry {
  const scheduling = read.oneOf(word, SCHEDULINGS);
  const scheduled = {
    scheduling,
    evictAtMs: read.optionalInteger(evictAtMs),
    incarnation: read.optionalInteger(incarnation),
    reason: read.text(reason),
  };
  if (scheduling !== 'active') return scheduled;
  const { evictAtMs: at, incarnation: of, reason: why } = scheduled;
  read.check(at === undefined && of === undefined && why === '', 'is active, and yet not');
  return ACTIVE_SCHEDULING;
}

export function nodeFrom(
  read: ImageReader,
  value: unknown,
  interner: SpecInterner,
): { readonly node: NodeRecord; readonly order: number } {
  const [kind, address, incarnation, labels, capacity, version, ttlMs, order] = read.fields(value, 8);
  const node: NodeRecord = {
    nodeId: read.keyAfter(NODE_PREFIX),
    kind: read.oneOf(kind, NODE_KINDS),
    address: read.text(address),
    incarnation: read.integer(incarnation),
    labels: interner.record(read.labels(labels)),
    capacity: read.integer(capacity),
    version: read.text(version),
    ttlMs: read.integer(ttlMs),
  };
  return { node, order: read.count(order) };
}

export function sessionFrom(read: ImageReader, value: unknown): SessionImage {
  const [incarnation, forgottenBelow, lastUsedSlot] = read.fields(value, 3);
  return {
    nodeId: read.keyAfter(SESSION_PREFIX),
    incarnation: read.integer(incarnation),
    forgottenBelow: read.integer(forgottenBelow),
    lastUsedSlot: read.count(lastUsedSlot),
  };
}

export function submissionFrom(read: ImageReader, value: unknown): KeyedSubmission {
  const fields = read.fieldsUpTo(value, 7, 8);
  const [key, specsHashA, specsHashB, slot, firstIndex, count, atMs, lifetimeMs] = fields;
  return {
    key: read.text(key),
    specsHashA: read.lane(specsHashA),
    specsHashB: read.lane(specsHashB),
    slot: read.count(slot),
    firstIndex: read.index(firstIndex),
    count: read.index(count),
    atMs: read.count(atMs),
    lifetimeMs: fields.length > 7 ? read.count(lifetimeMs) : undefined,
  };
}
