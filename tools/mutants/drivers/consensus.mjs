// The consensus core alone, bundled with a mutant in it.
import { Checker } from '../../../apps/simulator/src/consensus/checker.ts';
import { DurabilityChecker } from '../../../apps/simulator/src/consensus/durability.ts';
import { consensusWorld } from '../../../apps/simulator/src/consensus/world.ts';
import { runSeeds } from './run-seeds.mjs';

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

void runSeeds(consensusWorld(), lookFromOutside);
