import type { JobRecord, JobsView, ReadyBefore, ReadyPlace } from '@synod/jobs';
import { workerFits } from '@synod/jobs';
import type { Hindrance } from './hindrance.js';
import type { Taker, WorkerStanding } from './of-workers.js';

/** The highest priority that there is. */
const MAX_PRIORITY = 1_000;

/** Jobs that come before it, and take what there is room for. */
interface Ahead {
  readonly message: string;
  readonly highestPriority: number;
}

/**
 * Others come before the job, and would take all that its queue, its key or the workers have room for. `isAlone`: nothing else was
 * found; then those before it at least start with the next plans, and it is behind them.
 */
export function hindrancesOfOrder(
  view: JobsView,
  job: JobRecord,
  place: ReadyPlace,
  standing: Pick<WorkerStanding, 'takers' | 'room'>,
  isAlone: boolean,
): Hindrance[] {
  const opened = openedByRemedy(place);
  const before = place.jobsBefore + opened;
  const isScarce = isAlone || before >= queueRoom(view, job.spec.queue, true);
  const ofQueue = before > 0 && isScarce ? [aheadInQueue(job, place, before)] : [];
  const found = [
    ...ofQueue,
    ...aheadInKey(place),
    ...aheadAtWorkers(view, job, place, opened, standing, ofQueue.length > 0),
  ];
  if (found.length === 0) return [];
  const priority = Math.max(...found.map(({ highestPriority }) => highestPriority)) + 1;
  const remedy =
    priority <= MAX_PRIORITY
      ? `wait, or put it first: synod job change ${job.jobId} --priority ${priority}`
      : `wait, or lower the priority of those before it: synod job change OTHER --priority ${MAX_PRIORITY - 1}`;
  return [{ code: 'ahead', message: found.map(({ message }) => message).join('; '), remedy, untilMs: undefined }];
}

/** Jobs of other keys that start as well when the limit of its own is raised: it is one limit for all keys. */
function openedByRemedy({ key }: ReadyPlace): number {
  return key !== undefined && key.active >= key.limit ? key.otherKeys : 0;
}

function aheadInQueue({ spec }: JobRecord, { classesBefore, key }: ReadyPlace, before: number): Ahead {
  const ofItsQueue = classesBefore.filter(({ queue }) => queue === spec.queue);
  const highestPriority = Math.max(highest(ofItsQueue), key?.othersHighestPriority ?? -MAX_PRIORITY);
  return { message: comeBefore(before, `in queue ${spec.queue}`), highestPriority };
}

function aheadInKey({ key }: ReadyPlace): Ahead[] {
  if (key?.highestPriority === undefined) return [];
  const { before, limitKey, highestPriority } = key;
  return [{ message: comeBefore(before, `with the limit key ${limitKey}`), highestPriority }];
}

/** Jobs that could take the workers that it fits; those of its queue are left out when they are named already. */
function aheadAtWorkers(
  view: JobsView,
  { spec }: JobRecord,
  { classesBefore, key }: ReadyPlace,
  opened: number,
  { takers, room }: Pick<WorkerStanding, 'takers' | 'room'>,
  isQueueNamed: boolean,
): Ahead[] {
  const fits = fitsAny(takers);
  const roomOf = (queue: string): number => queueRoom(view, queue, queue === spec.queue);
  const rivals = classesBefore.filter((ofClass) => roomOf(ofClass.queue) > 0 && fits(ofClass));
  const count = rivals.reduce((sum, { count: most, queue }) => sum + Math.min(most, roomOf(queue)), 0);
  if (count + opened === 0 || count + opened < room) return [];
  if (isQueueNamed && rivals.every(({ queue }) => queue === spec.queue)) return [];
  const highestPriority = Math.max(highest(rivals), key?.othersHighestPriority ?? -MAX_PRIORITY);
  return [{ message: comeBefore(count + opened, 'on the same workers'), highestPriority }];
}

/** Many classes differ by their queue only: each kind of need is looked at once. */
function fitsAny(takers: readonly Taker[]): (needs: ReadyBefore) => boolean {
  const known = new Map<string, boolean>();
  return ({ task, workerLabels }) => {
    const key = JSON.stringify([task.kind, task.kind === 'handler' ? task.handler : '', Object.entries(workerLabels)]);
    const answer = known.get(key) ?? takers.some((taker) => workerFits(taker, { task, workerLabels }));
    known.set(key, answer);
    return answer;
  };
}

/** How many more of its jobs may start; as if it weren't paused, where that is asked. */
function queueRoom(view: JobsView, queue: string, evenIfPaused: boolean): number {
  const record = view.queue(queue);
  if (record === undefined) return Infinity;
  const { settings, counts, tokens = Infinity, paused } = record;
  if (paused && !evenIfPaused) return 0;
  const { maxRunning } = settings;
  const free = maxRunning === 0 ? Infinity : Math.max(0, maxRunning - counts.assigned - counts.running);
  return Math.min(free, tokens);
}

function highest(classes: readonly ReadyBefore[]): number {
  return classes.reduce((most, { highestPriority }) => Math.max(most, highestPriority), -MAX_PRIORITY);
}

function comeBefore(count: number, which: string): string {
  return count === 1 ? `1 job comes before it ${which}` : `${count} jobs come before it ${which}`;
}
