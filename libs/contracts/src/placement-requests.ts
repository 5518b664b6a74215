import type { Placement, WorkerNeeds } from '@synod/jobs';
import type { WireShowPlacementRequest, WireSimulatePlacementRequest } from '@synod/wire';
import { CAPACITY_MAX, DEFAULT_QUEUE } from './limits.js';
import { readPlacement } from './placement.js';
import { HANDLER_RULE, NODE_ID_RULE, PLACEMENT_KEY_RULE, QUEUE_RULE, readLabels } from './rules.js';
import { Violations } from './violations.js';

const SHOWN_RULE = { min: 1, max: 1_000, fallback: 5, unit: 'workers' };
const ADD_RULE = { min: 0, max: 1_000, unit: 'workers' };
const ADD_CAPACITY_RULE = { min: 0, max: CAPACITY_MAX, unit: 'attempts' };
const MAX_REMOVED = 1_000;

/** Who owns a key? */
export interface ShowPlacementQuery {
  readonly key: string;
  readonly queue: string;
  readonly placement: Placement;
  readonly needs: WorkerNeeds;
  readonly count: number;
}

/** What would change if these workers came, those went, and the queue were placed so? */
export interface SimulatePlacementQuery {
  readonly queue: string;
  readonly add: number;
  /** Undefined: like a worker that is there. */
  readonly addCapacity: number | undefined;
  readonly addLabels: Readonly<Record<string, string>> | undefined;
  readonly remove: readonly string[];
  /** Undefined: as the jobs say. */
  readonly placement: Placement | undefined;
}

/** Throws `invalidRequest`. */
export function showPlacementFromWire(request: WireShowPlacementRequest): ShowPlacementQuery {
  const violations = new Violations();
  const key = violations.text('', 'key', request.key, { ...PLACEMENT_KEY_RULE, required: true });
  const handler = violations.text('', 'handler', request.handler, { ...HANDLER_RULE, required: false });
  const query: ShowPlacementQuery = {
    key,
    queue: violations.text('', 'queue', request.queue, QUEUE_RULE) || DEFAULT_QUEUE,
    placement: readGivenPlacement(request, violations) ?? { policy: 'consistentHash' },
    needs: {
      task: handler === '' ? { kind: 'exec' } : { kind: 'handler', handler },
      workerLabels: readLabels(violations, '', 'worker_labels', request.workerLabels),
    },
    count: violations.integer('', 'count', request.count, SHOWN_RULE),
  };
  violations.throwIfAny();
  return query;
}

/** Throws `invalidRequest`. */
export function simulatePlacementFromWire(request: WireSimulatePlacementRequest): SimulatePlacementQuery {
  const violations = new Violations();
  const addCapacity = violations.integer('', 'add_capacity', request.addCapacity, ADD_CAPACITY_RULE);
  const addLabels = readLabels(violations, '', 'add_labels', request.addLabels);
  const remove = violations.list('', 'remove', request.remove, MAX_REMOVED);
  remove.forEach((workerId, index) => violations.text('', `remove[${index}]`, workerId, NODE_ID_RULE));
  const query: SimulatePlacementQuery = {
    queue: violations.text('', 'queue', request.queue, QUEUE_RULE) || DEFAULT_QUEUE,
    add: violations.integer('', 'add', request.add, ADD_RULE),
    addCapacity: addCapacity === 0 ? undefined : addCapacity,
    addLabels: Object.keys(addLabels).length === 0 ? undefined : addLabels,
    remove: [...new Set(remove as readonly string[])],
    placement: readGivenPlacement(request, violations),
  };
  if (query.add === 0 && query.remove.length === 0 && query.placement === undefined) {
    violations.add('', 'add', 'changes nothing: give workers to add or to remove, or a placement');
  }
  violations.throwIfAny();
  return query;
}

type GivenPlacement = Pick<WireShowPlacementRequest, 'placement' | 'placementOptions'>;

/** Undefined when none is given. */
function readGivenPlacement(request: GivenPlacement, violations: Violations): Placement | undefined {
  const { placement: policy, placementOptions: options, ownPlacement } = readPlacement(request, '', violations);
  if (policy === 'leastLoaded' && ownPlacement !== true) return undefined;
  return options === undefined ? { policy } : { policy, options };
}
