import {
  cancelJobFromWire,
  jobIdFromWire,
  jobLogsFromWire,
  jobToWire,
  listJobsFromWire,
  pageTokenToWire,
  RequestRefusedError,
  submitJobFromWire,
  submitJobsFromWire,
  watchEventsFromWire,
} from '@synod/contracts';
import type { ListJobsQuery } from '@synod/contracts';
import type { JobFilter, JobRecord, SubmitJobs } from '@synod/jobs';
import { bidi, encodeStatus, messagesOf, serverStream, toRpcError, unary, writeWithBackpressure } from '@synod/rpc';
import type { CallContext, Handlers } from '@synod/rpc';
import type { services, StatusDescription, WireSubmitStreamRequest, WireSubmitStreamResponseInput } from '@synod/wire';
import type { History } from '../state/history.js';
import type { EventWatch } from '../events/event-watch.js';
import type { JobLogs } from '../logs/job-logs.js';
import { expectReply, patienceMs } from './service-context.js';
import type { ServiceContext } from './service-context.js';

export interface JobServiceModules extends ServiceContext {
  readonly jobLogs: JobLogs;
  readonly eventWatch: EventWatch;
  readonly history: Pick<History, 'list'>;
  readonly describe: (error: unknown) => StatusDescription | undefined;
}

/** Metadata key by which a coordinator asks another for a log that only a session there can give. */
export const RELAYED_KEY = 'synod-relayed';

/** Requests of one SubmitStream under way, at most; the stream isn't read meanwhile. */
const MAX_STREAM_IN_FLIGHT = 256;

export function jobServiceHandlers(modules: JobServiceModules): Handlers<(typeof services)['JobService']> {
  return {
    submitJob: unary(async (request, call) => {
      const { jobIds, replayed } = await submit(modules, submitJobFromWire(request), call);
      return { jobId: jobIds[0] ?? '', replayed };
    }),
    submitJobs: unary(async (request, call) => submit(modules, submitJobsFromWire(request), call)),
    submitStream: bidi(async (stream, call) => {
      let inFlight = 0;
      let wake: () => void = () => undefined;
      for await (const request of messagesOf(stream)) {
        inFlight += 1;
        void answerOnStream(modules, request, call).then((response) => {
          inFlight -= 1;
          if (stream.writable) stream.write(response);
          wake();
        });
        while (inFlight >= MAX_STREAM_IN_FLIGHT) await new Promise<void>((resolve) => (wake = resolve));
      }
      while (inFlight > 0) await new Promise<void>((resolve) => (wake = resolve));
    }),
    getJob: unary(async (request, call) => {
      const jobId = jobIdFromWire(request);
      await modules.reads.pass(patienceMs(call.remainingMs));
      const job = await modules.findJob(jobId);
      if (job === undefined) throw new RequestRefusedError({ code: 'jobUnknown', jobId });
      return { job: jobToWire(job) };
    }),
    listJobs: unary(async (request, call) => listJobs(modules, listJobsFromWire(request), call)),
    cancelJob: unary(async (request, call) => {
      const body = cancelJobFromWire(request);
      const reply = await modules.propose(body, { sheddable: false, timeoutMs: patienceMs(call.remainingMs) });
      // A job that has retired to history is final, too.
      const retired = reply.type === 'refused' && (await modules.findJob(body.jobId)) !== undefined;
      return { alreadyFinal: retired || expectReply(reply, 'jobCancelled').alreadyFinal };
    }),
    watchEvents: serverStream(async (request, stream, call) => {
      const query = watchEventsFromWire(request);
      // A watch from now must stand behind everything that was acknowledged before it was asked for.
      await modules.reads.pass(patienceMs(call.remainingMs));
      for await (const response of modules.eventWatch.watch(query, call.signal)) {
        await writeWithBackpressure(stream, response);
      }
    }),
    getJobLogs: serverStream(async (request, stream, call) => {
      const query = jobLogsFromWire(request);
      const relayed = call.metadata.get(RELAYED_KEY).length > 0;
      if (!relayed) await modules.reads.pass(patienceMs(call.remainingMs));
      for await (const chunk of modules.jobLogs.read({ ...query, relayed }, call.signal))
        await writeWithBackpressure(stream, chunk);
    }),
  };
}

async function submit(
  modules: JobServiceModules,
  submission: SubmitJobs,
  call: CallContext,
): Promise<{ jobIds: string[]; replayed: boolean }> {
  const options = { sheddable: true, timeoutMs: patienceMs(call.remainingMs) };
  const reply = await modules.propose(submission, options);
  const { jobIds, replayed } = expectReply(reply, 'jobsSubmitted');
  return { jobIds: [...jobIds], replayed };
}

async function answerOnStream(
  modules: JobServiceModules,
  request: WireSubmitStreamRequest,
  call: CallContext,
): Promise<WireSubmitStreamResponseInput> {
  const { requestId } = request;
  try {
    return { requestId, ...(await submit(modules, submitJobsFromWire(request), call)) };
  } catch (error) {
    return { requestId, error: encodeStatus(modules.describe(error) ?? toRpcError(error).facts) };
  }
}

async function listJobs(modules: JobServiceModules, query: ListJobsQuery, call: CallContext) {
  const { filter, limit, beforeJobId } = query;
  await modules.reads.pass(patienceMs(call.remainingMs));
  const active = modules.view.listJobs(filter, beforeJobId, limit);
  const jobs = merged(active, await listRetired(modules, filter, beforeJobId, limit)).slice(0, limit);
  return {
    jobs: jobs.map(jobToWire),
    nextPageToken: pageTokenToWire(jobs.length === limit ? jobs.at(-1)?.jobId : undefined),
  };
}

/** Records looked at for one page of a narrow filter, at most. */
const MAX_RETIRED_SCANNED = 10_000;
const HISTORY_PAGE = 500;

/** Newest first, those of the filter among the records that left the active state. */
async function listRetired(
  modules: JobServiceModules,
  filter: JobFilter,
  before: string | undefined,
  limit: number,
): Promise<readonly JobRecord[]> {
  const found: JobRecord[] = [];
  let from = before;
  for (let scanned = 0; scanned < MAX_RETIRED_SCANNED && found.length < limit;) {
    const page = await modules.history.list(from, HISTORY_PAGE);
    found.push(...page.filter((job) => matches(job, filter)));
    scanned += page.length;
    from = page.at(-1)?.jobId;
    if (page.length < HISTORY_PAGE) break;
  }
  return found;
}

function matches(job: JobRecord, { states, queue }: JobFilter): boolean {
  return (states.length === 0 || states.includes(job.state)) && (queue === '' || job.spec.queue === queue);
}

/** Both newest first; a job that retires meanwhile may be in both. */
function merged(active: readonly JobRecord[], retired: readonly JobRecord[]): readonly JobRecord[] {
  const byId = new Map([...retired, ...active].map((job) => [job.jobId, job]));
  return [...byId.values()].sort((a, b) => (a.jobId < b.jobId ? 1 : -1));
}
