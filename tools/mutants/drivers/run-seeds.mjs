// What a bundled driver does: runs seeds of its world in order until one fails, and says each outcome in a line of JSON.
import { overridePlan } from '../../../apps/simulator/src/world.ts';

/**
 * Arguments of the process: FIRST LAST [faultFree]. `lookFromOutside` is called before fault-free runs: a fault-free test sees answers,
 * reads, states and the core's own assertions. It sees neither disks, nor what is chosen though nobody said so yet: a mutant that only
 * such a look finds is as quiet as they come.
 */
export async function runSeeds(world, lookFromOutside = () => undefined) {
  const [first, last, kind] = process.argv.slice(2);
  const faultFree = kind === 'faultFree';
  if (faultFree) lookFromOutside();
  for (let seed = Number(first); seed <= Number(last); seed += 1) {
    const { failure } = await world.simulate(overridePlan(world, seed, faultFree ? { onlyFaults: [] } : {}));
    process.stdout.write(`${JSON.stringify({ seed, failure: failure ?? null })}\n`);
    if (failure !== undefined) break;
  }
}
