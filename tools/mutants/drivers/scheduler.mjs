// Coordinators, agents and guards, bundled with a mutant in one of them. Their checker looks at what users see: runs, answers, leases.
import { schedulerWorld } from '../../../apps/simulator/src/scheduler/world.ts';
import { runSeeds } from './run-seeds.mjs';

void runSeeds(schedulerWorld());
