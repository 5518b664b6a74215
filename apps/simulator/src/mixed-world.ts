import type { BasePlan, World } from './world.js';

/** One world of several, and how many of the seeds are its own. */
export interface Part {
  readonly world: World;
  /** Seeds of each round of `sum of shares`; a whole number. */
  readonly share: number;
}

/**
 * Seeds of several worlds in one campaign: the seed alone decides whose it is, and a plan names its world. Faults and events are those
 * of all of them, so the campaign has to show what each has to.
 */
export function mixedWorld(name: string, parts: readonly Part[]): World {
  const worlds = parts.map(({ world }) => world);
  const turns = parts.flatMap(({ world, share }) => Array.from({ length: share }, () => world));
  const ownerOf = (seed: number): World => turns[seed % turns.length] as World;
  const worldOf = (plan: BasePlan): World => {
    const world = worlds.find((it) => it.name === plan.world);
    if (world === undefined) throw new Error(`${name} has no world ${plan.world}`);
    return world;
  };
  return {
    name,
    faultKinds: [...new Set(worlds.flatMap(({ faultKinds }) => faultKinds))],
    faultDescriptions: Object.assign({}, ...worlds.map((it) => it.faultDescriptions)) as Record<string, string>,
    mustReach: Object.assign({}, ...worlds.map((it) => it.mustReach)) as Record<string, string>,
    plan: (seed) => ownerOf(seed).plan(seed),
    keepFaults: (plan, kinds) => worldOf(plan).keepFaults(plan, kinds),
    simpler: (plan) => worldOf(plan).simpler(plan),
    simulate: (plan) => worldOf(plan).simulate(plan),
  };
}
