import { assert } from '@synod/base';
import type { Ring, RingOptions } from '@synod/hashing';
import type { JobsView, Placement, ReadyClass, ReadyJob, WorkerNeeds, WorkerRecord } from '@synod/jobs';
import { workerFits } from '@synod/jobs';
import { Planner } from '../planner.js';
import { ringWeight, WorkerRing } from '../worker-ring.js';
import { hypotheticalView } from './hypothetical-view.js';
import type { HypotheticalClass } from './hypothetical-view.js';

/** What would be changed. */
export interface PlacementChange {
  readonly queue: string;
  /** Workers that would join. */
  readonly add: readonly WorkerRecord[];
  /** Ids of those that would leave. */
  readonly remove: ReadonlySet<string>;
  /** How the queue's jobs would be placed, all of them; undefined: as they say. */
  readonly placement: Placement | undefined;
}

export interface KeyMove {
  readonly key: string;
  /** Undefined: nobody could take it. */
  readonly from: string | undefined;
  readonly to: string | undefined;
}

export interface WorkerEffect {
  readonly worker: WorkerRecord;
  readonly change: 'stays' | 'joins' | 'leaves';
  /** Part of all possible keys. */
  readonly shareBefore: number;
  readonly shareAfter: number;
  /** Of the queue's waiting jobs, those that the next plan gives it. */
  readonly jobsBefore: number;
  readonly jobsAfter: number;
}

export interface SimulatedPlacement {
  /** Keys of the queue's jobs that are ready or under way, and those of them that would get another owner. */
  readonly keys: number;
  readonly movedKeys: number;
  /** The first of them, by key. */
  readonly moves: readonly KeyMove[];
  /** Part of all possible keys that would move, and the least that any placement with the same shares must move. */
  readonly movedShare: number;
  readonly leastShare: number;
  /** Ready jobs that were looked at, how many of them the next plan would place, and how many on another worker than now. */
  readonly jobs: number;
  readonly placedBefore: number;
  readonly placedAfter: number;
  readonly movedJobs: number;
  /** Attempts under way on workers that would leave. */
  readonly attemptsLeaving: number;
  /** Sorted by id. */
  readonly workers: readonly WorkerEffect[];
}

/** Ready jobs that are looked at, oldest first. */
export const MAX_SIMULATED_JOBS = 10_000;
export const MAX_SHOWN_MOVES = 1_000;
/** Keys that stand for all possible ones. */
const SAMPLE_KEYS = 20_000;

type QueueView = Pick<
  JobsView,
  'workers' | 'workersRevision' | 'readyClasses' | 'readyCount' | 'activeInQueue' | 'activeAttempts'
>;

/** What a change would move, computed by the planner's own ring and strategies on a state that isn't; nothing is changed. */
export function simulatePlacement(
  view: QueueView,
  change: PlacementChange,
  ringOptions: Partial<RingOptions> = {},
): SimulatedPlacement {
  const { queue, placement } = change;
  const classes = readyOf(view, queue);
  const before = view.workers();
  const after = changed(before, change);
  const active = activeOf(view, queue);
  const needs = needsOf(classes, active);
  const owners = [before, after].map((workers) => ownersOf(workers, needs, ringOptions)) as [Owners, Owners];
  const moves = keyMoves(keysOf(classes, active), owners);
  const plans = [
    planOf(view, before, classes, ringOptions),
    planOf(view, after, placement === undefined ? classes : placedBy(classes, placement), ringOptions),
  ] as const;
  const movedJobs = [...plans[1]].filter(([jobId, workerId]) => (plans[0].get(jobId) ?? workerId) !== workerId).length;
  const shares = sampleShares(owners);
  return {
    keys: keysOf(classes, active).size,
    movedKeys: moves.length,
    moves: moves.slice(0, MAX_SHOWN_MOVES),
    movedShare: shares.moved,
    leastShare: leastShare(owners),
    jobs: classes.reduce((sum, { jobs }) => sum + jobs.length, 0),
    placedBefore: plans[0].size,
    placedAfter: plans[1].size,
    movedJobs,
    attemptsLeaving: sum([...change.remove].map((id) => view.activeInQueue(queue).get(id) ?? 0)),
    workers: effects(before, change, shares, plans),
  };
}

