import { Metadata } from '@grpc/grpc-js';
import {
  cancelJobFromWire,
  changeJobFromWire,
  jobIdFromWire,
  jobLogsFromWire,
  jobToWire,
  listJobsFromWire,
  RequestRefusedError,
  retryJobFromWire,
  submitJobFromWire,
  submitJobsFromWire,
  watchEventsFromWire,
} from '@synod/contracts';
import { KEY_LIFETIME_FEATURE_LEVEL } from '@synod/jobs';
import type { ChangeJob, RetryJob, SubmitJobs } from '@synod/jobs';
import { bidi, callUnary, encodeStatus, RpcError, serverStream, toRpcError, unary, unavailable } from '@synod/rpc';
import { writeWithBackpressure } from '@synod/rpc';
import type { CallContext, Handlers } from '@synod/rpc';
import type {
  services,
  StatusDescription,
  WireListJobsRequest,
  WireListJobsResponseInput,
  WireSubmission,
  WireSubmissionAnswerInput,
  WireSubmitStreamRequest,
  WireSubmitStreamResponseInput,
} from '@synod/wire';
import type { HeardWorkers } from '../agents/heard-workers.js';
import type { History } from '../state/history.js';
import type { EventWatch } from '../events/event-watch.js';
import type { JobLogs } from '../logs/job-logs.js';
import { answerEach } from './answer-each.js';
import { checkFenceHandler } from './check-fence.js';
import { explainJobHandler, queueDefaults } from './explain-job.js';
import { listJobs } from './list-jobs.js';
import { expectReply, patienceMs } from './service-context.js';
import type { ServiceContext } from './service-context.js';

export interface JobServiceModules extends ServiceContext {
  readonly jobLogs: JobLogs;
  readonly eventWatch: EventWatch;
  readonly history: Pick<History, 'list'>;
  readonly heardWorkers: Pick<HeardWorkers, 'ask'>;
  readonly describe: (error: unknown) => StatusDescription | undefined;
  /** While records of finished jobs are missing here: the other members, to be asked instead. */
  readonly relayedElsewhere: () => readonly InstanceType<(typeof services)['JobService']>[] | undefined;
}

/** Metadata key by which a coordinator asks another for a log that only a session there can give. */
export const RELAYED_KEY = 'synod-relayed';

/** Submissions of one SubmitStream under way, at most; the stream isn't read meanwhile. */
const DAY_MS = 86_400_000;
const MAX_STREAM_IN_FLIGHT = 256;
/** Of one message of answers: ids take 24 bytes, and a message 8 MiB at the most. */
const MAX_BUNDLED_JOB_IDS = 50_000;

/** JobService as clients see it. */
export function jobServiceHandlers(modules: JobServiceModules): Handlers<(typeof services)['JobService']> {
  return {
    submitJob: unary(async (request, call) => {
      const { jobIds, replayed } = await submit(modules, submitJobFromWire(request, queueDefaults(modules.view)), call);
      return { jobId: jobIds[0] ?? '', replayed };
    }),
    submitJobs: unary(async (request, call) =>
      submit(modules, submitJobsFromWire(request, queueDefaults(modules.view)), call),
    ),
    submitStream: bidi((stream, call) =>
      answerEach(stream, call, {
        maxInFlight: MAX_STREAM_IN_FLIGHT,
        requestsOf: ({ submissions }: WireSubmitStreamRequest) => submissions,
        answer: (submission) => answerOnStream(modules, submission, call),
        repliesOf: bundles,
      }),
    ),
    getJob: unary(async (request, call) => {
      const jobId = jobIdFromWire(request);
      await modules.reads.pass(patienceMs(call.remainingMs));
      const job = await modules.findJob(jobId);
      if (job === undefined) throw new RequestRefusedError({ code: 'jobUnknown', jobId });
      return { job: jobToWire(job) };
    }),
    listJobs: unary(async (request, call) => {
      const query = listJobsFromWire(request);
      const others = modules.relayedElsewhere();
      if (others !== undefined) return listElsewhere(others, request, call);
      await modules.reads.pass(patienceMs(call.remainingMs));
      const { jobs, nextPageToken } = await listJobs(modules, query);
      return { jobs: jobs.map(jobToWire), nextPageToken };
    }),
    cancelJob: unary(async (request, call) => {
      const body = cancelJobFromWire(request);
      const reply = await modules.propose(body, { sheddable: false, timeoutMs: patienceMs(call.remainingMs) });
      // A job that has retired to history is final, too.
      const unknown = reply.type === 'refused' && reply.refusal.code === 'jobUnknown';
      const retired = unknown && (await modules.findJob(body.jobId)) !== undefined;
      return { alreadyFinal: retired || expectReply(reply, 'jobCancelled').alreadyFinal };
    }),
    retryJob: unary((request, call) => changeActive(modules, retryJobFromWire(request), call)),
    changeJob: unary((request, call) => changeActive(modules, changeJobFromWire(request), call)),
    explainJob: explainJobHandler(modules),
    watchEvents: serverStream(async (request, stream, call) => {
      const query = watchEventsFromWire(request);
      // A watch from now must stand behind everything that was acknowledged before it was asked for.
      await modules.reads.pass(patienceMs(call.remainingMs));
      for await (const response of modules.eventWatch.watch(query, call.signal)) {
        await writeWithBackpressure(stream, response);
      }
    }),
    checkFence: checkFenceHandler(modules),
    getJobLogs: serverStream(async (request, stream, call) => {
      const query = jobLogsFromWire(request);
      const relayed = call.metadata.get(RELAYED_KEY).length > 0;
      if (!relayed) await modules.reads.pass(patienceMs(call.remainingMs));
      for await (const chunk of modules.jobLogs.read({ ...query, relayed }, call.signal))
        await writeWithBackpressure(stream, chunk);
    }),
  };
}

