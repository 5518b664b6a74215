import { unreachable } from '@synod/base';
import type { JobSpec, Task } from '../job.js';
import { HashLanes } from './hash-lanes.js';
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
    keys.sort();
    const copy = Object.fromEntries(keys.map((key) => [this.text(key), record[key] as string]));
    if (textUnits <= MAX_CACHED_TEXT_UNITS) this.records[place] = copy;
    return copy;
  }

  texts(values: readonly string[]): readonly string[] {
    return values.length === 0 ? EMPTY_TEXTS : values.slice();
  }

  private copy(spec: JobSpec): JobSpec {
    return {
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
  }

  private copyTask(task: Task): Task {
    switch (task.kind) {
      case 'exec':
        return {
          kind: 'exec',
          command: this.text(task.command),
          args: this.texts(task.args),
          env: this.record(task.env),
          cwd: this.text(task.cwd),
          stdin: task.stdin,
          user: this.text(task.user),
        };
      case 'handler':
        return { kind: 'handler', handler: this.text(task.handler), payload: task.payload };
      default:
        return unreachable(task);
    }
  }
}

/** Mixes a whole spec in canonical order; ends before `finish`. */
export function mixSpec(lanes: HashLanes, spec: JobSpec): void {
  lanes.begin(RECORD_KINDS.spec);
  const { task } = spec;
  switch (task.kind) {
    case 'exec':
      lanes.word(1).text(task.command).texts(task.args).textRecord(task.env);
      lanes.text(task.cwd).text(task.stdin).text(task.user);
      break;
    case 'handler':
      lanes.word(2).text(task.handler).text(task.payload);
      break;
    default:
      unreachable(task);
  }
  lanes.text(spec.queue).textRecord(spec.labels).textRecord(spec.workerLabels);
  lanes.text(spec.placement).text(spec.placementKey).text(spec.mode);
  lanes.integer(spec.lostAfterMs).integer(spec.startToCloseTimeoutMs).integer(spec.killGraceMs);
  lanes.integer(spec.maxLostAttempts);
}

/** What decides which workers can run a job, and its queue; each part with its length, so that no two are confused. */
function classKeyOf(spec: JobSpec): string {
  const { task, queue, workerLabels } = spec;
  let key = task.kind === 'exec' ? 'exec' : `handler ${task.handler.length}:${task.handler}`;
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
    left.mode === right.mode &&
    left.lostAfterMs === right.lostAfterMs &&
    left.startToCloseTimeoutMs === right.startToCloseTimeoutMs &&
    left.killGraceMs === right.killGraceMs &&
    left.maxLostAttempts === right.maxLostAttempts
  );
}

function equalTasks(left: Task, right: Task): boolean {
  if (left.kind === 'handler') {
    return right.kind === 'handler' && left.handler === right.handler && left.payload === right.payload;
  }
  return (
    right.kind === 'exec' &&
    left.command === right.command &&
    left.cwd === right.cwd &&
    left.stdin === right.stdin &&
    left.user === right.user &&
    left.args.length === right.args.length &&
    left.args.every((arg, at) => arg === right.args[at]) &&
    equalRecords(left.env, right.env)
  );
}

function equalRecords(left: Readonly<Record<string, string>>, right: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && left[key] === right[key])
  );
}
