import { SynodClient, SynodClientError } from '@synod/client';
import type { Job } from '@synod/client';

export interface FreshReadsOptions {
  /** Each is read from by a client that knows no other. */
  readonly addresses: readonly string[];
  /** Ids of acknowledged jobs, in the order of the acknowledgements; it grows. */
  readonly acknowledged: () => ArrayLike<string>;
  readonly intervalMs: number;
  /** What else a read that begins now must show of this job: a check that says what is wrong, or nothing. */
  readonly expected?: (jobId: string) => ((job: Job) => string | undefined) | undefined;
}

/** Reads of one coordinator under way, at most: one that hangs answers none of them. */
const MAX_UNDER_WAY = 64;
const READ_DEADLINE_MS = 10_000;
/** Every other read is of a job that was acknowledged just now, the others are of one among so many. */
const RECENT = 500;

/**
 * Reads at every coordinator, all the time: a read that began after a job was acknowledged must find it, and never an older state
 * of it than a read that had ended before showed. What fails or hangs shows nothing old, so it is only counted.
 */
export class FreshReads {
  /** What must not be: one line for each stale read. */
  readonly stale: string[] = [];
  /** Reads with an answer, by address. */
  readonly answered = new Map<string, number>();
  unanswered = 0;
  private readonly clients: readonly SynodClient[];
  private readonly revisions = new Map<string, number>();
  private timers: NodeJS.Timeout[] = [];
  private readonly underWay = new Set<Promise<void>>();

  constructor(private readonly options: FreshReadsOptions) {
    this.clients = options.addresses.map(
      (address) => new SynodClient({ addresses: [address], deadlineMs: READ_DEADLINE_MS }),
    );
  }

  start(): void {
    this.timers = this.options.addresses.map((address, index) => {
      let ownUnderWay = 0;
      let count = 0;
      return setInterval(() => {
        const jobId = this.pick(count++);
        const client = this.clients[index];
        if (jobId === undefined || client === undefined || ownUnderWay >= MAX_UNDER_WAY) return;
        ownUnderWay += 1;
        const read = this.readOnce(client, address, jobId).finally(() => {
          ownUnderWay -= 1;
          this.underWay.delete(read);
        });
        this.underWay.add(read);
      }, this.options.intervalMs);
    });
  }

  async stop(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    await Promise.all(this.underWay);
    for (const client of this.clients) client.close();
  }

  /** Ends it at once. */
  abort(): void {
    for (const timer of this.timers) clearInterval(timer);
    for (const client of this.clients) client.close();
  }

  private pick(count: number): string | undefined {
    const acknowledged = this.options.acknowledged();
    const back = count % 2 === 0 ? 0 : Math.floor(Math.random() * Math.min(RECENT, acknowledged.length));
    return acknowledged[acknowledged.length - 1 - back];
  }

  private async readOnce(client: SynodClient, address: string, jobId: string): Promise<void> {
    const atLeast = this.revisions.get(jobId) ?? 0;
    const expected = this.options.expected?.(jobId);
    try {
      const job = await client.get(jobId);
      const { revision } = job;
      const unexpected = expected?.(job);
      if (unexpected !== undefined) this.stale.push(`${address}: ${jobId} ${unexpected}`);
      this.answered.set(address, (this.answered.get(address) ?? 0) + 1);
      if (revision < atLeast) this.stale.push(`${address}: ${jobId} at revision ${revision} after ${atLeast}`);
      else if (revision > (this.revisions.get(jobId) ?? 0)) this.revisions.set(jobId, revision);
    } catch (error) {
      this.unanswered += 1;
      if (error instanceof SynodClientError && error.code === 'notFound') {
        this.stale.push(`${address}: acknowledged job ${jobId} is unknown`);
      }
    }
  }
}
