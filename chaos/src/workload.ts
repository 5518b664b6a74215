import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Job, JobSpec } from '@synod/client';
import { isFinal, SynodClient, SynodWorker } from '@synod/client';
import { FreshReads, SteadyLoad } from '@synod/e2e';
import type { LocalCluster } from '@synod/e2e';
import type { SeededRandom } from '@synod/testkit';

/** A submission with a key of its own, as its client saw it. */
export interface Submission {
  readonly key: string;
  readonly kind: 'exec' | 'nobody';
  readonly spec: JobSpec;
  /** Undefined while no answer came: whether it took effect is unknown. */
  jobId: string | undefined;
  /** A cancellation of it was acknowledged. */
  cancelled: boolean;
}

const PROBE_INTERVAL_MS = 25;
const PROBE_CLIENTS = 4;
const READ_INTERVAL_MS = 30;
const WRITERS = 4;
/** Of one writer, between two of its operations. */
const THINK_MS = 120;
const CALL_DEADLINE_MS = 10_000;
/** A worker that is unheard for so long has lost its attempts; the shortest there is. */
const LOST_AFTER_MS = 3_000;

/** Arguments: key, journal, seconds. */
const SCRIPT =
  'echo "$1 $SYNOD_ATTEMPT $SYNOD_FENCING_TOKEN start" >> "$2"; sleep $3; echo "$1 $SYNOD_ATTEMPT $SYNOD_FENCING_TOKEN end" >> "$2"';

/**
 * The load of an episode, with a record of all that was answered: probes at an even pace that a handler of this process runs, and
 * writers that submit commands for the agents, send keys again, and cancel; with reads at every coordinator all the time.
 */
export class Workload {
  readonly probes: SteadyLoad;
  readonly reads: FreshReads;
  readonly submissions: Submission[] = [];
  /** What must not be, as a writer saw it. */
  readonly violations: string[] = [];
  /** Attempts that the handler ran, by job: `attempt/token`. */
  readonly handled = new Map<string, string[]>();
  readonly journal: string;
  unanswered = 0;
  private readonly acknowledged: string[] = [];
  private readonly byJobId = new Map<string, Submission>();
  private readonly worker: SynodWorker;
  private readonly clients: readonly SynodClient[];
  private writers: readonly Promise<void>[] = [];
  private stopped = false;

  constructor(
    cluster: LocalCluster,
    private readonly random: SeededRandom,
  ) {
    const { addresses } = cluster;
    this.journal = join(cluster.directory, 'journal');
    appendFileSync(this.journal, '');
    const spec = { handler: { handler: 'noop' } };
    this.probes = new SteadyLoad({ addresses, clients: PROBE_CLIENTS, intervalMs: PROBE_INTERVAL_MS, spec });
    this.reads = new FreshReads({
      addresses,
      acknowledged: () => (this.acknowledged.length > 0 ? this.acknowledged : this.probes.jobIds),
      intervalMs: READ_INTERVAL_MS,
      expected: (jobId) => (this.byJobId.get(jobId)?.cancelled === true ? mustBeFinal : undefined),
    });
    this.clients = Array.from(
      { length: WRITERS },
      () => new SynodClient({ addresses, deadlineMs: CALL_DEADLINE_MS, connectDeadlineMs: CALL_DEADLINE_MS }),
    );
    this.worker = new SynodWorker({
      addresses,
      workerId: 'chaos-handlers',
      capacity: 200,
      handlers: {
        noop: ({ jobId, attempt, fencingToken }) => {
          const runs = this.handled.get(jobId) ?? [];
          this.handled.set(jobId, [...runs, `${String(attempt)}/${fencingToken}`]);
          return Promise.resolve(undefined);
        },
      },
    });
  }

  async start(): Promise<void> {
    await this.worker.start();
    this.probes.start();
    this.reads.start();
    this.writers = this.clients.map((client, index) => this.write(client, index, this.random.fork()));
  }

  /** No new work; resolves when each call has its answer, or was given up. The worker goes on. */
  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all([...this.writers, this.probes.stop(), this.reads.stop()]);
    for (const client of this.clients) client.close();
  }

  stopWorker(): Promise<void> {
    return this.worker.stop();
  }

  private async write(client: SynodClient, index: number, random: SeededRandom): Promise<void> {
    for (let count = 0; !this.stopped; count += 1) {
      await pause(random.between(THINK_MS / 2, THINK_MS * 1.5));
      try {
        const earlier = this.submissions.length === 0 ? undefined : random.pick(this.submissions);
        if (earlier !== undefined && random.chance(0.15)) await this.repeat(client, earlier);
        else if (earlier?.kind === 'nobody' && random.chance(0.5)) await this.cancel(client, earlier);
        else await this.submit(client, this.newSubmission(`writer${String(index)}-${String(count)}`, random));
      } catch {
        // The outcome is unknown; what was submitted is settled at the end.
        this.unanswered += 1;
      }
    }
  }

  private newSubmission(key: string, random: SeededRandom): Submission {
    const kind = random.chance(0.5) ? 'exec' : 'nobody';
    const seconds = random.chance(0.1) ? '3' : '0.05';
    const exec = { command: 'sh', args: ['-c', SCRIPT, 'sh', key, this.journal, seconds] };
    const spec: JobSpec =
      kind === 'exec'
        ? { exec, lostAfterMs: LOST_AFTER_MS, killGraceMs: 0, maxLostAttempts: 1_000 }
        : { handler: { handler: 'nobody' } };
    const submission: Submission = { key, kind, spec, jobId: undefined, cancelled: false };
    this.submissions.push(submission);
    return submission;
  }

  private async submit(client: SynodClient, submission: Submission): Promise<void> {
    const { jobId } = await client.submit(submission.spec, { idempotencyKey: submission.key });
    this.settle(submission, jobId);
  }

  /** The same key again, perhaps while the first answer is still on its way: one job all the same. */
  private async repeat(client: SynodClient, submission: Submission): Promise<void> {
    await this.submit(client, submission);
  }

  private async cancel(client: SynodClient, submission: Submission): Promise<void> {
    if (submission.jobId === undefined || submission.cancelled) return;
    await client.cancel(submission.jobId);
    submission.cancelled = true;
  }

  /** Also used at the end, for those whose answer never came. */
  settle(submission: Submission, jobId: string): void {
    if (submission.jobId === undefined) {
      submission.jobId = jobId;
      this.acknowledged.push(jobId);
      this.byJobId.set(jobId, submission);
    } else if (submission.jobId !== jobId) {
      this.violations.push(`key ${submission.key} made two jobs: ${submission.jobId} and ${jobId}`);
    }
  }
}

/** Nobody serves the handler of these, so they end with their cancellation. */
function mustBeFinal(job: Job): string | undefined {
  return isFinal(job.state) ? undefined : `is ${job.state} after its cancellation was acknowledged`;
}
