import type { JobSpec } from '@synod/client';
import { UsageError, type UsageCommand } from '@synod/config';
import { withExamples } from '../flags.js';
import { addHttpFlags, httpSpec, type HttpFlags } from '../http-options.js';
import { parseJobFile } from '../job-file.js';
import type { ScheduleOfFile } from '../job-file-schedules.js';
import {
  addJobFlags,
  execSpec,
  jobOptions,
  keyOptions,
  readFlagFile,
  refuseExecFlags,
  type JobFlags,
} from '../job-options.js';
import { outcomeOf } from '../outcome.js';
import { toJson } from '../output/json.js';
import type { CliSession } from '../session.js';
import { readStdin } from '../stdin.js';

interface SubmitFlags extends JobFlags, HttpFlags {
  readonly handler?: string;
  readonly payload?: string;
  readonly payloadFile?: string;
  readonly file?: string;
  readonly stdin?: boolean;
  readonly wait?: boolean;
}

/** A lone word of this form is a file of jobs, not a command. */
const FILE_NAME = /\.(ya?ml|json)$/;
/** Jobs of a file waited for at the same time. */
const WAITS_AT_ONCE = 32;

export function addSubmitCommand(root: UsageCommand, session: CliSession): void {
  const command = root
    .command('submit')
    .summary('submit a job, or many from a file, and print its id')
    .description(
      'Submits a command (behind --), a request (--http), a handler job (--handler), or the jobs of a YAML or JSON file (-f, ' +
        'or just its name; all of them or none, after the queues and schedules that it sets), and prints one id a line; with ' +
        '--output json {"jobId"}, or {"jobIds"} for a file. A job is safe when its id is printed. With --wait it also waits ' +
        'for the end, and exits as synod run does.',
    )
    .usage('[options] -- <command> [arguments…]  |  --http <url>  |  --handler <name>  |  <file>.yaml')
    .argument('[command...]', 'the command and its arguments, behind --')
    .option('--handler <name>', 'handler of an SDK worker to run instead of a command')
    .option('--payload <text>', 'what the handler is given')
    .option('--payload-file <file>', 'the same from a file, or from the standard input with -')
    .option('--stdin', 'passes the standard input to the command (read to its end first)')
    .option('-f, --file <file>', 'submit the jobs of this file, or of the standard input with -')
    .option('--wait', 'wait for the end');
  addJobFlags(addHttpFlags(command));
  withExamples(command, [
    ["synod submit -- sh -c 'echo hello'", 'prints the id of the job'],
    ['synod submit --memory 512m --ulimit nofile=1024 --umask 027 -- ./build.sh', 'a command that is held to limits'],
    [
      'synod submit --http https://example.org/hook --body \'{"n": 1}\' --header "Content-Type: application/json"',
      'a POST',
    ],
    ['synod submit --handler resize --payload \'{"image": 7}\' --wait', 'a handler job, and wait for its end'],
    [
      'synod submit -f jobs.yaml',
      'many at once; jobs.yaml: [{exec: "echo 1"}, {exec: [ls, -l], queue: night, timeout: 30s}, {http: "http://x/y"}]',
    ],
  ]);
  command.action(async (words: string[], flags: SubmitFlags) => {
    const [only = '', ...more] = words;
    const isFile = flags.file === undefined && flags.handler === undefined && more.length === 0 && FILE_NAME.test(only);
    if (isFile) await submitFile(session, [], flags, only);
    else if (flags.file !== undefined) await submitFile(session, words, flags, flags.file);
    else await submitOne(session, await specOf(session, words, flags), flags);
  });
}

async function specOf(session: CliSession, words: readonly string[], flags: SubmitFlags): Promise<JobSpec> {
  const { handler, payload, payloadFile } = flags;
  if (flags.http !== undefined && handler !== undefined) throw conflict('--http', 'and --handler exclude each other');
  const request = await httpSpec(session, words, flags);
  if (request !== undefined && payload === undefined && payloadFile === undefined) return request;
  if (handler === undefined) {
    if (payload !== undefined || payloadFile !== undefined) throw conflict('--payload', 'belongs to --handler');
    return execSpec(words, flags, flags.stdin === true ? await readStdin(session.io) : undefined);
  }
  if (words.length > 0) throw conflict('--handler', 'takes no command; give its input with --payload');
  refuseExecFlags(flags, '--handler');
  if (payload !== undefined && payloadFile !== undefined)
    throw conflict('--payload-file', 'and --payload exclude each other');
  const bytes =
    payloadFile === undefined
      ? Buffer.from(payload ?? '')
      : payloadFile === '-'
        ? await readStdin(session.io)
        : readFlagFile('--payload-file', payloadFile);
  return { ...jobOptions(flags), handler: { handler, payload: bytes } };
}

