import type { SynodClient } from '@synod/client';
import { LocalCluster } from '@synod/e2e';
import { HandlerProcess } from './handler-process.js';
import { median } from './report.js';
import type { Row } from './report.js';

export interface LifeOptions {
  readonly rounds: number;
  readonly jobs: number;
}

const HANDLER_CAPACITY = 4_000;
const COORDINATORS = 3;

/**
 * The whole life of jobs: submitted, assigned, run by a no-op handler in another process, reported, final; on three coordinators
 * that flush before they answer. A round counts from the first submission to the last end, as the event stream tells it.
 */
export async function measureLife(options: LifeOptions): Promise<Row[]> {
  const cluster = await LocalCluster.start({ coordinators: COORDINATORS, agents: 0 });
  const handlers = await HandlerProcess.start(cluster.addresses, HANDLER_CAPACITY);
  try {
    await runJobs(cluster.client, options.jobs, 100);
    const rows: Row[] = [];
    for (const batch of [100, 10, 1]) {
      const rates: number[] = [];
      for (let round = 0; round < options.rounds; round++) {
        // One by one, a tenth of the jobs make a round of about the same length.
        rates.push(await runJobs(cluster.client, batch === 1 ? options.jobs / 4 : options.jobs, batch));
      }
      const scenario = batch === 1 ? 'life, one by one on a stream' : `life, batches of ${String(batch)}`;
      rows.push({ scenario, metric: 'jobs, median', value: median(rates), unit: '1/s' });
      rows.push({ scenario, metric: 'jobs, best', value: Math.max(...rates), unit: '1/s' });
    }
    rows.push(...(await measureLatency(cluster.client)));
    return rows;
  } finally {
    await handlers.stop();
    await cluster.stop();
  }
}

const JOB = { handler: { handler: 'noop' } } as const;

/** Jobs a second of one round. */
async function runJobs(client: SynodClient, jobs: number, batch: number): Promise<number> {
  const ends = new EndCounter(client);
  await ends.standing();
  const submitter = client.submitter({ maxBatchJobs: batch, maxInFlightBatches: 64, maxPendingJobs: jobs });
  const before = performance.now();
  const answers: Promise<unknown>[] = [];
  for (let sent = 0; sent < jobs; sent += batch) {
    answers.push(submitter.submitMany(Array.from({ length: batch }, () => JOB)));
  }
  await Promise.all([Promise.all(answers), ends.reached(jobs)]);
  const seconds = (performance.now() - before) / 1000;
  ends.stop();
  await submitter.close();
  return jobs / seconds;
}

/** Counts ended jobs as the event stream tells of them. */
class EndCounter {
  private readonly watching = new AbortController();
  private count = 0;
  private lastId = '';
  private wake: () => void = () => undefined;

  constructor(private readonly client: SynodClient) {
    void this.follow();
  }

  /** Sends markers until one shows up, then forgets them: the watch stands, and nothing older is to come. */
  async standing(): Promise<void> {
    for (;;) {
      const { jobId } = await this.client.submit(JOB);
      await this.client.wait(jobId);
      const until = performance.now() + MARKER_WAIT_MS;
      while (performance.now() < until && this.lastId !== jobId) await new Promise((resolve) => setImmediate(resolve));
      if (this.lastId === jobId) break;
    }
    this.count = 0;
  }

  async reached(jobs: number): Promise<void> {
    while (this.count < jobs) await new Promise<void>((resolve) => (this.wake = resolve));
  }

  stop(): void {
    this.watching.abort();
  }

  private async follow(): Promise<void> {
    try {
      for await (const event of this.client.watchEvents({ types: ['jobFinished'], signal: this.watching.signal })) {
        this.count += 1;
        this.lastId = event.jobId;
        this.wake();
      }
    } catch (error) {
      if (!this.watching.signal.aborted) throw error;
    }
  }
}

const MARKER_WAIT_MS = 500;

const SINGLE_JOBS = 200;

/** Time from the call of `submit` to its answer, and to the job's end, with nothing else going on. */
async function measureLatency(client: SynodClient): Promise<Row[]> {
  const answered: number[] = [];
  const ended: number[] = [];
  for (let index = 0; index < SINGLE_JOBS; index++) {
    const before = performance.now();
    const { jobId } = await client.submit(JOB);
    answered.push(performance.now() - before);
    await client.wait(jobId);
    ended.push(performance.now() - before);
  }
  const scenario = 'one job on an idle cluster';
  return [
    { scenario, metric: 'acknowledged p50', value: median(answered), unit: 'ms' },
    { scenario, metric: 'ended p50', value: median(ended), unit: 'ms' },
  ];
}
