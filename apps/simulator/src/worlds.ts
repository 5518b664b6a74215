import { consensusWorld } from './consensus/world.js';
import { schedulerWorld } from './scheduler/world.js';
import type { World } from './world.js';

/** The kinds of run that `--world` names; the first is the default. */
export const WORLDS: readonly World[] = [consensusWorld() as unknown as World, schedulerWorld() as unknown as World];

export function worldOf(name: string): World | undefined {
  return WORLDS.find((world) => world.name === name);
}
