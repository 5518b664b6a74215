import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { LocalCluster, until } from '@synod/e2e';
import { HandlerProcess } from '../handler-process.js';
import type { Row } from '../report.js';
import { measurePlanning } from './planning.js';

export interface BacklogOptions {
  /** Separate jobs that wait. */
  readonly backlogJobs: number;
}

const COORDINATORS = 3;
const BATCH_JOBS = 1_000;
const SIZES = [1_000, 10_000, 100_000, 1_000_000];
const WORKERS = 200;
const MANY_WORKERS = 2_000;
const MANY_QUEUES = 1_000;
const ROUNDS = 50;
/** What little goes on without load is written a second later. */
const MAX_IMAGE_LAG_SLOTS = 20;
/** Until what the submission left is collected. */
const SETTLE_MS = 20_000;
const HANDLER_CAPACITY = 4_000;
/** Ends that are counted at each size of the backlog. */
const ENDED_JOBS = 20_000;
const LIMIT_MS = 600_000;

/** What a backlog costs: memory of real coordinators, and the time of the planner as it grows. */
export async function measureBacklog({ backlogJobs }: BacklogOptions): Promise<Row[]> {
  return [...planningRows(backlogJobs), ...(await clusterRows(backlogJobs))];
}

function planningRows(most: number): Row[] {
  const rows: Row[] = [];
  const measure = (what: string, backlog: number, queues: number, workers: number): void => {
    const { perJobUs, longestSliceMs, longestSliceCpuMs } = measurePlanning({
      backlog,
      queues,
      workers,
      rounds: ROUNDS,
    });
    const scenario = `planning, ${backlog} jobs wait, ${what}`;
    rows.push({ scenario, metric: 'for a planned job, median', value: perJobUs, unit: 'us' });
    rows.push({ scenario, metric: 'longest slice', value: longestSliceMs, unit: 'ms' });
    rows.push({ scenario, metric: 'longest slice, processor time', value: longestSliceCpuMs, unit: 'ms' });
  };
  for (const size of SIZES.filter((it) => it <= most)) measure(`${WORKERS} workers`, size, 1, WORKERS);
  const largest = Math.min(most, SIZES.at(-1) ?? 0);
  measure(`${MANY_WORKERS} workers`, largest, 1, MANY_WORKERS);
  measure(`${WORKERS} workers, ${MANY_QUEUES} queues`, largest, MANY_QUEUES, WORKERS);
  return rows;
}

async function clusterRows(backlogJobs: number): Promise<Row[]> {
  const cluster = await LocalCluster.start({ coordinators: COORDINATORS, agents: 0 });
  try {
    const rows = memoryRows('no jobs', cluster, await cluster.leader());
    const emptyRate = await endRate(cluster, ENDED_JOBS);
    await submitSeparate(cluster, backlogJobs);
    await cluster.allWell(LIMIT_MS);
    await imagesWritten(cluster);
    await pause(SETTLE_MS);
    const what = `${backlogJobs} separate jobs wait`;
    rows.push(...memoryRows(what, cluster, await cluster.leader()));
    const fullRate = await endRate(cluster, ENDED_JOBS);
    const scenario = 'jobs of a handler that end, the others wait for another';
    rows.push({ scenario, metric: 'with no backlog', value: emptyRate, unit: '1/s' });
    rows.push({ scenario, metric: `while ${what}`, value: fullRate, unit: '1/s' });
    return rows;
  } finally {
    await cluster.stop();
  }
}

/** What is applied is in every member's image: until then each writes the backlog down, behind what is measured. */
async function imagesWritten(cluster: LocalCluster): Promise<void> {
  await until(
    'all images to be written',
    async () => {
      const { members } = await cluster.status();
      const behind = members.map(({ appliedSlot, imageSlot }) => appliedSlot - imageSlot);
      return Math.max(...behind) < MAX_IMAGE_LAG_SLOTS ? true : undefined;
    },
    LIMIT_MS,
  );
}

/** Each has a command line and a label of its own. Nobody runs commands here: they wait. */
async function submitSeparate(cluster: LocalCluster, count: number): Promise<void> {
  const submitter = cluster.client.submitter({ maxBatchJobs: BATCH_JOBS, maxInFlightBatches: 4 });
  const answers: Promise<unknown>[] = [];
  for (let sent = 0; sent < count; sent += BATCH_JOBS) {
    const jobs = Array.from({ length: Math.min(BATCH_JOBS, count - sent) }, (_, at) => ({
      exec: { command: '/usr/bin/process-order', args: ['--order', `order-${sent + at}`] },
      labels: { order: `order-${sent + at}` },
    }));
    answers.push(submitter.submitMany(jobs));
    if (answers.length >= 8) await answers.shift();
  }
  await Promise.all(answers);
  await submitter.close();
}

/** How many jobs of a handler end in a second, from the first submission to the last end. */
async function endRate(cluster: LocalCluster, count: number): Promise<number> {
  const handlers = await HandlerProcess.start(cluster.addresses, HANDLER_CAPACITY);
  const submitter = cluster.client.submitter({ maxBatchJobs: 100, maxInFlightBatches: 64, maxPendingJobs: count });
  try {
    const before = performance.now();
    const batches = Array.from({ length: count / 100 }, () =>
      submitter.submitMany(Array.from({ length: 100 }, () => ({ handler: { handler: 'noop' }, queue: 'ends' }))),
    );
    await Promise.all(batches);
    await until(
      'all to end',
      async () => {
        const queue = (await cluster.client.queues.list()).find((it) => it.queue === 'ends');
        return queue === undefined || queue.ready + queue.running + queue.waiting === 0 ? true : undefined;
      },
      LIMIT_MS,
    );
    return count / ((performance.now() - before) / 1_000);
  } finally {
    await submitter.close();
    await handlers.stop();
  }
}

/** Of the leader, and of the follower that has most. */
function memoryRows(what: string, cluster: LocalCluster, leader: string): Row[] {
  const followers = cluster.coordinatorIds().filter((id) => id !== leader);
  const of = (role: string, memory: Memory): Row[] => {
    const scenario = `memory of the ${role}, ${what}`;
    return [
      { scenario, metric: 'resident', value: memory.residentMib, unit: 'MiB' },
      { scenario, metric: 'its own, without mapped files', value: memory.ownMib, unit: 'MiB' },
      { scenario, metric: 'most that was resident', value: memory.peakMib, unit: 'MiB' },
    ];
  };
  const [most] = followers.map((id) => memoryOf(cluster, id)).sort((a, b) => b.residentMib - a.residentMib);
  if (most === undefined) throw new Error('there is no follower');
  return [...of('leader', memoryOf(cluster, leader)), ...of('follower', most)];
}

interface Memory {
  readonly residentMib: number;
  readonly ownMib: number;
  readonly peakMib: number;
}

function memoryOf(cluster: LocalCluster, id: string): Memory {
  const status = readFileSync(`/proc/${cluster.process(id).pid}/status`, 'utf8');
  const mib = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? NaN) / 1_024;
  return { residentMib: mib('VmRSS'), ownMib: mib('RssAnon'), peakMib: mib('VmHWM') };
}
