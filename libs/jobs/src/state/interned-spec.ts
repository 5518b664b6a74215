import { unreachable } from '@synod/base';
import type { ExecLimits, ExecTask, HttpTask, JobSpec, Task } from '../job.js';
import type { PlacementOptions, PlacementWish } from '../placement.js';
import { HashLanes } from './hash-lanes.js';
import { copyAdditions, equalAdditions, hasAdditions, mixAdditions } from './spec-additions.js';
import { RECORD_KINDS } from './state-hash.js';

/** A spec with what is computed from it once, shared by jobs with equal specs where that is cheap to see. */
export interface InternedSpec {
  readonly spec: JobSpec;
  readonly hashA: number;
  readonly hashB: number;
  readonly textUnits: number;
  /** Jobs with equal keys need the same of a worker. */
  readonly classKey: string;
}

const CACHE_SIZE = 4_096;
/** Longer specs and label sets are not kept in the caches, which so hold 16 Mi units each at most. */
const MAX_CACHED_TEXT_UNITS = 4_096;
/** Longer texts are not shared: they seldom repeat. */
const MAX_SHARED_TEXT_LENGTH = 256;
const EMPTY_RECORD: Readonly<Record<string, string>> = Object.freeze({});
const EMPTY_TEXTS: readonly string[] = Object.freeze([]);

/**
 * Makes copies of specs that share what is equal: the whole, or else texts and label sets. Commands arrive decoded, each
 * with its own copy of `default`, of the command's name and of empty label sets; a million of those are gigabytes.
 *
 * It is a cache and no part of the state: what is in it changes memory, never a result. Two specs are shared only after a
 * full comparison.
 */
export class SpecInterner {
  private readonly specs: (InternedSpec | undefined)[] = new Array<InternedSpec | undefined>(CACHE_SIZE).fill(
    undefined,
  );
  private readonly records: (Readonly<Record<string, string>> | undefined)[] = new Array<undefined>(CACHE_SIZE);
  private readonly shortTexts = new Map<string, string>();
  private readonly lanes = new HashLanes();

  intern(spec: JobSpec): InternedSpec {
    mixSpec(this.lanes, spec);
    const { a: hashA, b: hashB, textUnits } = this.lanes.finish();
    const place = hashA & (CACHE_SIZE - 1);
    const known = this.specs[place];
    if (known !== undefined && known.hashA === hashA && known.hashB === hashB && equalSpecs(known.spec, spec)) {
      return known;
    }
    const copy = this.copy(spec);
    const interned = { spec: copy, hashA, hashB, textUnits, classKey: this.text(classKeyOf(copy)) };
    if (textUnits <= MAX_CACHED_TEXT_UNITS) this.specs[place] = interned;
    return interned;
  }

  /** The same text, shared with equal ones seen lately. For short texts that repeat. */
  text(value: string): string {
    if (value.length === 0 || value.length > MAX_SHARED_TEXT_LENGTH) return value;
    const known = this.shortTexts.get(value);
    if (known !== undefined) return known;
    if (this.shortTexts.size >= CACHE_SIZE) this.shortTexts.clear();
    this.shortTexts.set(value, value);
    return value;
  }

  /** A copy with sorted keys. `Object.fromEntries` defines each key, so that `__proto__` is a label like any other. */
  record(record: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    const keys = Object.keys(record);
    if (keys.length === 0) return EMPTY_RECORD;
    const { a: hash, textUnits } = this.lanes.begin(RECORD_KINDS.description).textRecord(record).finish();
    const place = hash & (CACHE_SIZE - 1);
    const known = this.records[place];
    if (known !== undefined && equalRecords(known, record)) return known;
    const copy = this.copyRecord(keys.sort(), record);
    if (textUnits <= MAX_CACHED_TEXT_UNITS) this.records[place] = copy;
    return copy;
  }

  private copyRecord(keys: readonly string[], record: Readonly<Record<string, string>>): Record<string, string> {
    const [only] = keys;
    // One that has room for one and no more; a computed key defines `__proto__` like any other.
    if (keys.length === 1 && only !== undefined) return { [this.text(only)]: record[only] as string };
    return Object.fromEntries(keys.map((key) => [this.text(key), record[key] as string]));
  }

  texts(values: readonly string[]): readonly string[] {
    return values.length === 0 ? EMPTY_TEXTS : values.slice();
  }

