import { readFileSync } from 'node:fs';
import type { Job, SynodClient } from '@synod/client';
import { isFinal, SynodClientError } from '@synod/client';
import type { LocalCluster } from '@synod/e2e';
import { until } from '@synod/e2e';
import type { Submission, Workload } from './workload.js';

/** What an episode came to, once all faults had ended. */
export interface Verdict {
  readonly acknowledged: number;
  /** Acknowledged and not there any more. */
  readonly lost: number;
  readonly violations: readonly string[];
}

const END_LIMIT_MS = 120_000;
const CONCURRENCY = 24;

/** Settles what is open, then looks at everything that was acknowledged. The load has stopped, and all processes run. */
export async function finalChecks(cluster: LocalCluster, workload: Workload): Promise<Verdict> {
  const { client } = cluster;
  const violations = [...workload.violations, ...workload.reads.stale.map((line) => `stale read: ${line}`)];
  await forEachOf(workload.submissions, async (submission) => {
    if (submission.jobId === undefined) {
      const { jobId } = await client.submit(submission.spec, { idempotencyKey: submission.key });
      workload.settle(submission, jobId);
    }
    if (submission.kind === 'nobody' && submission.jobId !== undefined) await client.cancel(submission.jobId);
  });
  const jobIds = [...workload.probes.jobIds, ...workload.submissions.flatMap(({ jobId }) => jobId ?? [])];
  const jobs = new Map<string, Job>();
  let lost = 0;
  await forEachOf(jobIds, async (jobId) => {
    const job = await endOf(client, jobId);
    if (job === 'lost') lost += 1;
    else if (job === undefined) violations.push(`${jobId} did not end within ${String(END_LIMIT_MS)} ms`);
    else jobs.set(jobId, job);
  });
  const ended = [...jobs.values()];
  violations.push(...endsOf(workload.submissions, ended), ...runsOf(workload.handled, ended));
  violations.push(...journalOf(readFileSync(workload.journal, 'utf8'), workload.submissions, ended));
  const hashes = new Set(await cluster.convergedHashes(cluster.coordinatorIds().length));
  if (hashes.size !== 1) violations.push(`state hashes differ: ${[...hashes].join(', ')}`);
  return { acknowledged: jobIds.length, lost, violations };
}

/** The job when it has ended; undefined when it doesn't. */
async function endOf(client: SynodClient, jobId: string): Promise<Job | 'lost' | undefined> {
  try {
    return await until(
      `the end of ${jobId}`,
      async () => {
        try {
          const job = await client.get(jobId);
          return isFinal(job.state) ? job : undefined;
        } catch (error) {
          if (error instanceof SynodClientError && error.code === 'notFound') return 'lost';
          throw error;
        }
      },
      END_LIMIT_MS,
    );
  } catch {
    return undefined;
  }
}

/** Each in the state that it was meant to come to. */
export function endsOf(submissions: readonly Submission[], jobs: readonly Job[]): string[] {
  const cancelled = new Set(submissions.filter(({ kind }) => kind === 'nobody').map(({ jobId }) => jobId));
  return jobs.flatMap(({ jobId, state, attempts }) => {
    const wanted = cancelled.has(jobId) ? 'cancelled' : 'succeeded';
    const why = attempts.at(-1)?.message ?? '';
    return state === wanted ? [] : [`${jobId} ended as ${state}, not ${wanted} ${why}`];
  });
}

/** Each attempt at most once, and another one only after the one before was lost. `handled`: attempts that ran, by job. */
export function runsOf(handled: ReadonlyMap<string, readonly string[]>, jobs: readonly Job[]): string[] {
  return jobs.flatMap(({ jobId, attempts, lostAttempts }) => {
    const runs = handled.get(jobId) ?? [];
    const twice = new Set(runs).size < runs.length ? [`${jobId} ran an attempt twice: ${runs.join(' ')}`] : [];
    const unasked = attempts.slice(0, -1).filter(({ state }) => state !== 'lost');
    const many = runs.length > lostAttempts + 1 ? [`${jobId} ran ${runs.length} times for ${lostAttempts} lost`] : [];
    return [...twice, ...many, ...(unasked.length > 0 ? [`${jobId} was run again without a loss`] : [])];
  });
}

/** What the commands themselves wrote down, `key attempt token start|end` a line: one at a time, tokens rising, no attempt twice. */
export function journalOf(text: string, submissions: readonly Submission[], jobs: readonly Job[]): string[] {
  const byKey = new Map<string, string[][]>();
  for (const line of text.split('\n')) {
    const [key = '', ...rest] = line.split(' ');
    if (key !== '') byKey.set(key, [...(byKey.get(key) ?? []), rest]);
  }
  const ended = new Set(jobs.map(({ jobId }) => jobId));
  return submissions.flatMap(({ key, kind, jobId }) => {
    if (kind !== 'exec' || jobId === undefined || !ended.has(jobId)) return [];
    return journalOfOne(byKey.get(key) ?? []).map((what) => `${jobId} (${key}) ${what}`);
  });
}

function journalOfOne(lines: readonly (readonly string[])[]): string[] {
  const wrong: string[] = [];
  let highest = -1n;
  let open: bigint | undefined;
  for (const [, tokenText = '0', what] of lines) {
    const token = BigInt(tokenText);
    if (what === 'start') {
      if (token <= highest) wrong.push(`started with token ${token} after ${highest}`);
      highest = token > highest ? token : highest;
      open = token;
    } else {
      if (token !== open) wrong.push(`ended under token ${token} while ${open ?? 'none'} ran`);
      open = undefined;
    }
  }
  if (!lines.some(([, , what]) => what === 'end')) wrong.push('succeeded and never ran to its end');
  return wrong;
}

async function forEachOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, lane));
}
