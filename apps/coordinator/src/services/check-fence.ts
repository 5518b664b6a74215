import { checkFenceFromWire, fenceCheckToWire, RequestRefusedError } from '@synod/contracts';
import { checkFence } from '@synod/jobs';
import { unary } from '@synod/rpc';
import type { UnaryHandler } from '@synod/rpc';
import type { WireCheckFenceRequest, WireCheckFenceResponseInput } from '@synod/wire';
import { patienceMs } from './service-context.js';
import type { ServiceContext } from './service-context.js';

/**
 * Whether a token may still write, for resources that can't compare tokens themselves. Linearizable, as the read passes the gate:
 * what it says held at some moment between request and answer. A write that follows is protected only if the resource remembers
 * the highest token it saw.
 */
export function checkFenceHandler(
  modules: Pick<ServiceContext, 'reads' | 'findJob'>,
): UnaryHandler<WireCheckFenceRequest, WireCheckFenceResponseInput> {
  return unary(async (request, call) => {
    const { jobId, fencingToken } = checkFenceFromWire(request);
    await modules.reads.pass(patienceMs(call.remainingMs));
    const job = await modules.findJob(jobId);
    if (job === undefined) throw new RequestRefusedError({ code: 'jobUnknown', jobId });
    return fenceCheckToWire(checkFence(job, fencingToken));
  });
}
