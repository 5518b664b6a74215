import { FINAL_JOB_STATES } from '@synod/jobs';
import type { RunReport, World } from '../world.js';
import type { KnownJob } from './checker.js';
import { planScheduler } from './plan.js';
import type { SchedulerPlan } from './plan.js';
import { SchedulerRun } from './run.js';
import { schedulerWorld } from './world.js';

export const ROLLING_RESTART_WORLD = 'rolling-restart';

/** How agents are restarted: the seed says which. */
export type RestartStyle = 'drained' | 'kept' | 'hurried';
const STYLES: readonly RestartStyle[] = ['drained', 'kept', 'hurried'];

const WORKERS = 200;
const FROM_MS = 1_500;
/** Of 200 agents, 50 are on their way at the same time when their jobs take two seconds. */
const EVERY_MS = 40;
/** The longest job takes 5.5 s. */
const PATIENT_MS = 6_500;
const HURRIED_MS = 300;
const DOWN_MS = 150;
const JOBS_PER_WORKER = 10;
const CAPACITY = 2;
/** What limits queues of a cluster of six workers would keep one of 200 idle. */
const WORKERS_OF_USUAL_PLAN = 6;

/**
 * All workers of a cluster restarted one after the other, faster than one at a time, under load. All links and disks are well, so that
 * nothing may be lost: beside what is checked in every run of the scheduler, this world checks what a restart in order promises.
 */
export function rollingRestartWorld(workers = WORKERS): World<SchedulerPlan> {
  const scheduler = schedulerWorld();
  return {
    ...scheduler,
    name: ROLLING_RESTART_WORLD,
    faultKinds: [],
    faultDescriptions: {},
    mustReach: {
      agentRestartedInOrder: 'an agent stopped in order, and its successor started',
      agentAdoptedAttempts: 'attempts that ran went on under the next agent',
      jobRunAgainAfterLoss: 'a job ran again that its agent had no time for',
    },
    plan: (seed) => planRollingRestart(seed, workers),
    keepFaults: (plan) => plan,
    simpler: () => [],
    simulate: async (plan) => {
      const run = new SchedulerRun(plan, {});
      const report = await run.execute();
      return { ...report, failure: report.failure ?? brokenPromise(run, report) };
    },
  };
}

export function styleOf(seed: number): RestartStyle {
  return STYLES[seed % STYLES.length] ?? 'drained';
}

export function planRollingRestart(seed: number, workers = WORKERS): SchedulerPlan {
  const calm = schedulerWorld().keepFaults(planScheduler(seed), []);
  const style = styleOf(seed);
  const stopTimeoutMs = style === 'hurried' ? HURRIED_MS : PATIENT_MS;
  const faultPhaseMs = FROM_MS + workers * EVERY_MS + PATIENT_MS + 1_000;
  const jobs = workers * JOBS_PER_WORKER;
  return {
    ...calm,
    world: ROLLING_RESTART_WORLD,
    faultPhaseMs,
    clients: 12,
    workers: Array.from({ length: workers }, (_value, index) => ({
      capacity: CAPACITY,
      labels: { zone: index % 2 === 0 ? 'a' : 'b' },
      clock: { rate: 1, wallOffsetMs: 0 },
    })),
    coordinators: calm.coordinators.slice(0, 3),
    jobs,
    // Submissions have three jobs on the average, and are to last until the last agent is back.
    meanThinkMs: (faultPhaseMs * 3) / jobs,
    queues: widened(calm.queues, workers / WORKERS_OF_USUAL_PLAN),
    // A job that somebody has run again starts twice, and rightly so.
    operations: [],
    keptEvents: 200_000,
    orphanGraceMs: 2_000,
    rollingRestart: {
      ...{ onStop: style === 'kept' ? 'keep' : 'drain', stopTimeoutMs },
      ...{ fromMs: FROM_MS, everyMs: EVERY_MS, downMs: DOWN_MS },
    },
  };
}

function widened(queues: SchedulerPlan['queues'], factor: number): SchedulerPlan['queues'] {
  const times = (limit: number): number => Math.ceil(limit * factor);
  return Object.fromEntries(
    Object.entries(queues).map(([queue, { maxRunning, maxRunningPerKey, rate }]) => [
      queue,
      {
        maxRunning: times(maxRunning),
        maxRunningPerKey: times(maxRunningPerKey),
        ...(rate === undefined ? {} : { rate: { ...rate, tokens: times(rate.tokens), burst: times(rate.burst) } }),
      },
    ]),
  );
}

/** A job of that many jobs per worker and second is not enough of a load. */
const LEAST_JOBS_PER_WORKER = 5;

function brokenPromise({ plan, checker }: SchedulerRun, { events, simulatedMs }: RunReport): RunReport['failure'] {
  const jobs = [...checker.jobs.values()];
  const workers = plan.workers.length;
  const { agentRestartedInOrder = 0, declaredLost = 0, leaseLapsed = 0, orphanKilled = 0 } = events;
  const say = (invariant: string, found: readonly (KnownJob | string)[]): RunReport['failure'] => ({
    ...{ invariant, atMs: simulatedMs },
    detail: `${found.length} of ${jobs.length}: ${found.slice(0, 5).map(describe).join(', ')}`,
  });
  if (agentRestartedInOrder !== workers) return say('every agent is restarted', [String(agentRestartedInOrder)]);
  if (jobs.length < workers * LEAST_JOBS_PER_WORKER) return say('there is load all the time', jobs);
  const open = jobs.filter(({ state }) => !FINAL_JOB_STATES.has(state as never));
  if (open.length > 0) return say('every job ends', open);
  if (declaredLost + leaseLapsed + orphanKilled > 0) {
    return say('nobody waits for a lease', [`${declaredLost} ${leaseLapsed} ${orphanKilled}`]);
  }
  const again = jobs.filter(wasStartedUnasked);
  const wrongly = plan.rollingRestart?.stopTimeoutMs === HURRIED_MS ? again.filter(mayRunOnce) : again;
  if (wrongly.length > 0) return say('nothing is started twice', wrongly);
  const neverRun = jobs.filter(({ state, processes }) => state === 'failed' && processes.length === 0);
  if (neverRun.length > 0) return say('nothing fails that was never begun', neverRun);
  const lostForGood = jobs.filter((job) => mayRunOnce(job) && job.state === 'failed' && !endedBadly(job));
  if (lostForGood.length > 0) return say('what may run at most once is not lost', lostForGood);
  return undefined;
}

function endedBadly({ spec, processes }: KnownJob): boolean {
  return spec.startToCloseTimeoutMs > 0 || processes.some(({ end }) => end !== undefined && (end.code ?? 0) !== 0);
}

function mayRunOnce({ spec }: KnownJob): boolean {
  return spec.mode === 'atMostOnce';
}

/** Started another time though no process of it had failed by itself, which its retry policy would answer so. */
function wasStartedUnasked({ processes }: KnownJob): boolean {
  return processes.slice(0, -1).some(({ end }) => end === undefined || end.code === 0 || end.code === null);
}

function describe(found: KnownJob | string): string {
  if (typeof found === 'string') return found;
  const { jobId, spec, state, lostAttempts, processes } = found;
  const ends = processes.map(({ workerId, end }) => `${workerId} ${end?.code ?? end?.signal ?? 'runs'}`);
  return `${jobId} (${spec.mode}) ${state}, ${lostAttempts} lost, ran at ${ends.join(' and ')}`;
}
