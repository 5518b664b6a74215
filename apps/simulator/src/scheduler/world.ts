import { PERFECT_LINK } from '@synod/testkit';
import type { RunReport, World } from '../world.js';
import { FAULT_DESCRIPTIONS, MUST_REACH, NOISE_KINDS, SCHEDULER_FAULTS } from './kinds.js';
import { planScheduler, SCHEDULER_WORLD } from './plan.js';
import type { SchedulerPlan } from './plan.js';
import { SchedulerRun } from './run.js';
import type { SchedulerModules } from './run.js';

/** Coordinators, agents and guards: the product's own code for all that decides, on simulated machines, disks and networks. */
export function schedulerWorld(modules: SchedulerModules = {}): World<SchedulerPlan> {
  return {
    name: SCHEDULER_WORLD,
    faultKinds: [...SCHEDULER_FAULTS, ...NOISE_KINDS],
    faultDescriptions: FAULT_DESCRIPTIONS,
    mustReach: MUST_REACH,
    plan: planScheduler,
    keepFaults,
    simpler,
    simulate: (plan): Promise<RunReport> => new SchedulerRun(plan, modules).execute(),
  };
}

function keepFaults(plan: SchedulerPlan, kinds: readonly string[]): SchedulerPlan {
  const { link, stream } = plan;
  const kept = (kind: (typeof NOISE_KINDS)[number], rate: number): number => (kinds.includes(kind) ? rate : 0);
  const clock = <T extends { readonly rate: number }>(of: T): T =>
    kinds.includes('clockRate') ? of : { ...of, rate: 1 };
  return {
    ...plan,
    injections: plan.injections.filter(({ kind }) => kinds.includes(kind)),
    link: {
      ...link,
      dropRate: kept('loss', link.dropRate),
      duplicateRate: kept('duplication', link.duplicateRate),
      reorderRate: kept('reordering', link.reorderRate),
      replayRate: kept('replay', link.replayRate),
    },
    stream: { ...stream, lossRate: kept('loss', stream.lossRate) },
    coordinators: plan.coordinators.map(clock),
    workers: plan.workers.map((worker) => ({ ...worker, clock: clock(worker.clock) })),
  };
}

function simpler(plan: SchedulerPlan): SchedulerPlan[] {
  const plans: SchedulerPlan[] = [];
  const { link, stream, workers, coordinators, jobs } = plan;
  if (link !== PERFECT_LINK) plans.push({ ...plan, link: PERFECT_LINK });
  if (stream.lossRate > 0) plans.push({ ...plan, stream: { ...stream, lossRate: 0 } });
  if (workers.length > 1) plans.push({ ...plan, workers: workers.slice(0, -1) });
  if (coordinators.length > 3) plans.push({ ...plan, coordinators: coordinators.slice(0, 3) });
  if (jobs > 10) plans.push({ ...plan, jobs: Math.floor(jobs / 2) });
  if (plan.keptSlots < 1_000_000) plans.push({ ...plan, keptSlots: 1_000_000 });
  const right = { rate: 1, wallOffsetMs: 0 };
  plans.push({ ...plan, coordinators: coordinators.map(() => right) });
  plans.push({ ...plan, workers: workers.map((worker) => ({ ...worker, clock: right })) });
  return plans;
}
