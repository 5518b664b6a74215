import { readHttpResult, SynodClientError, type Job, type JobSpec } from '@synod/client';
import type { UsageCommand } from '@synod/config';
import { EXIT } from '../failure.js';
import { withExamples } from '../flags.js';
import { addHttpFlags, httpSpec, type HttpFlags } from '../http-options.js';
import { writeOut } from '../io.js';
import { addJobFlags, execSpec, type JobFlags, keyOptions } from '../job-options.js';
import { outcomeOf } from '../outcome.js';
import type { CliSession } from '../session.js';
import { readStdin } from '../stdin.js';
import { goneText } from './job-logs.js';

/** After the job's end, output that is still on its way is waited for so long. */
const LAST_OUTPUT_MS = 5_000;
const NOTHING = new Uint8Array(0);

export function addRunCommand(root: UsageCommand, session: CliSession): void {
  const command = root
    .command('run')
    .summary('run a command, or a request, as a job and follow it')
    .description(
      "Submits a command as a job, follows its output on stdout and stderr, and exits with the command's own status " +
        '(128 + N when signal N ended it, 1 when it ended otherwise, with a line on stderr). Ctrl-C cancels the job and waits ' +
        'for its end; a second Ctrl-C leaves at once. With --output json or yaml, stdout holds nothing but the final job as an ' +
        "object; the command's stdout and stderr both go to stderr. With --http it makes a request instead, and prints the " +
        'body of the answer; the status is 0 when the answer was as expected, else 1.',
    )
    .usage('[options] -- <command> [arguments…]  |  --http <url>')
    .argument('[command...]', 'the command and its arguments, behind --')
    .option('--stdin', 'passes the standard input to the command (read to its end first)');
  addJobFlags(addHttpFlags(command));
  withExamples(command, [
    ["synod run -- sh -c 'echo hello; exit 3'", 'prints hello and exits with 3'],
    ['synod run --timeout 30s --env STAGE=test -- ./build.sh', 'ends it after 30 seconds'],
    ['synod run --http https://example.org/health', 'makes a request from a worker and prints the answer'],
    ['tar c . | synod run --stdin -- tar t', 'passes the standard input on'],
  ]);
  command.action(async (words: string[], flags: JobFlags & HttpFlags & { readonly stdin?: boolean }) => {
    const request = await httpSpec(session, words, flags);
    const stdin = flags.stdin === true ? await readStdin(session.io) : undefined;
    session.exitStatus = await new JobRun(session).run(request ?? execSpec(words, flags, stdin), keyOptions(flags));
  });
}

/** One `synod run`, from submission to the exit status. */
class JobRun {
  private readonly leaving = new AbortController();
  private jobId = '';
  private interrupts = 0;
  private pipeBroken = false;

  constructor(private readonly session: CliSession) {}

  async run(spec: JobSpec, key: ReturnType<typeof keyOptions>): Promise<number> {
    const { io, client } = this.session;
    const stopListening = [io.onInterrupt(() => this.interrupt()), io.onBrokenPipe(() => this.readerGone())];
    try {
      const { jobId } = await client.submit(spec, { signal: this.leaving.signal, ...key });
      this.jobId = jobId;
      if (this.interrupts > 0) this.cancel();
      return await this.follow();
    } catch (error) {
      if (this.leaving.signal.aborted) return EXIT.interrupted;
      throw error;
    } finally {
      for (const stop of stopListening) stop();
    }
  }

  private async follow(): Promise<number> {
    const { client, structured } = this.session;
    const endOfOutput = new AbortController();
    const leave = AbortSignal.any([endOfOutput.signal, this.leaving.signal]);
    const output = this.copyOutput(leave);
    const job = await client.wait(this.jobId, { signal: this.leaving.signal });
    const timer = setTimeout(() => endOfOutput.abort(), LAST_OUTPUT_MS);
    const complete = await output;
    clearTimeout(timer);
    if (!complete) this.session.note(`the output may be incomplete; see: synod job logs ${this.jobId}`);
    if (structured) await this.session.print(this.session.document(job));
    else await this.printAnswer(job);
    return this.statusOf(job);
  }

  /** Of a request: the body of its answer, as curl would. */
  private async printAnswer(job: Job): Promise<void> {
    const answer = job.spec.http === undefined ? undefined : readHttpResult(job.attempts.at(-1)?.result ?? NOTHING);
    if (answer === undefined || this.pipeBroken) return;
    await writeOut(this.session.io.stdout, answer.body);
    if (answer.truncated) this.session.note(`only the first ${answer.body.length} bytes of the answer are kept`);
  }

  private statusOf(job: Job): number {
    if (this.pipeBroken) return EXIT.brokenPipe;
    if (this.interrupts > 0) {
      this.session.note(
        job.state === 'cancelled' ? `job ${job.jobId} was cancelled` : `job ${job.jobId} has ${job.state}`,
      );
      return EXIT.interrupted;
    }
    const { status, line } = outcomeOf(job);
    if (line !== undefined) this.session.note(line);
    return status;
  }

  /** False when not all of the output could be had. */
  private async copyOutput(signal: AbortSignal): Promise<boolean> {
    const { io, client, structured } = this.session;
    let attempt = 0;
    try {
      for await (const chunk of client.logs(this.jobId, { follow: true, signal })) {
        if (attempt > 0 && chunk.attempt !== attempt)
          this.session.note(`attempt ${chunk.attempt} of job ${this.jobId} begins`);
        attempt = chunk.attempt;
        if (chunk.truncated) this.session.note(goneText(chunk));
        if (this.pipeBroken) continue;
        await writeOut(chunk.stream === 'stdout' && !structured ? io.stdout : io.stderr, chunk.data);
      }
      return true;
    } catch (error) {
      if (this.leaving.signal.aborted) return true;
      if (error instanceof SynodClientError) return false;
      throw error;
    }
  }

  private interrupt(): void {
    this.interrupts += 1;
    if (this.interrupts > 1) {
      const where = this.jobId === '' ? '' : `; look at it with: synod job show ${this.jobId}`;
      this.session.note(`left${where}`);
      this.leaving.abort();
    } else if (this.jobId === '') this.session.note('cancelling; press Ctrl-C again to leave at once');
    else {
      this.session.note(`cancelling job ${this.jobId}; press Ctrl-C again to leave at once`);
      this.cancel();
    }
  }

  /** As a local command would be ended by SIGPIPE. */
  private readerGone(): void {
    if (this.pipeBroken) return;
    this.pipeBroken = true;
    if (this.jobId !== '') this.cancel('the reader of its output has gone');
  }

  private cancel(reason = 'interrupted by Ctrl-C'): void {
    const { client } = this.session;
    client.cancel(this.jobId, { reason, signal: this.leaving.signal, deadlineMs: Infinity }).catch((error: unknown) => {
      if (this.leaving.signal.aborted) return;
      this.session.note(`the job can't be cancelled: ${error instanceof Error ? error.message : String(error)}`);
    });
  }
}
