import type {
  WirePlacementVerdict,
  WireShowPlacementRequestInput,
  WireShowPlacementResponse,
  WireSimulatePlacementRequestInput,
  WireSimulatePlacementResponse,
  WireWorkerChange,
} from '@synod/wire';
import type {
  KeyPlacement,
  PlacementSimulation,
  PlacementVerdict,
  ShowPlacementQuery,
  SimulatePlacementQuery,
  WorkerEffect,
} from '../placement-types.js';
import { uint32 } from './checks.js';
import { placementToWire } from './spec.js';

const VERDICTS: Readonly<Record<WirePlacementVerdict, PlacementVerdict>> = {
  PLACEMENT_VERDICT_UNSPECIFIED: 'unknown',
  PLACEMENT_VERDICT_FREE: 'free',
  PLACEMENT_VERDICT_FULL: 'full',
  PLACEMENT_VERDICT_CORDONED: 'cordoned',
  PLACEMENT_VERDICT_DRAINING: 'draining',
  PLACEMENT_VERDICT_UNFIT: 'unfit',
};

const CHANGES: Readonly<Record<WireWorkerChange, WorkerEffect['change']>> = {
  WORKER_CHANGE_UNSPECIFIED: 'unknown',
  WORKER_CHANGE_STAYS: 'stays',
  WORKER_CHANGE_JOINS: 'joins',
  WORKER_CHANGE_LEAVES: 'leaves',
};

/** @throws SynodClientError `invalidArgument` */
export function showPlacementToWire(query: ShowPlacementQuery): WireShowPlacementRequestInput {
  const { key, queue, workerLabels, handler, count } = query;
  return {
    ...{ key, ...placementToWire(query) },
    ...(queue === undefined ? {} : { queue }),
    ...(workerLabels === undefined ? {} : { workerLabels }),
    ...(handler === undefined ? {} : { handler }),
    ...(count === undefined ? {} : { count: uint32(count, 'count') }),
  };
}

export function keyPlacementFromWire({ owner, chosen, preferred }: WireShowPlacementResponse): KeyPlacement {
  return {
    owner: owner || undefined,
    chosen: chosen || undefined,
    preferred: preferred.map(({ workerId, verdict, weight, activeAttempts, capacity }) => ({
      ...{ workerId, weight, activeAttempts, capacity },
      verdict: VERDICTS[verdict] ?? 'unknown',
    })),
  };
}

/** @throws SynodClientError `invalidArgument` */
export function simulatePlacementToWire(query: SimulatePlacementQuery): WireSimulatePlacementRequestInput {
  const { queue, add, addCapacity, addLabels, remove } = query;
  return {
    ...placementToWire(query),
    ...(queue === undefined ? {} : { queue }),
    ...(add === undefined ? {} : { add: uint32(add, 'add') }),
    ...(addCapacity === undefined ? {} : { addCapacity: uint32(addCapacity, 'addCapacity') }),
    ...(addLabels === undefined ? {} : { addLabels }),
    ...(remove === undefined ? {} : { remove: [...remove] }),
  };
}

export function simulationFromWire(wire: WireSimulatePlacementResponse): PlacementSimulation {
  const { keys, movedKeys, movedShare, leastShare, jobs, placedBefore, placedAfter, movedJobs, attemptsLeaving } = wire;
  return {
    ...{ keys, movedKeys, movedShare, leastShare, jobs, placedBefore, placedAfter, movedJobs, attemptsLeaving },
    moves: wire.moves.map(({ key, from, to }) => ({ key, from: from || undefined, to: to || undefined })),
    workers: wire.workers.map(({ change, ...effect }) => ({ ...effect, change: CHANGES[change] ?? 'unknown' })),
  };
}
