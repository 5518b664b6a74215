// The program that is bundled with a mutant in it: runs seeds of a world in order until one fails, and says each outcome in a line of JSON.
// Arguments: WORLD FIRST LAST [faultFree]. Status 0 when it came to an end, whether a seed failed or not.
import { Checker } from '../../apps/simulator/src/consensus/checker.ts';
import { DurabilityChecker } from '../../apps/simulator/src/consensus/durability.ts';
import { overridePlan } from '../../apps/simulator/src/world.ts';
import { worldOf } from '../../apps/simulator/src/worlds.ts';

const [name, first, last, kind] = process.argv.slice(2);
const world = worldOf(name);
if (world === undefined) throw new Error(`the simulator has no world ${name}`);
const overrides = kind === 'faultFree' ? { onlyFaults: [] } : {};
if (kind === 'faultFree') lookFromOutside();

void run();

async function run() {
  for (let seed = Number(first); seed <= Number(last); seed += 1) {
    const { failure } = await world.simulate(overridePlan(world, seed, overrides));
    process.stdout.write(`${JSON.stringify({ seed, failure: failure ?? null })}\n`);
    if (failure !== undefined) break;
  }
}

/**
 * A fault-free test sees answers, reads, states and the core's own assertions. It sees neither disks, nor what is chosen though nobody said
 * so yet: a mutant that only such a look finds is as quiet as they come.
 */
function lookFromOutside() {
  blind(Checker, ['onSend', 'onApply', 'onInstalled']);
  blind(DurabilityChecker, ['onImage', 'onTrim', 'expectGoodCopies']);
}

function blind({ name, prototype }, methods) {
  for (const method of methods) {
    if (typeof prototype[method] !== 'function') throw new Error(`${name} of the simulator has no ${method}`);
    prototype[method] = () => undefined;
  }
}
