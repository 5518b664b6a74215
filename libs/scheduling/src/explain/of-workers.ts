import type { JobRecord, JobSpec, JobsView, WorkerRecord } from '@synod/jobs';
import { workerFits } from '@synod/jobs';
import type { Hindrance } from './hindrance.js';
import { flagsOf, missingNeeds } from './missing-needs.js';

/** What of a worker says which jobs it can take. */
export type Taker = Parameters<typeof workerFits>[0];

/** How it stands with the workers of a job. */
export interface WorkerStanding {
  readonly hindrance: Hindrance | undefined;
  /** Who takes it, or would once the hindrance is gone as it says. */
  readonly takers: readonly Taker[];
  /** How many jobs they have room for; 0: a worker has to come, and nobody knows how large. */
  readonly room: number;
}

/** Whether no worker that fits takes work, or was heard, or has room: the first of these that is so. */
export function workerStanding(
  view: JobsView,
  { spec }: JobRecord,
  isHeard: (workerId: string) => boolean,
): WorkerStanding {
  const online = view.workers().filter(({ state }) => state === 'online');
  const because = (code: Hindrance['code'], message: string, remedy: string, after: readonly WorkerRecord[]) => {
    return { hindrance: { code, message, remedy, untilMs: undefined }, ...takersOf(after, spec) };
  };
  if (online.length === 0) return because('noWorkers', 'no worker is online', missingNeeds([], spec).remedy, []);
  const fitting = online.filter((worker) => workerFits(worker, spec));
  if (fitting.length === 0) {
    const { message, remedy } = missingNeeds(online, spec);
    return because('workersUnfit', message, remedy, []);
  }
  const open = fitting.filter(({ scheduling }) => scheduling === 'active');
  if (open.length === 0) {
    const closed = listed(fitting, ({ workerId, scheduling }) => `${workerId} is ${scheduling}`);
    const free = fitting.find((worker) => hasRoom(worker) && isHeard(worker.workerId));
    const remedy = free === undefined ? anotherWorker(spec) : `synod worker undrain ${free.workerId}`;
    return because(
      'workersClosed',
      `no worker that fits takes work: ${closed}`,
      remedy,
      free === undefined ? [] : [free],
    );
  }
  const heard = open.filter(({ workerId }) => isHeard(workerId));
  if (heard.length === 0) {
    const silent = listed(open, ({ workerId }) => workerId);
    const look = 'look at the hosts of these workers and at the network; what they ran runs elsewhere after lostAfter';
    const remedy = open.some(hasRoom) ? look : `${anotherWorker(spec)}; these are full besides`;
    return because('workersUnheard', `no worker that fits was heard lately: ${silent}`, remedy, open);
  }
  if (heard.some(hasRoom)) return { hindrance: undefined, ...takersOf(heard, spec) };
  const full = listed(
    heard,
    ({ workerId, activeAttempts, capacity }) => `${workerId} runs ${activeAttempts} of ${capacity}`,
  );
  const closed = fitting.find((worker) => worker.scheduling !== 'active' && hasRoom(worker));
  const undrain = closed === undefined ? '' : `, or undrain ${closed.workerId}`;
  const remedy = `wait for a job to end, ${anotherWorker(spec)}, or one with more capacity${undrain}`;
  return because('workersFull', `all workers that fit are full: ${full}`, remedy, heard);
}

/** Of workers without room: the one that has to come, with what the job needs and no more. */
function takersOf(
  workers: readonly WorkerRecord[],
  { task, workerLabels }: JobSpec,
): Pick<WorkerStanding, 'takers' | 'room'> {
  const room = workers.reduce((sum, { capacity, activeAttempts }) => sum + Math.max(0, capacity - activeAttempts), 0);
  if (room > 0) return { takers: workers, room };
  const runsTasks = task.kind !== 'handler';
  const handlers = task.kind === 'handler' ? [task.handler] : [];
  return { takers: [{ labels: workerLabels, runsExec: runsTasks, runsHttp: runsTasks, handlers }], room };
}

function anotherWorker({ workerLabels, task }: JobSpec): string {
  const handler = task.kind === 'handler' ? ` that registers the handler ${task.handler}` : '';
  return `start another worker${handler}${flagsOf(workerLabels)}`;
}

function hasRoom({ activeAttempts, capacity }: WorkerRecord): boolean {
  return activeAttempts < capacity;
}

const MAX_LISTED = 5;

function listed(workers: readonly WorkerRecord[], say: (worker: WorkerRecord) => string): string {
  const shown = workers.slice(0, MAX_LISTED).map(say).join(', ');
  return workers.length > MAX_LISTED ? `${shown}, and ${workers.length - MAX_LISTED} more` : shown;
}
