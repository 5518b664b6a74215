import type { BasePlan, PlanOverrides, RunReport, World } from '../world.js';
import { overridePlan } from '../world.js';

/** What a campaign runs seeds with: this thread, or others. */
export interface Simulators {
  /** Seeds that run at the same time at the most. */
  readonly jobs: number;
  simulate(seed: number): Promise<RunReport>;
  close(): Promise<void>;
}

/** Runs seeds here, one after the other. */
export function simulateHere<P extends BasePlan>(world: World<P>, overrides: PlanOverrides = {}): Simulators {
  return {
    jobs: 1,
    simulate: async (seed) => world.simulate(overridePlan(world, seed, overrides)),
    close: () => Promise.resolve(),
  };
}

/** What a run that never came to an end, or took its thread with it, is reported as. */
export function lostRun(world: string, seed: number, detail: string): RunReport {
  return {
    world,
    seed,
    size: 0,
    failure: { invariant: 'a run ends', detail, atMs: 0 },
    digest: 'none',
    simulatedMs: 0,
    leaderChanges: 0,
    acknowledged: 0,
    proposed: 0,
    retries: 0,
    readsAnswered: 0,
    chosenSlots: 0,
    latencyHistogram: [],
    healedAfterMs: 0,
    faults: {},
    events: {},
  };
}
