import type { AttemptRef, NodeRecord, SetWorkerScheduling, WorkerDescription, WorkerRecord } from '@synod/jobs';
import type {
  WireHello,
  WireHelloInput,
  WireNode,
  WireNodeInput,
  WireRegisterNodeRequest,
  WireSetWorkerSchedulingRequest,
  WireWorkerInput,
} from '@synod/wire';
import { attemptRefFromWire } from './attempts.js';
import type { WorkerLoad } from './attempts.js';
import { nodeKinds, workerSchedulings, workerStates } from './enums.js';
import {
  CAPACITY_MAX,
  EVICT_AFTER_MAX_MS,
  HANDLERS_MAX,
  HELD_MAX,
  NODE_TTL_DEFAULT_MS,
  NODE_TTL_MAX_MS,
  NODE_TTL_MIN_MS,
} from './limits.js';
import { ADDRESS_RULE, HANDLER_RULE, HOST_RULE, NODE_ID_RULE, readLabels, REASON_RULE, VERSION_RULE } from './rules.js';
import { Violations } from './violations.js';

/** What a worker says of itself; handlers come out sorted and once each. Throws `invalidRequest`. */
export function workerDescriptionFromHello(hello: WireHello): WorkerDescription {
  const violations = new Violations();
  const handlers = violations.list('hello', 'handlers', hello.handlers, HANDLERS_MAX);
  handlers.forEach((name, index) => violations.text('hello', `handlers[${index}]`, name, HANDLER_RULE));
  const description: WorkerDescription = {
    workerId: violations.text('hello', 'worker_id', hello.workerId, NODE_ID_RULE),
    incarnation: violations.unsigned('hello', 'incarnation', hello.incarnation, 1),
    labels: readLabels(violations, 'hello', 'labels', hello.labels),
    capacity: violations.integer('hello', 'capacity', hello.capacity, { min: 1, max: CAPACITY_MAX, unit: 'attempts' }),
    runsExec: violations.flag('hello', 'runs_exec', hello.runsExec),
    ...(violations.flag('hello', 'runs_http', hello.runsHttp) ? { runsHttp: true } : {}),
    handlers: [...new Set(handlers as readonly string[])].sort(compareCodeUnits),
    version: violations.text('hello', 'version', hello.version, VERSION_RULE),
    host: violations.text('hello', 'host', hello.host, HOST_RULE),
  };
  violations.throwIfAny();
  return description;
}

/** What a worker says it holds. Throws `invalidRequest` or `fencingTokenInvalid`. */
export function heldFromHello(hello: WireHello): AttemptRef[] {
  const violations = new Violations();
  if (hello.held.length > HELD_MAX)
    violations.add('hello', 'held', `has ${hello.held.length} attempts; at most ${HELD_MAX}`);
  violations.throwIfAny();
  return hello.held.map((ref, index) => attemptRefFromWire(ref, `hello.held[${index}]`));
}

export function workerDescriptionToHello(description: WorkerDescription): WireHelloInput {
  return { ...description, handlers: [...description.handlers] };
}

function compareCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A worker as the scheduler knows it. `heardAgoMs` is the leader's; undefined when it never heard of it. */
export function workerToWire(worker: WorkerRecord, heardAgoMs: number | undefined, load?: WorkerLoad): WireWorkerInput {
  const wire: WireWorkerInput = {
    workerId: worker.workerId,
    incarnation: worker.incarnation,
    state: workerStates.toWire[worker.state],
    labels: worker.labels,
    capacity: worker.capacity,
    activeAttempts: worker.activeAttempts,
    runsExec: worker.runsExec,
    runsHttp: worker.runsHttp === true,
    handlers: worker.handlers as string[],
    version: worker.version,
    host: worker.host,
    coordinatorId: worker.coordinatorId,
    registeredAtMs: worker.registeredAtMs,
    scheduling: workerSchedulings.toWire[worker.scheduling],
    schedulingReason: worker.schedulingReason,
  };
  if (worker.evictAtMs !== undefined) wire.evictAtMs = worker.evictAtMs;
  if (heardAgoMs !== undefined) wire.heardAgoMs = Math.round(heardAgoMs);
  if (load !== undefined) wire.load = load;
  return wire;
}

