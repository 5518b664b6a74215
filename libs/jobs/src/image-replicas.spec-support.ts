import type { CommandEnvelope } from './commands.js';
import type { StateChange, StateRecord } from './image.js';
import type { JobsOptions } from './options.js';
import type { AppliedEntry } from './state-machine-port.js';
import type { CheckedJobsStateMachine } from './state-machine.js';
import { restoreJobsStateMachine } from './state-machine.js';
import { compareText } from './state/compare.js';

/** An image as a store keeps it: values as the bytes that an encoder made of them. */
export type Image = ReadonlyMap<string, string>;

export function encoded(value: unknown): string {
  return JSON.stringify(value);
}

export function imageOf(records: Iterable<StateRecord>): Map<string, string> {
  return new Map(Array.from(records, ({ key, value }) => [key, encoded(value)]));
}

export function recordsOf(image: Image): StateRecord[] {
  return [...image]
    .sort(([left], [right]) => compareText(left, right))
    .map(([key, text]) => ({ key, value: JSON.parse(text) as unknown }));
}

/** A replica's state machine with the image that its changes add up to. */
export class ImagedReplica {
  readonly image: Map<string, string>;
  imageSlot: number;
  imageHash: string;
  /** What happened to images, for a test to see that it isn't idle. */
  readonly seen = new Map<string, number>();
  private lastTaken: readonly StateChange[] = [];
  private lastTakenText = '[]';

  constructor(
    readonly machine: CheckedJobsStateMachine,
    image: Image = new Map(),
  ) {
    this.image = new Map(image);
    this.imageSlot = machine.appliedSlot;
    this.imageHash = machine.stateHash();
  }

  /** Takes what changed into the image, which must then be the state's own. */
  flush(): void {
    const { machine } = this;
    // What was given out before is still what it was then, however the state has changed since.
    expect(encoded(this.lastTaken)).toBe(this.lastTakenText);
    const atMost = machine.changedCount;
    const changes = machine.takeChanges();
    expect(changes.length).toBeLessThanOrEqual(atMost);
    expect(machine.changedCount).toBe(0);
    expect(machine.takeChanges().length).toBe(0);
    expect(new Set(changes.map(({ key }) => key)).size).toBe(changes.length);
    this.lastTaken = changes;
    this.lastTakenText = encoded(changes);
    for (const { key, value } of changes) {
      if (value !== undefined) this.image.set(key, encoded(value));
      else if (this.image.delete(key)) this.count(`gone ${key.slice(0, 1)}`);
      else throw new Error(`${key} is said to be gone, and never was there`);
    }
    this.imageSlot = machine.appliedSlot;
    this.imageHash = machine.stateHash();
    this.expectImageOfState();
  }

  /** The machine that a restart would begin with, before it replays the log. */
  restored(options: Partial<JobsOptions>, order: (records: StateRecord[]) => StateRecord[]): ImagedReplica {
    const records = order(recordsOf(this.image));
    const machine = restoreJobsStateMachine(options, this.imageSlot, records, this.imageHash);
    machine.checkInvariants();
    expect(machine.changedCount).toBe(0);
    const restored = new ImagedReplica(machine, this.image);
    restored.expectImageOfState();
    return restored;
  }

  private expectImageOfState(): void {
    const records = [...this.machine.records()];
    // One comparison of texts: thousands of single expectations would take most of the time.
    const text = records.map(({ key, value }) => `${key} ${encoded(value)}`).join('\n');
    const keys = [...this.image.keys()].sort(compareText);
    expect(text).toBe(keys.map((key) => `${key} ${this.image.get(key) as string}`).join('\n'));
    for (const { key } of records) this.count(`kept ${key.slice(0, 1)}`);
  }

  private count(what: string): void {
    this.seen.set(what, (this.seen.get(what) ?? 0) + 1);
  }
}

/** All that readers see of a state, in text; with `undefined` told apart from what isn't there. */
export function viewOf(machine: CheckedJobsStateMachine): string {
  const classes = Array.from(machine.readyClasses(), ({ classKey, queue, task, workerLabels, jobs }) => ({
    classKey,
    queue,
    task,
    workerLabels,
    jobs: typeof jobs,
  })).sort((left, right) => compareText(left.classKey, right.classKey));
  const ready = Array.from(machine.readyClasses(), (it) => [it.classKey, [...it.jobs()]] as const);
  return textOf({
    appliedSlot: machine.appliedSlot,
    timeMs: machine.timeMs,
    featureLevel: machine.featureLevel,
    stateHash: machine.stateHash(),
    jobs: machine.listJobs({ states: [], queue: '' }, undefined, 1_000_000),
    counts: machine.counts(),
    workers: machine.workers(),
    active: machine.workers().map(({ workerId }) => machine.activeAttempts(workerId)),
    nodes: machine.nodes(),
    schedules: machine.listSchedules('', 1_000).map((it) => [it, machine.scheduleJobs(it.scheduleId)]),
    classes,
    ready: ready.sort(([left], [right]) => compareText(left, right)),
    readyCount: machine.readyCount(),
  });
}

/** Applies the entry to each; their answers must not differ. */
export function applyToAll(
  replicas: readonly ImagedReplica[],
  commands: readonly CommandEnvelope[],
): AppliedEntry | undefined {
  const [first, ...others] = replicas.map(({ machine }) => machine.apply(machine.appliedSlot + 1, commands));
  const text = others.length > 0 ? textOf(first) : '';
  for (const other of others) expect(textOf(other)).toBe(text);
  return first;
}

export function textOf(value: unknown): string {
  return JSON.stringify(value, (_, field: unknown) => (field === undefined ? '(undefined)' : field));
}