function readyOf(view: QueueView, queue: string): HypotheticalClass[] {
  const classes: HypotheticalClass[] = [];
  let left = MAX_SIMULATED_JOBS;
  for (const readyClass of view.readyClasses()) {
    if (readyClass.queue !== queue || left <= 0) continue;
    const jobs: ReadyJob[] = [];
    for (const job of readyClass.jobs()) {
      if (jobs.push(job) >= left) break;
    }
    left -= jobs.length;
    const { classKey, task, workerLabels } = readyClass;
    classes.push({ classKey, queue, task, workerLabels, jobs });
  }
  return classes;
}

interface ActiveJob extends WorkerNeeds {
  readonly key: string;
}

function activeOf(view: QueueView, queue: string): ActiveJob[] {
  const active: ActiveJob[] = [];
  for (const workerId of view.activeInQueue(queue).keys()) {
    for (const { spec } of view.activeAttempts(workerId)) {
      if (spec.queue !== queue) continue;
      const { task, workerLabels, placementKey } = spec;
      active.push({ task: taskNeeds(task), workerLabels, key: placementKey });
    }
  }
  return active;
}

function taskNeeds(task: ReadyClass['task']): ReadyClass['task'] {
  return task.kind === 'handler' ? { kind: 'handler', handler: task.handler } : { kind: task.kind };
}

/** Each different need of the queue's jobs; none when it has no jobs. */
function needsOf(classes: readonly HypotheticalClass[], active: readonly ActiveJob[]): WorkerNeeds[] {
  const different = new Map<string, WorkerNeeds>();
  for (const { task, workerLabels } of [...classes, ...active]) {
    different.set(
      JSON.stringify([task, Object.entries(workerLabels).sort(([left], [right]) => (left < right ? -1 : 1))]),
      { task, workerLabels },
    );
  }
  return [...different.values()];
}

function keysOf(classes: readonly HypotheticalClass[], active: readonly ActiveJob[]): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const { jobs } of classes) for (const { placementKey } of jobs) keys.add(placementKey);
  for (const { key } of active) keys.add(key);
  keys.delete('');
  return keys;
}

function changed(workers: readonly WorkerRecord[], { add, remove }: PlacementChange): WorkerRecord[] {
  const staying = workers.filter(({ workerId }) => !remove.has(workerId));
  return [...staying, ...add].sort((left, right) => (left.workerId < right.workerId ? -1 : 1));
}

/** Open workers that can run jobs of the queue, and the ring of all. */
interface Owners {
  readonly ring: Ring;
  readonly fitting: ReadonlyMap<string, WorkerRecord>;
}

function ownersOf(
  workers: readonly WorkerRecord[],
  needs: readonly WorkerNeeds[],
  ringOptions: Partial<RingOptions>,
): Owners {
  const open = workers.filter((worker) => worker.state === 'online' && worker.scheduling === 'active');
  const fits = (worker: WorkerRecord) => needs.length === 0 || needs.some((it) => workerFits(worker, it));
  const fitting = new Map(open.filter(fits).map((worker) => [worker.workerId, worker]));
  return { ring: new WorkerRing(ringOptions).current(workers, 0), fitting };
}

function ownerOf({ ring, fitting }: Owners, key: string): string | undefined {
  return ring.firstAccepted(key, (workerId) => fitting.has(workerId));
}

function keyMoves(keys: ReadonlySet<string>, [before, after]: readonly [Owners, Owners]): KeyMove[] {
  const moves: KeyMove[] = [];
  for (const key of [...keys].sort()) {
    const [from, to] = [ownerOf(before, key), ownerOf(after, key)];
    if (from !== to) moves.push({ key, from, to });
  }
  return moves;
}

interface Shares {
  readonly moved: number;
  readonly before: ReadonlyMap<string, number>;
  readonly after: ReadonlyMap<string, number>;
}

