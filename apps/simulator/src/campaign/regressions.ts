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
export const REGRESSION_SEEDS: readonly RegressionSeed[] = [
  {
    world: 'consensus',
    seed: 50,
    planVersion: 2,
    found: 'a lost image replaced by a snapshot right at the trim stopped the replica (I7); snapshot-fetch.spec.ts',
  },
  {
    world: 'consensus',
    seed: 78,
    planVersion: 2,
    found:
      'a replica asked a silent peer for entries for ever, and nobody for a snapshot (P19); snapshot-fetch.spec.ts',
  },
  {
    world: 'consensus',
    seed: 1630,
    planVersion: 3,
    found:
      'a member that installed a snapshot had no image meanwhile: with the disk of one other gone, chosen slots were lost',
  },
  {
    world: 'consensus',
    seed: 1752,
    planVersion: 3,
    found: 'a damaged record that all others had trimmed was waited for: nobody needs it, the next trim takes it along',
  },
];

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
