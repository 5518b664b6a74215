import type { JobsView, WorkerRecord } from '@synod/jobs';
import type { PlanRound } from './plan-round.js';
import type { Reservations } from './reservations.js';
import type { SpeedView } from './worker-speeds.js';

/** Loads, capacities and weights by place: what workers do by the state, and what is reserved besides. */
export function loadsOf(
  workers: readonly WorkerRecord[],
  placeOf: ReadonlyMap<string, number>,
  reservations: Reservations,
  speeds: SpeedView | undefined,
): Pick<PlanRound, 'loads' | 'capacities' | 'weights' | 'trials'> {
  const loads = new Int32Array(workers.length);
  const capacities = new Int32Array(workers.length);
  const weights = new Float64Array(workers.length);
  const trials = new Uint8Array(workers.length);
  for (let place = 0; place < workers.length; place += 1) {
    const worker = workers[place] as WorkerRecord;
    loads[place] = worker.activeAttempts;
    capacities[place] = worker.capacity;
    weights[place] = worker.capacity;
  }
  for (const [workerId, reserved] of reservations.counts()) {
    const place = placeOf.get(workerId);
    if (place !== undefined) loads[place] = (loads[place] as number) + reserved;
  }
  for (const { workerId, speed, trial } of speeds?.slowWorkers() ?? []) {
    const place = placeOf.get(workerId);
    if (place === undefined) continue;
    weights[place] = (capacities[place] as number) * speed;
    trials[place] = trial ? 1 : 0;
  }
  return { loads, capacities, weights, trials };
}

/** Attempts and reservations of single queues by place, counted when a plan first asks for a queue. */
export class QueueLoads {
  private readonly byQueue = new Map<string, Int32Array>();

  constructor(
    private readonly view: Pick<JobsView, 'activeInQueue'>,
    private readonly placeOf: ReadonlyMap<string, number>,
    private readonly reservations: Reservations,
  ) {}

  of(queue: string): Int32Array {
    const known = this.byQueue.get(queue);
    if (known !== undefined) return known;
    const loads = new Int32Array(this.placeOf.size);
    const add = (workerId: string, count: number): void => {
      const place = this.placeOf.get(workerId);
      if (place !== undefined) loads[place] = (loads[place] as number) + count;
    };
    for (const [workerId, count] of this.view.activeInQueue(queue)) add(workerId, count);
    for (const workerId of this.reservations.workersOf(queue)) add(workerId, 1);
    this.byQueue.set(queue, loads);
    return loads;
  }

  /** The plan placed a job of this queue there. */
  placed(queue: string, place: number): void {
    const loads = this.byQueue.get(queue);
    if (loads !== undefined) loads[place] = (loads[place] as number) + 1;
  }
}

/** Asks once for each place. */
export function memoize(size: number, ask: (place: number) => boolean): (place: number) => boolean {
  const answers = new Int8Array(size);
  return (place) => {
    if (answers[place] === 0) answers[place] = ask(place) ? 1 : -1;
    return answers[place] === 1;
  };
}
