import { submissionFromWire, jobFilterFromWire, jobToWire } from '@synod/contracts';
import type { JobFilter, JobRecord } from '@synod/jobs';
import { bidi, encodeStatus, invalidArgument, messagesOf, serverStream, toRpcError, unary, writeWithBackpressure } from '@synod/rpc';
import type { CallContext, Handlers } from '@synod/rpc';
import type { services, StatusDescription, WireSubmitStreamRequest, WireSubmitStreamResponseInput } from '@synod/wire';
import type { History } from '../state/history.js';
import type { EventWatch } from '../events/event-watch.js';
import type { JobLogs } from '../logs/job-logs.js';
import { jobNotFound } from '../logs/job-logs.js';
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

const DEFAULT_PAGE = 100;
const MAX_PAGE = 1_000;
/** Requests of one SubmitStream under way, at most; the stream isn't read meanwhile. */
const MAX_STREAM_IN_FLIGHT = 256;

export function jobServiceHandlers(modules: JobServiceModules): Handlers<(typeof services)['JobService']> {
  return {
    submitJob: unary(async ({ spec, idempotencyKey }, call) => {
      const { jobIds, replayed } = await submit(modules, { specs: spec === null ? [] : [spec], idempotencyKey }, call, 'spec');
      return { jobId: jobIds[0] ?? '', replayed };
    }),
    submitJobs: unary(async (request, call) => submit(modules, request, call, 'specs')),
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
    getJob: unary(async ({ jobId }, call) => {
      await modules.reads.pass(patienceMs(call.remainingMs));
      const job = await modules.findJob(jobId);
      if (job === undefined) throw jobNotFound(jobId);
      return { job: jobToWire(job) };
    }),
    listJobs: unary(async (request, call) => listJobs(modules, request, call)),
    cancelJob: unary(async ({ jobId, reason }, call) => {
      const body = { type: 'cancelJob', jobId, reason } as const;
      const reply = await modules.propose(body, { sheddable: false, timeoutMs: patienceMs(call.remainingMs) });
      // A job that has retired to history is final, too.
      const retired = reply.type === 'refused' && (await modules.findJob(jobId)) !== undefined;
      return { alreadyFinal: retired || expectReply(reply, 'jobCancelled').alreadyFinal };
    }),
    watchEvents: serverStream(async (request, stream, call) => {
      if (request.jobIds.length > MAX_PAGE) {
        throw invalidArgument([{ field: 'job_ids', description: `at most ${String(MAX_PAGE)}; leave it empty for all` }]);
      }
      // A watch from now must stand behind everything that was acknowledged before it was asked for.
      await modules.reads.pass(patienceMs(call.remainingMs));
      for await (const response of modules.eventWatch.watch(request, call.signal)) {
        await writeWithBackpressure(stream, response);
      }
    }),
    getJobLogs: serverStream(async (request, stream, call) => {
      const relayed = call.metadata.get(RELAYED_KEY).length > 0;
      if (!relayed) await modules.reads.pass(patienceMs(call.remainingMs));
      const tail = {
        jobId: request.jobId,
        attempt: request.attempt,
        follow: request.follow,
        stdoutPosition: Number(request.stdoutPosition),
        stderrPosition: Number(request.stderrPosition),
        relayed,
      };
      for await (const chunk of modules.jobLogs.read(tail, call.signal)) await writeWithBackpressure(stream, chunk);
    }),
  };
}

type SubmitRequest = Parameters<typeof submissionFromWire>[0];

async function submit(
  modules: JobServiceModules,
  request: SubmitRequest,
  call: CallContext,
  field: 'spec' | 'specs',
): Promise<{ jobIds: string[]; replayed: boolean }> {
  const { specs, idempotencyKey } = submissionFromWire(request, field);
  const options = { sheddable: true, timeoutMs: patienceMs(call.remainingMs) };
  const reply = await modules.propose({ type: 'submitJobs', specs, idempotencyKey }, options);
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
    return { requestId, ...(await submit(modules, request, call, 'specs')) };
  } catch (error) {
    return { requestId, error: encodeStatus(modules.describe(error) ?? toRpcError(error).facts) };
  }
}

async function listJobs(
  modules: JobServiceModules,
  request: Parameters<typeof jobFilterFromWire>[0] & { pageSize: number; pageToken: string },
  call: CallContext,
) {
  const { pageSize, pageToken } = request;
  if (pageSize > MAX_PAGE) {
    throw invalidArgument([{ field: 'page_size', description: `${String(MAX_PAGE)} at most; ask for the next page instead` }]);
  }
  const filter = jobFilterFromWire(request);
  await modules.reads.pass(patienceMs(call.remainingMs));
  const limit = pageSize || DEFAULT_PAGE;
  const before = pageToken === '' ? undefined : pageToken;
  const active = modules.view.listJobs(filter, before, limit);
  const retired = active.length === limit ? [] : await listRetired(modules, filter, before, limit);
  const jobs = merged(active, retired).slice(0, limit);
  return {
    jobs: jobs.map(jobToWire),
    nextPageToken: jobs.length === limit ? (jobs.at(-1)?.jobId ?? '') : '',
  };
}

/** Records looked at for one page of a narrow filter, at most. */
const MAX_RETIRED_SCANNED = 10_000;

/** Newest first, those of the filter among the records that left the active state. */
async function listRetired(
  modules: JobServiceModules,
  filter: JobFilter,
  before: string | undefined,
  limit: number,
): Promise<readonly JobRecord[]> {
  const found: JobRecord[] = [];
  let from = before;
  for (let scanned = 0; scanned < MAX_RETIRED_SCANNED && found.length < limit; ) {
    const page = await modules.history.list(from, MAX_PAGE);
    found.push(...page.filter((job) => matches(job, filter)));
    scanned += page.length;
    from = page.at(-1)?.jobId;
    if (page.length < MAX_PAGE) break;
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
