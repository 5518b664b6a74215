import type { LogChunk, LogStreamName } from '@synod/client';
import { option, type UsageCommand } from '@synod/config';
import { checked, withExamples } from '../flags.js';
import { writeOut } from '../io.js';
import { LogStamper } from '../output/log-stamps.js';
import type { CliSession } from '../session.js';

const attempt = option.integer({ summary: '', min: 1, max: 1_000_000, unit: 'attempt, from 1' });
const bytes = option.integer({ summary: '', min: 0, max: Number.MAX_SAFE_INTEGER, unit: 'bytes' });

interface LogsFlags {
  readonly follow?: boolean;
  readonly attempt?: number;
  readonly stdout?: boolean;
  readonly stderr?: boolean;
  readonly timestamps?: boolean;
  readonly stdoutPosition?: number;
  readonly stderrPosition?: number;
}

export function addLogs(job: UsageCommand, session: CliSession): void {
  const command = job
    .command('logs')
    .summary('print the output of a job')
    .description(
      "Prints the output of a job's last attempt: its stdout to stdout, its stderr to stderr, byte for byte. With --output " +
        'json one object a line: {"attempt","stream","position","data","truncated","times"}, data as base64; position + the ' +
        'length of data is where --stdout-position and --stderr-position go on. Of long output the worker keeps the last part: ' +
        'a line on stderr says what is gone.',
    )
    .argument('<id>', 'id of the job')
    .option('--follow', 'go on with what is still to come, through all attempts, until the job ends')
    .option('--attempt <number>', 'output of this attempt', checked('--attempt', attempt))
    .option('--stdout', 'only its stdout')
    .option('--stderr', 'only its stderr')
    .option('--timestamps', 'before each line, when it arrived at the worker')
    .option('--stdout-position <bytes>', 'pass over so much of its stdout', checked('--stdout-position', bytes))
    .option('--stderr-position <bytes>', 'pass over so much of its stderr', checked('--stderr-position', bytes));
  withExamples(command, [
    ['synod job logs ID --follow --timestamps', 'watch it work'],
    ['synod job logs ID --attempt 1 --stderr', 'what the first attempt complained about'],
  ]);
  command.action(async (jobId: string, flags: LogsFlags) => printLogs(session, jobId, flags));
}

async function printLogs(session: CliSession, jobId: string, flags: LogsFlags): Promise<void> {
  const both = flags.stdout === flags.stderr;
  const wanted = (stream: LogStreamName) => both || flags[stream] === true;
  const stamper = flags.timestamps === true ? new LogStamper() : undefined;
  const options = {
    follow: flags.follow === true,
    positions: { stdout: flags.stdoutPosition ?? 0, stderr: flags.stderrPosition ?? 0 },
    ...(flags.attempt === undefined ? {} : { attempt: flags.attempt }),
  };
  for await (const chunk of session.client.logs(jobId, options))
    if (wanted(chunk.stream)) await printChunk(session, chunk, stamper);
}

async function printChunk(session: CliSession, chunk: LogChunk, stamper: LogStamper | undefined): Promise<void> {
  if (session.structured) {
    const { attempt: number, stream, position, data, truncated, times } = chunk;
    return session.print(session.item({ attempt: number, stream, position, data, truncated, times }));
  }
  if (chunk.truncated) session.note(goneText(chunk));
  const data = stamper === undefined ? chunk.data : stamper.stamp(chunk);
  await writeOut(chunk.stream === 'stdout' ? session.io.stdout : session.io.stderr, data);
}

/** What is missing before a chunk. Where only a job's record is left, nobody knows how much that is. */
export function goneText({ position, stream }: LogChunk): string {
  return position === 0
    ? `only the last part of ${stream} is left`
    : `output before byte ${position} of ${stream} is no longer kept`;
}
