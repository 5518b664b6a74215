import { consensusWorld } from './consensus/world.js';
import type { RunModules } from './consensus/run.js';
import { overridePlan } from './world.js';
import type { PlanOverrides, RunReport } from './world.js';

export { ACCEPTANCE, runCampaign, RUNS_TO_REACH_ALL } from './campaign/campaign.js';
export type { CampaignOptions, CampaignReport } from './campaign/campaign.js';
export { shrink } from './campaign/shrink.js';
export { simulateHere } from './campaign/simulators.js';
export type { Simulators } from './campaign/simulators.js';
export type { RunModules } from './consensus/run.js';
export { consensusWorld } from './consensus/world.js';
export type { BasePlan, Failure, Injection, PlanOverrides, RunReport, World } from './world.js';

/** One run of the consensus core. `{ onlyFaults: [] }` is one without any fault or noise. */
export function simulate(seed: number, modules: RunModules = {}, overrides: PlanOverrides = {}): RunReport {
  const world = consensusWorld(modules);
  return world.simulate(overridePlan(world, seed, overrides));
}