function conflict(option: string, what: string): UsageError {
  return new UsageError({ code: 'invalidCombination', option }, `${option} ${what}; see synod submit --help`);
}

async function submitOne(session: CliSession, spec: JobSpec, flags: SubmitFlags): Promise<void> {
  const { jobId } = await session.client.submit(spec, keyOptions(flags));
  await session.show({ jobId }, () => `${jobId}\n`);
  if (flags.wait !== true) return;
  session.exitStatus = await (spec.handler === undefined ? waitFor(session, jobId) : waitForHandler(session, jobId));
}

async function submitFile(
  session: CliSession,
  words: readonly string[],
  flags: SubmitFlags,
  file: string,
): Promise<void> {
  const { idempotencyKey, idempotencyKeyLifetime, wait, file: _file, ...others } = flags;
  if (words.length > 0 || Object.keys(others).length > 0)
    throw conflict('--file', 'says everything about its jobs: only --wait and --idempotency-key go with it');
  const bytes = file === '-' ? await readStdin(session.io) : readFlagFile('--file', file);
  const { queues, schedules, jobs, ...ofFile } = parseJobFile(
    bytes.toString('utf8'),
    file === '-' ? 'the standard input' : file,
  );
  for (const { queue, settings, paused } of queues) {
    await session.client.queues.set(queue, settings);
    if (paused === true) await session.client.queues.pause(queue, { reason: `as ${file} says` });
    else if (paused === false) await session.client.queues.resume(queue);
    session.note(`queue ${queue} is set`);
  }
  for (const schedule of schedules) session.note(await setSchedule(session, schedule, file));
  // What the command line says goes before what the file says.
  const options = keyOptions({
    idempotencyKey: idempotencyKey ?? ofFile.idempotencyKey,
    idempotencyKeyLifetime: idempotencyKeyLifetime ?? ofFile.idempotencyKeyLifetimeMs,
  });
  const jobIds = jobs.length === 0 ? [] : await session.client.submitMany(jobs, options);
  await session.show({ jobIds }, () => jobIds.map((jobId) => `${jobId}\n`).join(''));
  if (wait === true) session.exitStatus = await waitForAll(session, jobIds);
}

/** A schedule that is there already changes to what the file says; whether it is paused only where the file says that, too. */
async function setSchedule(
  session: CliSession,
  { scheduleId, spec, paused }: ScheduleOfFile,
  file: string,
): Promise<string> {
  const { schedules } = session.client;
  const { change } = await schedules.set(scheduleId, spec, { paused: paused === true });
  if (paused === true) await schedules.pause(scheduleId, { reason: `as ${file} says` });
  else if (paused === false) await schedules.resume(scheduleId);
  return `schedule ${scheduleId} is ${change}`;
}

async function waitFor(session: CliSession, jobId: string): Promise<number> {
  const { status, line } = outcomeOf(await session.client.wait(jobId));
  if (line !== undefined) session.note(line);
  return status;
}

/** Shows how far the handler says it is, where there is somebody to see it. */
async function waitForHandler(session: CliSession, jobId: string): Promise<number> {
  const ended = new AbortController();
  const bar = session.progress(100, 'percent');
  const show = async (): Promise<void> => {
    for await (const { fraction, text } of session.client.progress(jobId, { signal: ended.signal }))
      bar.update(Math.round(fraction * 100), text);
  };
  const shown = session.io.stderr.isTTY === true ? show().catch(() => undefined) : undefined;
  try {
    return await waitFor(session, jobId);
  } finally {
    ended.abort();
    await shown;
  }
}

/** 0 when all have succeeded, else the status of the first that hasn't. */
async function waitForAll(session: CliSession, jobIds: readonly string[]): Promise<number> {
  const statuses = new Map<string, number>();
  const rest = [...jobIds];
  const bar = session.progress(jobIds.length, 'jobs have ended');
  bar.update(0);
  const waitOneByOne = async () => {
    for (let jobId = rest.shift(); jobId !== undefined; jobId = rest.shift()) {
      statuses.set(jobId, await waitFor(session, jobId));
      const failures = [...statuses.values()].filter((status) => status !== 0).length;
      bar.update(statuses.size, failures === 0 ? '' : `${failures} not well`);
    }
  };
  await Promise.all(Array.from({ length: WAITS_AT_ONCE }, waitOneByOne));
  const failed = jobIds.filter((jobId) => statuses.get(jobId) !== 0);
  if (failed.length === 0) return 0;
  session.note(`${failed.length} of ${jobIds.length} jobs have not succeeded: ${toJson(failed.slice(0, 5), 0)}`);
  return statuses.get(failed[0] ?? '') ?? 1;
}
