import type { SimulatedHost } from '../host.js';
import type { FaultContext } from './faults.js';

/** Hosts that are still part of the cluster. */
export function present({ hosts }: FaultContext): SimulatedHost[] {
  return hosts.filter(({ out }) => !out);
}

/** Those that lead or think that they do, the last leader among them. */
export function leaders({ hosts }: FaultContext): SimulatedHost[] {
  return hosts.filter(({ leads }) => leads);
}

/** The node that the plan names, or the leader with this chance, or any. */
export function anyone(context: FaultContext, leaderChance = 0.3): SimulatedHost {
  const { named, random } = context;
  const [leader] = leaders(context);
  const drawn = random.pick(present(context));
  if (named !== undefined) return named;
  return leader !== undefined && random.chance(leaderChance) ? leader : drawn;
}

/** Begins something with a live host; undefined when it isn't one. */
export function on(host: SimulatedHost, begin: () => void, end: () => void): (() => void) | undefined {
  if (!host.alive) return undefined;
  begin();
  return end;
}