/** A list that would be short here, as another member gives it; one that misses records itself refuses a relayed call. */
async function listElsewhere(
  others: readonly InstanceType<(typeof services)['JobService']>[],
  request: WireListJobsRequest,
  call: CallContext,
): Promise<WireListJobsResponseInput> {
  if (call.metadata.get(RELAYED_KEY).length > 0) throw historyIncomplete();
  const metadata = new Metadata();
  metadata.set(RELAYED_KEY, '1');
  for (const client of others) {
    try {
      return await callUnary(client, 'listJobs', request, { metadata, deadlineMs: call.remainingMs });
    } catch (error) {
      const code = error instanceof RpcError ? error.code : 'UNKNOWN';
      if (code !== 'UNAVAILABLE' && code !== 'DEADLINE_EXCEEDED') throw error;
    }
  }
  throw historyIncomplete();
}

function historyIncomplete(): Error {
  return unavailable(
    'HISTORY_INCOMPLETE',
    'this coordinator fetches records of finished jobs that it missed: ask another, or try again',
  );
}

/**
 * Below the level of lifetimes a key lives for a day. Who asks for less, as client libraries do for their own keys, is served by that,
 * so that they need not know of levels; who asks for more is refused by what proposes.
 */
function atLevel(submission: SubmitJobs, featureLevel: number): SubmitJobs {
  const { idempotencyKeyLifetimeMs = Infinity, ...rest } = submission;
  return featureLevel < KEY_LIFETIME_FEATURE_LEVEL && idempotencyKeyLifetimeMs <= DAY_MS ? rest : submission;
}

async function submit(
  modules: JobServiceModules,
  submission: SubmitJobs,
  call: CallContext,
): Promise<{ jobIds: string[]; replayed: boolean }> {
  const options = { sheddable: true, timeoutMs: patienceMs(call.remainingMs) };
  const reply = await modules.propose(atLevel(submission, modules.view.featureLevel), options);
  const { jobIds, replayed } = expectReply(reply, 'jobsSubmitted');
  return { jobIds: [...jobIds], replayed };
}

/** Changes a job of the active state; one that only history has is past changing. */
async function changeActive(
  modules: JobServiceModules,
  command: RetryJob | ChangeJob,
  call: CallContext,
): Promise<{ revision: number }> {
  const reply = await modules.propose(command, { sheddable: false, timeoutMs: patienceMs(call.remainingMs) });
  const { jobId } = command;
  const unknown = reply.type === 'refused' && reply.refusal.code === 'jobUnknown';
  if (unknown && (await modules.findJob(jobId)) !== undefined) {
    throw new RequestRefusedError({ code: 'jobRetired', jobId });
  }
  return { revision: expectReply(reply, 'jobChanged').revision };
}

async function answerOnStream(
  modules: JobServiceModules,
  submission: WireSubmission,
  call: CallContext,
): Promise<WireSubmissionAnswerInput> {
  const { requestId } = submission;
  try {
    return { requestId, ...(await submit(modules, submitJobsFromWire(submission, queueDefaults(modules.view)), call)) };
  } catch (error) {
    return { requestId, error: encodeStatus(modules.describe(error) ?? toRpcError(error).facts) };
  }
}

function bundles(answers: readonly WireSubmissionAnswerInput[]): WireSubmitStreamResponseInput[] {
  const messages: { answers: WireSubmissionAnswerInput[] }[] = [];
  let room = 0;
  for (const answer of answers) {
    const size = 1 + (answer.jobIds?.length ?? 0);
    if (size > room) {
      messages.push({ answers: [] });
      room = MAX_BUNDLED_JOB_IDS;
    }
    messages.at(-1)?.answers.push(answer);
    room -= size;
  }
  return messages;
}