  /** What most specs don't have is added to an object of the usual shape: one that is spread together takes more memory. */
  private copy(spec: JobSpec): JobSpec {
    const copy: JobSpec = {
      task: this.copyTask(spec.task),
      queue: this.text(spec.queue),
      labels: this.record(spec.labels),
      workerLabels: this.record(spec.workerLabels),
      placement: spec.placement,
      placementKey: spec.placementKey,
      mode: spec.mode,
      lostAfterMs: spec.lostAfterMs,
      startToCloseTimeoutMs: spec.startToCloseTimeoutMs,
      killGraceMs: spec.killGraceMs,
      maxLostAttempts: spec.maxLostAttempts,
    };
    const { placementOptions, ownPlacement } = spec;
    if (placementOptions === undefined && ownPlacement !== true && !hasAdditions(spec)) return copy;
    return {
      ...copy,
      ...(placementOptions === undefined ? {} : { placementOptions: this.copyPlacement(placementOptions) }),
      ...(ownPlacement === true ? { ownPlacement: true } : {}),
      ...copyAdditions(
        spec,
        (nested) => this.copy(nested),
        (value) => this.text(value),
      ),
    };
  }

  private copyPlacement({ choices, loadFactorPercent, spreadLabel }: PlacementOptions): PlacementOptions {
    return {
      ...(choices === undefined ? {} : { choices }),
      ...(loadFactorPercent === undefined ? {} : { loadFactorPercent }),
      ...(spreadLabel === undefined ? {} : { spreadLabel: this.text(spreadLabel) }),
    };
  }

  private copyTask(task: Task): Task {
    switch (task.kind) {
      case 'exec': {
        const copy: ExecTask = {
          kind: 'exec',
          command: this.text(task.command),
          args: this.texts(task.args),
          env: this.record(task.env),
          cwd: this.text(task.cwd),
          stdin: task.stdin,
          user: this.text(task.user),
        };
        return task.limits === undefined ? copy : { ...copy, limits: copyLimits(task.limits) };
      }
      case 'handler':
        return { kind: 'handler', handler: this.text(task.handler), payload: task.payload };
      case 'http':
        return {
          kind: 'http',
          method: this.text(task.method),
          url: this.text(task.url),
          headers: this.record(task.headers),
          body: task.body,
          expectedStatuses: task.expectedStatuses.map(({ from, to }) => ({ from, to })),
          requestTimeoutMs: task.requestTimeoutMs,
          maxRedirects: task.maxRedirects,
        };
      default:
        return unreachable(task);
    }
  }
}

/** Mixes a whole spec in canonical order; ends before `finish`. */
export function mixSpec(lanes: HashLanes, spec: JobSpec): void {
  mixFields(lanes.begin(RECORD_KINDS.spec), spec);
}

function mixFields(lanes: HashLanes, spec: JobSpec): void {
  mixTask(lanes, spec.task);
  lanes.text(spec.queue).textRecord(spec.labels).textRecord(spec.workerLabels);
  lanes.text(spec.placement);
  const { placementOptions, ownPlacement } = spec;
  // Only where there are any, and with a number that no length of the key has, which follows otherwise.
  if (placementOptions !== undefined || ownPlacement === true) {
    const { choices, loadFactorPercent, spreadLabel } = placementOptions ?? {};
    lanes
      .word(-1)
      .flag(placementOptions !== undefined)
      .flag(ownPlacement === true);
    lanes
      .integer(choices)
      .integer(loadFactorPercent)
      .flag(spreadLabel !== undefined)
      .text(spreadLabel ?? '');
  }
  lanes.text(spec.placementKey).text(spec.mode);
  lanes.integer(spec.lostAfterMs).integer(spec.startToCloseTimeoutMs).integer(spec.killGraceMs);
  lanes.integer(spec.maxLostAttempts);
  mixAdditions(lanes, spec, mixFields);
}

function mixTask(lanes: HashLanes, task: Task): void {
  switch (task.kind) {
    case 'exec':
      lanes.word(1).text(task.command).texts(task.args).textRecord(task.env);
      lanes.text(task.cwd).text(task.stdin).text(task.user);
      // Only where there are any, and with a number that no length of the queue's name has, which follows otherwise.
      if (task.limits !== undefined) mixLimits(lanes.word(-1), task.limits);
      break;
    case 'handler':
      lanes.word(2).text(task.handler).text(task.payload);
      break;
    case 'http':
      lanes.word(3).text(task.method).text(task.url).textRecord(task.headers).text(task.body);
      lanes.word(task.expectedStatuses.length);
      for (const { from, to } of task.expectedStatuses) lanes.word(from).word(to);
      lanes.integer(task.requestTimeoutMs).integer(task.maxRedirects);
      break;
    default:
      unreachable(task);
  }
}

