import type { WireJobSpec, WireJobSpecInput } from '@synod/wire';
import type { ExecutionMode, JobOptions, JobSpec, PlacementOptions, PlacementPolicy } from '../types.js';
import { known, uint32, type Writable } from './checks.js';
import { additionsFromWire, additionsToWire } from './spec-additions.js';
import { taskFromWire, taskToWire } from './task.js';

const MODES = {
  oneLiveHolder: 'EXECUTION_MODE_ONE_LIVE_HOLDER',
  atLeastOnce: 'EXECUTION_MODE_AT_LEAST_ONCE',
  atMostOnce: 'EXECUTION_MODE_AT_MOST_ONCE',
} as const satisfies Record<ExecutionMode, string>;

export const PLACEMENTS = {
  leastLoaded: 'PLACEMENT_POLICY_LEAST_LOADED',
  consistentHash: 'PLACEMENT_POLICY_CONSISTENT_HASH',
  random: 'PLACEMENT_POLICY_RANDOM',
  roundRobin: 'PLACEMENT_POLICY_ROUND_ROBIN',
  weightedRoundRobin: 'PLACEMENT_POLICY_WEIGHTED_ROUND_ROBIN',
  powerOfChoices: 'PLACEMENT_POLICY_POWER_OF_CHOICES',
  boundedHash: 'PLACEMENT_POLICY_BOUNDED_HASH',
  binPack: 'PLACEMENT_POLICY_BIN_PACK',
  spread: 'PLACEMENT_POLICY_SPREAD',
} as const satisfies Record<PlacementPolicy, string>;

/**
 * A spec as it travels. Checks only what the wire would silently change (two tasks, an unknown mode, a fraction); ranges are
 * the coordinator's to judge.
 * @throws SynodClientError `invalidArgument`
 */
export function specToWire(spec: JobSpec): WireJobSpecInput {
  const wire: WireJobSpecInput = { ...taskToWire(spec), ...additionsToWire(spec, specToWire) };
  if (spec.queue !== undefined) wire.queue = spec.queue;
  if (spec.labels !== undefined) wire.labels = spec.labels;
  if (spec.workerLabels !== undefined) wire.workerLabels = spec.workerLabels;
  const placement = spec.placement ?? (spec.placementKey === undefined ? undefined : 'consistentHash');
  Object.assign(wire, placementToWire({ ...spec, ...(placement === undefined ? {} : { placement }) }));
  if (spec.placementKey !== undefined) wire.placementKey = spec.placementKey;
  if (spec.mode !== undefined) wire.mode = known(MODES, spec.mode, 'mode');
  if (spec.lostAfterMs !== undefined) wire.lostAfterMs = uint32(spec.lostAfterMs, 'lostAfterMs');
  if (spec.startToCloseTimeoutMs !== undefined)
    wire.startToCloseTimeoutMs = uint32(spec.startToCloseTimeoutMs, 'startToCloseTimeoutMs');
  if (spec.killGraceMs !== undefined) wire.killGraceMs = uint32(spec.killGraceMs, 'killGraceMs');
  if (spec.maxLostAttempts !== undefined) wire.maxLostAttempts = uint32(spec.maxLostAttempts, 'maxLostAttempts');
  return wire;
}

export function nameOf<Name extends string>(table: Readonly<Record<Name, string>>, wire: string): Name | undefined {
  return (Object.keys(table) as Name[]).find((name) => table[name] === wire);
}

/** A spec as a coordinator tells it: what is at its default is left out, except for the queue. */
export function specFromWire(wire: WireJobSpec): JobSpec {
  const options: Writable<JobOptions> = { queue: wire.queue };
  if (Object.keys(wire.labels).length > 0) options.labels = wire.labels;
  if (Object.keys(wire.workerLabels).length > 0) options.workerLabels = wire.workerLabels;
  const placement = nameOf(PLACEMENTS, wire.placement);
  if (placement !== undefined) options.placement = placement;
  if (wire.placementKey !== '') options.placementKey = wire.placementKey;
  const placementOptions = placementOptionsFromWire(wire.placementOptions);
  if (placementOptions !== undefined) options.placementOptions = placementOptions;
  const mode = nameOf(MODES, wire.mode);
  if (mode !== undefined) options.mode = mode;
  if (wire.lostAfterMs > 0) options.lostAfterMs = wire.lostAfterMs;
  if (wire.startToCloseTimeoutMs > 0) options.startToCloseTimeoutMs = wire.startToCloseTimeoutMs;
  if (wire.killGraceMs !== undefined) options.killGraceMs = wire.killGraceMs;
  if (wire.maxLostAttempts > 0) options.maxLostAttempts = wire.maxLostAttempts;
  return { ...options, ...additionsFromWire(wire, specFromWire), ...taskFromWire(wire) };
}

/** @throws SynodClientError `invalidArgument` */
export function placementToWire({
  placement,
  placementOptions,
}: Pick<JobOptions, 'placement' | 'placementOptions'>): Pick<WireJobSpecInput, 'placement' | 'placementOptions'> {
  return {
    ...(placement === undefined ? {} : { placement: known(PLACEMENTS, placement, 'placement') }),
    ...(placementOptions === undefined ? {} : { placementOptions: placementOptionsToWire(placementOptions) }),
  };
}

function placementOptionsToWire(options: PlacementOptions): NonNullable<WireJobSpecInput['placementOptions']> {
  const { choices, loadFactorPercent, spreadLabel } = options;
  return {
    ...(choices === undefined ? {} : { choices: uint32(choices, 'placementOptions.choices') }),
    ...(loadFactorPercent === undefined
      ? {}
      : { loadFactorPercent: uint32(loadFactorPercent, 'placementOptions.loadFactorPercent') }),
    ...(spreadLabel === undefined ? {} : { spreadLabel }),
  };
}

export function placementOptionsFromWire(wire: WireJobSpec['placementOptions']): PlacementOptions | undefined {
  if (!wire) return undefined;
  const { choices, loadFactorPercent, spreadLabel } = wire;
  return {
    ...(choices === 0 ? {} : { choices }),
    ...(loadFactorPercent === 0 ? {} : { loadFactorPercent }),
    ...(spreadLabel === '' ? {} : { spreadLabel }),
  };
}
