import { SynodWorker } from '@synod/client';
import type { Job } from '@synod/client';
import type { LocalCluster } from './cluster.js';
import { FreshReads } from './fresh-reads.js';
import { SteadyLoad } from './steady-load.js';

const CLIENTS = 4;
const SUBMIT_INTERVAL_MS = 20;
const READ_INTERVAL_MS = 30;
const CONCURRENT_WAITS = 24;

/** What a run of load came to. */
export interface LoadOutcome {
  readonly acknowledged: number;
  /** Submissions that their client gave up on. */
  readonly failures: readonly string[];
  readonly staleReads: readonly string[];
  /** Acknowledged jobs that did not succeed, with their state. */
  readonly notSucceeded: readonly string[];
  /** Attempts that ran more than once, and jobs that ran again without a loss. */
  readonly ranTwice: readonly string[];
  /** Jobs with more than one attempt. */
  readonly reassigned: readonly string[];
  /** One when all members are in the same state. */
  readonly stateHashes: number;
}

const running = new Set<LoadUnderTest>();

/** A steady, light load on a cluster, with reads at every coordinator; its handler runs in this process. */
export class LoadUnderTest {
  readonly load: SteadyLoad;
  readonly reads: FreshReads;
  /** When each attempt of the load ran, by this process's monotonic clock. */
  readonly ranAtMs: number[] = [];
  private readonly runs = new Map<string, string[]>();
  private readonly worker: SynodWorker;

  private constructor(private readonly cluster: LocalCluster) {
    const { addresses } = cluster;
    const spec = { handler: { handler: 'noop' } };
    this.load = new SteadyLoad({ addresses, clients: CLIENTS, intervalMs: SUBMIT_INTERVAL_MS, spec });
    this.reads = new FreshReads({ addresses, acknowledged: () => this.load.jobIds, intervalMs: READ_INTERVAL_MS });
    this.worker = new SynodWorker({
      addresses,
      workerId: `load-${String(process.pid)}`,
      capacity: 200,
      handlers: {
        noop: ({ jobId, fencingToken }) => {
          this.ranAtMs.push(performance.now());
          this.runs.set(jobId, [...(this.runs.get(jobId) ?? []), fencingToken]);
          return Promise.resolve(undefined);
        },
      },
    });
  }

  /** Ends what a test that failed has left; a load that goes on would disturb those behind it. */
  static abortAll(): void {
    for (const load of running) {
      load.load.abort();
      load.reads.abort();
      void load.worker.stop();
    }
    running.clear();
  }

  static async start(cluster: LocalCluster): Promise<LoadUnderTest> {
    const load = new LoadUnderTest(cluster);
    running.add(load);
    await load.worker.start();
    load.load.start();
    load.reads.start();
    return load;
  }

  /** Resolves when every client has an answer to something that it sent from now on. */
  async servesAgain(): Promise<void> {
    await this.load.firstAnswersSince(performance.now());
  }

  /** Ends the load, then looks at all that was acknowledged. So many members must run and be reachable by then; default: all. */
  async finish(members = this.cluster.coordinatorIds().length): Promise<LoadOutcome> {
    await Promise.all([this.load.stop(), this.reads.stop()]);
    const jobs = await this.ends();
    await this.worker.stop();
    running.delete(this);
    const hashes = new Set(await this.cluster.convergedHashes(members));
    return {
      acknowledged: this.load.jobIds.length,
      failures: this.load.failures,
      staleReads: this.reads.stale,
      notSucceeded: jobs.filter(({ state }) => state !== 'succeeded').map(({ jobId, state }) => `${jobId} ${state}`),
      ranTwice: jobs.filter((job) => this.ranTwice(job)).map(({ jobId }) => jobId),
      reassigned: jobs.filter(({ attempts }) => attempts.length > 1).map(({ jobId }) => jobId),
      stateHashes: hashes.size,
    };
  }

  private ranTwice({ jobId, attempts, lostAttempts }: Job): boolean {
    const tokens = this.runs.get(jobId) ?? [];
    const unasked = attempts.slice(0, -1).some(({ state }) => state !== 'lost');
    return unasked || new Set(tokens).size < tokens.length || tokens.length > lostAttempts + 1;
  }

  private async ends(): Promise<Job[]> {
    const { jobIds } = this.load;
    const jobs: Job[] = [];
    let next = 0;
    const lane = async (): Promise<void> => {
      for (let jobId = jobIds[next++]; jobId !== undefined; jobId = jobIds[next++]) {
        jobs.push(await this.cluster.client.wait(jobId));
      }
    };
    await Promise.all(Array.from({ length: CONCURRENT_WAITS }, lane));
    return jobs;
  }
}

/** What every run of load must come to, whatever befell the cluster. */
export const NOTHING_AMISS = { failures: [], staleReads: [], notSucceeded: [], ranTwice: [], stateHashes: 1 } as const;
