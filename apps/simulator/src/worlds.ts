import { consensusWorld } from './consensus/world.js';
import { schedulerWorld } from './scheduler/world.js';
import type { World } from './world.js';

/** The kinds of run that `--world` names; the first is the default. */
export const WORLDS: readonly World[] = [consensusWorld(), schedulerWorld()];

export function worldOf(name: string): World | undefined {
  return WORLDS.find((world) => world.name === name);
}
