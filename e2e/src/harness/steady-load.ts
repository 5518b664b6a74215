import type { JobSpec } from '@synod/client';
import { SynodClient } from '@synod/client';

/** A submission that got its answer. Times are of this process's monotonic clock, in milliseconds. */
export interface Acknowledgement {
  readonly client: number;
  readonly sentAtMs: number;
  readonly ackedAtMs: number;
  readonly jobId: string;
}

export interface SteadyLoadOptions {
  readonly addresses: readonly string[];
  /** Independent clients, each with connections and retries of its own. */
  readonly clients: number;
  /** Time between two submissions of all clients together. */
  readonly intervalMs: number;
  readonly spec: JobSpec;
}

/**
 * Submissions at an even pace, whatever becomes of the ones before (an open loop: a slow answer doesn't thin the load out), from
 * several clients in turn.
 */
export class SteadyLoad {
  /** In the order of the answers. */
  readonly acknowledged: Acknowledgement[] = [];
  /** The ids alone, in the same order. */
  readonly jobIds: string[] = [];
  /** Submissions that the client gave up on. */
  readonly failures: string[] = [];
  private readonly clients: readonly SynodClient[];
  private readonly underWay = new Set<Promise<void>>();
  private readonly waiters = new Set<() => void>();
  private timer: NodeJS.Timeout | undefined;
  private sent = 0;

  constructor(private readonly options: SteadyLoadOptions) {
    this.clients = Array.from({ length: options.clients }, () => new SynodClient({ addresses: options.addresses }));
  }

  start(): void {
    const startedAtMs = performance.now();
    const before = this.sent;
    // Timers are late by up to a millisecond or more: what is due by now goes out, so that the pace is kept.
    this.timer = setInterval(
      () => {
        const due = before + Math.floor((performance.now() - startedAtMs) / this.options.intervalMs);
        while (this.sent < due) this.sendOne();
      },
      Math.max(1, this.options.intervalMs / 2),
    );
  }

  /** Sends nothing more, and waits for what is under way. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await Promise.all(this.underWay);
    for (const client of this.clients) client.close();
  }

  /** Ends it at once, whatever is under way: for who has given up. */
  abort(): void {
    clearInterval(this.timer);
    for (const client of this.clients) client.close();
  }

  /** The first answers to submissions that were *sent* after this time, one for each client: what was under way doesn't count. */
  async firstAnswersSince(timeMs: number): Promise<readonly Acknowledgement[]> {
    const first = new Map<number, Acknowledgement>();
    for (let seen = this.acknowledged.length; ;) {
      for (; seen < this.acknowledged.length; seen += 1) {
        const answer = this.acknowledged[seen];
        if (answer !== undefined && answer.sentAtMs >= timeMs && !first.has(answer.client)) {
          first.set(answer.client, answer);
        }
      }
      if (first.size === this.clients.length) return [...first.values()];
      await new Promise<void>((resolve) => this.waiters.add(resolve));
    }
  }

  private sendOne(): void {
    const index = this.sent % this.clients.length;
    this.sent += 1;
    const client = this.clients[index];
    if (client === undefined) return;
    const sentAtMs = performance.now();
    const answered = client.submit(this.options.spec).then(
      ({ jobId }) => {
        this.acknowledged.push({ client: index, sentAtMs, ackedAtMs: performance.now(), jobId });
        this.jobIds.push(jobId);
        for (const wake of this.waiters) wake();
        this.waiters.clear();
      },
      (error: unknown) => {
        this.failures.push(error instanceof Error ? error.message : String(error));
      },
    );
    this.underWay.add(answered);
    void answered.finally(() => this.underWay.delete(answered));
  }
}
