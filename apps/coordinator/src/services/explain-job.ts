import { jobIdFromWire, jobStates, RequestRefusedError } from '@synod/contracts';
import type { JobRecord, JobSpec, JobsView } from '@synod/jobs';
import { unary } from '@synod/rpc';
import type { Handlers } from '@synod/rpc';
import { explainJob } from '@synod/scheduling';
import type { Hindrance } from '@synod/scheduling';
import type { services } from '@synod/wire';
import type { HeardWorkers } from '../agents/heard-workers.js';
import { patienceMs } from './service-context.js';
import type { ServiceContext } from './service-context.js';

const LOST_AFTER_DEFAULT_MS = 10_000;

/** What jobs get that don't say it, by what is set of their queue as this replica knows it. */
export function queueDefaults(view: Pick<JobsView, 'queue'>): (queue: string) => Pick<JobSpec, 'lostAfterMs'> {
  // Ten thousand jobs of one request mostly have one queue.
  let last: { readonly queue: string; readonly defaults: Pick<JobSpec, 'lostAfterMs'> } | undefined;
  return (queue) => {
    if (last?.queue === queue) return last.defaults;
    const lostAfterMs = view.queue(queue)?.settings.lostAfterMs ?? 0;
    last = { queue, defaults: { lostAfterMs: lostAfterMs === 0 ? LOST_AFTER_DEFAULT_MS : lostAfterMs } };
    return last.defaults;
  };
}

interface ExplainModules extends Pick<ServiceContext, 'view' | 'reads' | 'findJob'> {
  readonly heardWorkers: Pick<HeardWorkers, 'ask'>;
}

/** Linearizable, but for what only the leader knows of workers: those of which it says nothing count as heard. */
export function explainJobHandler(modules: ExplainModules): Handlers<(typeof services)['JobService']>['explainJob'] {
  const { view, reads, findJob, heardWorkers } = modules;
  return unary(async (request, call) => {
    const jobId = jobIdFromWire(request);
    await reads.pass(patienceMs(call.remainingMs));
    const heard = await heardWorkers.ask();
    const explained = explainJob(view, jobId, (workerId) => heard.get(workerId)?.eligible ?? true);
    if (explained !== undefined) {
      const { state, jobsBefore, summary, hindrances } = explained;
      return {
        state: jobStates.toWire[state],
        ...(jobsBefore === undefined ? {} : { jobsBefore }),
        ...{ summary, hindrances: hindrances.map(hindranceToWire) },
      };
    }
    return retiredToWire(jobId, await findJob(jobId));
  });
}

function retiredToWire(jobId: string, job: JobRecord | undefined) {
  if (job === undefined) throw new RequestRefusedError({ code: 'jobUnknown', jobId });
  return { state: jobStates.toWire[job.state], summary: `it has ended: ${job.state}`, hindrances: [] };
}

function hindranceToWire({ code, message, remedy, untilMs }: Hindrance) {
  return { code, message, remedy, ...(untilMs === undefined ? {} : { untilMs }) };
}
