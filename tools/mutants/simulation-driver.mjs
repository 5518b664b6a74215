// The program that is bundled with a mutant in it: runs seeds in order until one fails, and says each outcome in a line of JSON.
// Arguments: FIRST LAST [faultFree]. Status 0 when it came to an end, whether a seed failed or not.
import { simulate } from '../../apps/simulator/src/index.ts';
import { Checker } from '../../apps/simulator/src/checker.ts';

const [first, last, kind] = process.argv.slice(2);
const faultFree = kind === 'faultFree';
if (faultFree) lookFromOutside();

for (let seed = Number(first); seed <= Number(last); seed += 1) {
  const { failure } = faultFree ? simulate(seed, {}, { onlyFaults: [] }) : simulate(seed);
  process.stdout.write(`${JSON.stringify({ seed, failure: failure ?? null })}\n`);
  if (failure !== undefined) break;
}

/**
 * A fault-free test sees answers, reads, states and the core's own assertions. It sees neither disks, nor what is chosen though nobody said
 * so yet: a mutant that only such a look finds is as quiet as they come.
 */
function lookFromOutside() {
  for (const name of ['onSend', 'onApply']) {
    if (typeof Checker.prototype[name] !== 'function') throw new Error(`the simulator's checker has no ${name}`);
    Checker.prototype[name] = () => undefined;
  }
}
