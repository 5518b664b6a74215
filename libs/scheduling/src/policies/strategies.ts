import type { Placement, PlacementPolicy } from '@synod/jobs';
import { BinPack } from './bin-pack.js';
import { BoundedHash, DEFAULT_LOAD_FACTOR_PERCENT } from './bounded-hash.js';
import { ConsistentHash } from './consistent-hash.js';
import { LeastLoaded } from './least-loaded.js';
import { DEFAULT_CHOICES, PowerOfChoices } from './power-of-choices.js';
import { Random } from './random.js';
import { RoundRobin } from './round-robin.js';
import { Spread } from './spread.js';
import type { PlacementStrategy, StrategyFactory } from './strategy.js';
import { WeightedRoundRobin } from './weighted-round-robin.js';

/** One for each policy: a new one is a file beside these and a line here. */
const STRATEGIES: Readonly<Record<PlacementPolicy, StrategyFactory>> = {
  leastLoaded: () => new LeastLoaded(),
  consistentHash: () => new ConsistentHash(),
  random: () => new Random(),
  roundRobin: () => new RoundRobin(),
  weightedRoundRobin: () => new WeightedRoundRobin(),
  powerOfChoices: ({ choices }) => new PowerOfChoices(choices ?? DEFAULT_CHOICES),
  boundedHash: ({ loadFactorPercent }) => new BoundedHash(loadFactorPercent ?? DEFAULT_LOAD_FACTOR_PERCENT),
  binPack: () => new BinPack(),
  spread: ({ spreadLabel }) => new Spread(spreadLabel),
};

export function makeStrategy({ policy, options = {} }: Placement): PlacementStrategy {
  return STRATEGIES[policy](options);
}

/** Equal for placements that one strategy serves. */
export function strategyKey({ policy, options }: Placement): string {
  if (options === undefined) return policy;
  const { choices, loadFactorPercent, spreadLabel } = options;
  return `${policy} ${choices ?? ''} ${loadFactorPercent ?? ''} ${spreadLabel ?? ''}`;
}
