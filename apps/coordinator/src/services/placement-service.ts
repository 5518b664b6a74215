import {
  placementVerdicts,
  RequestRefusedError,
  showPlacementFromWire,
  simulatePlacementFromWire,
  workerChanges,
} from '@synod/contracts';
import type { SimulatePlacementQuery } from '@synod/contracts';
import type { JobsView, WorkerRecord } from '@synod/jobs';
import { failedPrecondition, unary } from '@synod/rpc';
import type { Handlers } from '@synod/rpc';
import { showPlacement, simulatePlacement } from '@synod/scheduling';
import type { services } from '@synod/wire';
import { patienceMs } from './service-context.js';
import type { ServiceContext } from './service-context.js';

/** Questions about placement: they read the state as it is, and change nothing. */
export function placementServiceHandlers({
  view,
  reads,
}: Pick<ServiceContext, 'view' | 'reads'>): Handlers<(typeof services)['PlacementService']> {
  return {
    showPlacement: unary(async (request, call) => {
      const query = showPlacementFromWire(request);
      await reads.pass(patienceMs(call.remainingMs));
      const { owner, chosen, preferred } = showPlacement(view, query);
      return {
        owner: owner ?? '',
        chosen: chosen ?? '',
        preferred: preferred.map(({ worker, weight, verdict }) => ({
          workerId: worker.workerId,
          verdict: placementVerdicts.toWire[verdict],
          weight,
          activeAttempts: worker.activeAttempts,
          capacity: worker.capacity,
        })),
      };
    }),
    simulatePlacement: unary(async (request, call) => {
      const query = simulatePlacementFromWire(request);
      await reads.pass(patienceMs(call.remainingMs));
      const { workers, moves, ...figures } = simulatePlacement(view, {
        queue: query.queue,
        add: joining(view, query),
        remove: leaving(view, query),
        placement: query.placement,
      });
      return {
        ...figures,
        moves: moves.map(({ key, from, to }) => ({ key, from: from ?? '', to: to ?? '' })),
        workers: workers.map(({ worker, change, ...effect }) => ({
          ...effect,
          workerId: worker.workerId,
          change: workerChanges.toWire[change],
          activeAttempts: worker.activeAttempts,
          capacity: worker.capacity,
        })),
      };
    }),
  };
}

function leaving(view: JobsView, { remove }: SimulatePlacementQuery): ReadonlySet<string> {
  for (const workerId of remove) {
    if (view.worker(workerId)?.state !== 'online') throw new RequestRefusedError({ code: 'workerUnknown', workerId });
  }
  return new Set(remove);
}

/** Like one that is there, which says what workers of this cluster are like; under names that are free. */
function joining(view: JobsView, { add, addCapacity, addLabels, remove }: SimulatePlacementQuery): WorkerRecord[] {
  if (add === 0) return [];
  const online = view.workers().filter(({ state }) => state === 'online');
  const model = online.find(({ workerId }) => !remove.includes(workerId)) ?? online[0];
  if (model === undefined) {
    throw failedPrecondition('NO_WORKERS', 'No worker is online that those to add could be like: start one first.');
  }
  const joined: WorkerRecord[] = [];
  for (let number = 1; joined.length < add; number += 1) {
    const workerId = `new-${number}`;
    if (view.worker(workerId) !== undefined) continue;
    joined.push({
      ...model,
      ...{ workerId, activeAttempts: 0, scheduling: 'active', evictAtMs: undefined, schedulingReason: '' },
      capacity: addCapacity ?? model.capacity,
      labels: addLabels ?? model.labels,
    });
  }
  return joined;
}
