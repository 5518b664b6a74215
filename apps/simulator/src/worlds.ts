import { consensusWorld } from './consensus/world.js';
import { mixedWorld } from './mixed-world.js';
import { rollingRestartWorld } from './scheduler/rolling-restart.js';
import { schedulerWorld } from './scheduler/world.js';
import type { World } from './world.js';

const consensus = consensusWorld() as World;
const scheduler = schedulerWorld() as World;

/** The kinds of run that `--world` names; the first is the default. A run of the scheduler costs several of the core. */
export const WORLDS: readonly World[] = [
  consensus,
  scheduler,
  rollingRestartWorld(),
  mixedWorld('all', [
    { world: consensus, share: 3 },
    { world: scheduler, share: 1 },
  ]),
];

export function worldOf(name: string): World | undefined {
  return WORLDS.find((world) => world.name === name);
}
