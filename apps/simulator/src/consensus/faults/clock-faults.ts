import type { SimulatedHost } from '../host.js';
import type { Begin, FaultContext } from './faults.js';
import { anyone, leaders } from './targets.js';

type ClockKind = 'wrongClock' | 'wrongLeaderClock';

export const CLOCK_FAULTS: Readonly<Record<ClockKind, Begin>> = {
  wrongClock: (context) => setWrong(context, anyone(context)),
  wrongLeaderClock: (context) => {
    const [leader] = leaders(context);
    return leader === undefined ? undefined : setWrong(context, leader);
  },
};

/** Someone sets the wall clock, far or near, forward or back; later it is set right. */
function setWrong({ random, plan }: FaultContext, { ownClock }: SimulatedHost): () => void {
  const before = ownClock.wallOffsetMs;
  const { maxClockSkewMs } = plan.options;
  const byMs = Math.round(maxClockSkewMs * random.pick([0.9, 1.5, 3, 100]));
  ownClock.wallOffsetMs += random.chance(0.5) ? byMs : -byMs;
  return () => (ownClock.wallOffsetMs = before);
}
