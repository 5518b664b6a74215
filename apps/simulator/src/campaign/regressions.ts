import type { World } from '../world.js';
import { overridePlan } from '../world.js';

/** A seed that once failed, and whose failure is repaired. */
export interface RegressionSeed {
  readonly world: string;
  readonly seed: number;
  /** Of the plan: with a later one the seed means another run, which must hold as well but proves nothing about the old one. */
  readonly planVersion: number;
  /** What was found; the hand-made scenario that keeps it found, if the plan changed since. */
  readonly found: string;
}

/** Run before every campaign. Add what a campaign found, when it is repaired. */
export const REGRESSION_SEEDS: readonly RegressionSeed[] = [];

/** Runs what once failed; gives a line for each that fails again. */
export async function runRegressions(
  world: World,
  seeds: readonly RegressionSeed[] = REGRESSION_SEEDS,
): Promise<string[]> {
  const lines: string[] = [];
  for (const { seed, found } of seeds.filter((regression) => regression.world === world.name)) {
    const { failure } = await world.simulate(overridePlan(world, seed, {}));
    if (failure === undefined) continue;
    lines.push(`regression seed ${seed} (${found}): ${failure.invariant}: ${failure.detail}`);
  }
  return lines;
}