/** How an operator wants a worker scheduled. `nowMs` is the wall clock, from which `evict_after_ms` counts. */
export function setWorkerSchedulingFromWire(
  request: WireSetWorkerSchedulingRequest,
  nowMs: number,
): SetWorkerScheduling {
  const violations = new Violations();
  const workerId = violations.text('', 'worker_id', request.workerId, NODE_ID_RULE);
  const scheduling = workerSchedulings.fromWire(request.scheduling);
  if (scheduling === undefined) violations.add('', 'scheduling', 'must be ACTIVE, CORDONED or DRAINING');
  const evictAfterMs =
    request.evictAfterMs === undefined ? undefined : violations.unsigned('', 'evict_after_ms', request.evictAfterMs);
  if (evictAfterMs !== undefined && evictAfterMs > EVICT_AFTER_MAX_MS) {
    violations.add('', 'evict_after_ms', `is more than ${EVICT_AFTER_MAX_MS} ms: leave it out to wait for ever`);
  }
  if (evictAfterMs !== undefined && scheduling !== undefined && scheduling !== 'draining') {
    violations.add('', 'evict_after_ms', 'goes with DRAINING only: leave it out');
  }
  const reason = violations.text('', 'reason', request.reason, REASON_RULE);
  violations.throwIfAny();
  return {
    type: 'setWorkerScheduling',
    workerId,
    scheduling: scheduling ?? 'active',
    evictAtMs: evictAfterMs === undefined ? undefined : nowMs + evictAfterMs,
    incarnation: undefined,
    reason,
  };
}

function readNode(wire: WireNode, ttlMs: number, prefix: string, violations: Violations): NodeRecord {
  const kind = nodeKinds.fromWire(wire.kind);
  if (kind === undefined) violations.add(prefix, 'kind', 'must be COORDINATOR, REGISTRY or WORKER');
  const address = violations.text(prefix, 'address', wire.address, ADDRESS_RULE);
  if (kind !== undefined && kind !== 'worker' && address === '') {
    violations.add(prefix, 'address', `is missing: a ${kind} has to be found at host:port`);
  }
  return {
    nodeId: violations.text(prefix, 'node_id', wire.nodeId, NODE_ID_RULE),
    kind: kind ?? 'worker',
    address,
    incarnation: violations.unsigned(prefix, 'incarnation', wire.incarnation),
    labels: readLabels(violations, prefix, 'labels', wire.labels),
    capacity: violations.integer(prefix, 'capacity', wire.capacity, { min: 0, max: CAPACITY_MAX }),
    version: violations.text(prefix, 'version', wire.version, VERSION_RULE),
    ttlMs,
  };
}

/** A node of a listing; the wire doesn't carry its time to live. Throws `invalidRequest`. */
export function nodeFromWire(wire: WireNode, ttlMs: number = NODE_TTL_DEFAULT_MS, field = 'node'): NodeRecord {
  const violations = new Violations();
  const node = readNode(wire, ttlMs, field, violations);
  violations.throwIfAny();
  return node;
}

export function registerNodeFromWire(request: WireRegisterNodeRequest): NodeRecord {
  const violations = new Violations();
  const rule = { min: NODE_TTL_MIN_MS, max: NODE_TTL_MAX_MS, fallback: NODE_TTL_DEFAULT_MS, unit: 'ms' };
  const ttlMs = violations.integer('', 'ttl_ms', request.ttlMs, rule);
  if (request.node === null) violations.add('', 'node', 'is missing');
  violations.throwIfAny();
  const node = readNode(request.node as WireNode, ttlMs, 'node', violations);
  violations.throwIfAny();
  return node;
}

export function nodeToWire(node: NodeRecord): WireNodeInput {
  return {
    nodeId: node.nodeId,
    kind: nodeKinds.toWire[node.kind],
    address: node.address,
    incarnation: node.incarnation,
    labels: node.labels,
    capacity: node.capacity,
    version: node.version,
  };
}