function sampleShares([one, other]: readonly [Owners, Owners]): Shares {
  const [before, after] = [new Map<string, number>(), new Map<string, number>()];
  let moved = 0;
  for (let at = 0; at < SAMPLE_KEYS; at += 1) {
    const key = `sample-${at}`;
    const [from, to] = [ownerOf(one, key), ownerOf(other, key)];
    if (from !== undefined) before.set(from, (before.get(from) ?? 0) + 1 / SAMPLE_KEYS);
    if (to !== undefined) after.set(to, (after.get(to) ?? 0) + 1 / SAMPLE_KEYS);
    if (from !== to) moved += 1 / SAMPLE_KEYS;
  }
  return { moved, before, after };
}

/** Shares by weight that somebody gains must move; it is what others lose. */
function leastShare([before, after]: readonly [Owners, Owners]): number {
  const shareIn = (owners: Owners) => {
    const total = sum([...owners.fitting.values()].map(({ capacity }) => ringWeight(capacity)));
    return (workerId: string) => {
      const worker = owners.fitting.get(workerId);
      return worker === undefined ? 0 : ringWeight(worker.capacity) / total;
    };
  };
  const [was, is] = [shareIn(before), shareIn(after)];
  const ids = new Set([...before.fitting.keys(), ...after.fitting.keys()]);
  const changes = [...ids].map((id) => is(id) - was(id));
  return Math.max(sum(changes.filter((it) => it > 0)), -sum(changes.filter((it) => it < 0)));
}

function placedBy(classes: readonly HypotheticalClass[], { policy, options }: Placement): HypotheticalClass[] {
  const placed = ({ jobId, revision, priority, placementKey }: ReadyJob): ReadyJob => ({
    ...{ jobId, revision, priority, placementKey, placement: policy, ownPlacement: true },
    ...(options === undefined ? {} : { placementOptions: options }),
  });
  return classes.map(({ jobs, ...needs }) => ({ ...needs, jobs: jobs.map(placed) }));
}

/** Worker by job of the next plan, were these jobs alone. */
function planOf(
  view: QueueView,
  workers: readonly WorkerRecord[],
  classes: readonly HypotheticalClass[],
  ring: Partial<RingOptions>,
): ReadonlyMap<string, string> {
  const hypothetical = hypotheticalView(workers, classes, (queue) => view.activeInQueue(queue));
  const plan = new Planner({ ring }).plan(hypothetical, () => true, MAX_SIMULATED_JOBS);
  return new Map(plan.map(({ jobId, workerId }) => [jobId, workerId]));
}

function effects(
  before: readonly WorkerRecord[],
  { add, remove }: PlacementChange,
  shares: Shares,
  plans: readonly [ReadonlyMap<string, string>, ReadonlyMap<string, string>],
): WorkerEffect[] {
  const [jobsBefore, jobsAfter] = plans.map(countByWorker) as [
    ReadonlyMap<string, number>,
    ReadonlyMap<string, number>,
  ];
  const effectOf = (worker: WorkerRecord, change: WorkerEffect['change']): WorkerEffect => ({
    ...{ worker, change },
    shareBefore: shares.before.get(worker.workerId) ?? 0,
    shareAfter: shares.after.get(worker.workerId) ?? 0,
    jobsBefore: jobsBefore.get(worker.workerId) ?? 0,
    jobsAfter: jobsAfter.get(worker.workerId) ?? 0,
  });
  const there = before.filter(({ state }) => state === 'online');
  for (const { workerId } of add) assert(!there.some((it) => it.workerId === workerId), 'a worker that joins is new');
  const all = [
    ...there.map((worker) => effectOf(worker, remove.has(worker.workerId) ? 'leaves' : 'stays')),
    ...add.map((worker) => effectOf(worker, 'joins')),
  ];
  return all.sort((left, right) => (left.worker.workerId < right.worker.workerId ? -1 : 1));
}

function countByWorker(plan: ReadonlyMap<string, string>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const workerId of plan.values()) counts.set(workerId, (counts.get(workerId) ?? 0) + 1);
  return counts;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