function mixLimits(lanes: HashLanes, limits: ExecLimits): void {
  lanes.integer(limits.umask).word(limits.ulimits.length);
  for (const { name, soft, hard } of limits.ulimits) lanes.text(name).integer(soft).integer(hard);
  lanes.integer(limits.memoryMaxBytes).integer(limits.cpuMaxPercent).integer(limits.pidsMax).text(limits.policy);
}

function copyLimits(limits: ExecLimits): ExecLimits {
  const { umask, ulimits, memoryMaxBytes, cpuMaxPercent, pidsMax, policy } = limits;
  return {
    ...(umask === undefined ? {} : { umask }),
    ulimits: ulimits.map(({ name, soft, hard }) => ({ name, soft, hard })),
    memoryMaxBytes,
    cpuMaxPercent,
    pidsMax,
    policy,
  };
}

/** What decides which workers can run a job, and its queue; each part with its length, so that no two are confused. */
function classKeyOf(spec: JobSpec): string {
  const { task, queue, workerLabels } = spec;
  let key: string = task.kind === 'handler' ? `handler ${task.handler.length}:${task.handler}` : task.kind;
  key += ` ${queue.length}:${queue}`;
  for (const label of Object.keys(workerLabels).sort()) {
    const value = workerLabels[label] as string;
    key += ` ${label.length}:${label}=${value.length}:${value}`;
  }
  return key;
}

function equalSpecs(left: JobSpec, right: JobSpec): boolean {
  return (
    equalTasks(left.task, right.task) &&
    left.queue === right.queue &&
    equalRecords(left.labels, right.labels) &&
    equalRecords(left.workerLabels, right.workerLabels) &&
    left.placement === right.placement &&
    left.placementKey === right.placementKey &&
    equalPlacements(left, right) &&
    left.mode === right.mode &&
    left.lostAfterMs === right.lostAfterMs &&
    left.startToCloseTimeoutMs === right.startToCloseTimeoutMs &&
    left.killGraceMs === right.killGraceMs &&
    left.maxLostAttempts === right.maxLostAttempts &&
    equalAdditions(left, right, equalSpecs)
  );
}

function equalPlacements(left: PlacementWish, right: PlacementWish): boolean {
  const [one, other] = [left.placementOptions, right.placementOptions];
  if (left.ownPlacement !== right.ownPlacement || (one === undefined) !== (other === undefined)) return false;
  return (
    one?.choices === other?.choices &&
    one?.loadFactorPercent === other?.loadFactorPercent &&
    one?.spreadLabel === other?.spreadLabel
  );
}

function equalTasks(left: Task, right: Task): boolean {
  switch (left.kind) {
    case 'exec':
      return right.kind === 'exec' && equalExec(left, right);
    case 'handler':
      return right.kind === 'handler' && left.handler === right.handler && left.payload === right.payload;
    case 'http':
      return right.kind === 'http' && equalHttp(left, right);
    default:
      return unreachable(left);
  }
}

function equalExec(left: ExecTask, right: ExecTask): boolean {
  return (
    left.command === right.command &&
    left.cwd === right.cwd &&
    left.stdin === right.stdin &&
    left.user === right.user &&
    left.args.length === right.args.length &&
    left.args.every((arg, at) => arg === right.args[at]) &&
    equalRecords(left.env, right.env) &&
    equalLimits(left.limits, right.limits)
  );
}

function equalLimits(left: ExecLimits | undefined, right: ExecLimits | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  return (
    left.umask === right.umask &&
    left.memoryMaxBytes === right.memoryMaxBytes &&
    left.cpuMaxPercent === right.cpuMaxPercent &&
    left.pidsMax === right.pidsMax &&
    left.policy === right.policy &&
    left.ulimits.length === right.ulimits.length &&
    left.ulimits.every(({ name, soft, hard }, at) => {
      const other = right.ulimits[at];
      return name === other?.name && soft === other.soft && hard === other.hard;
    })
  );
}

function equalHttp(left: HttpTask, right: HttpTask): boolean {
  return (
    left.method === right.method &&
    left.url === right.url &&
    left.body === right.body &&
    left.requestTimeoutMs === right.requestTimeoutMs &&
    left.maxRedirects === right.maxRedirects &&
    left.expectedStatuses.length === right.expectedStatuses.length &&
    left.expectedStatuses.every(({ from, to }, at) => {
      const other = right.expectedStatuses[at];
      return from === other?.from && to === other.to;
    }) &&
    equalRecords(left.headers, right.headers)
  );
}

function equalRecords(left: Readonly<Record<string, string>>, right: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && left[key] === right[key])
  );
}
