import { SynodClient } from '@synod/client';
import { LocalCluster } from '@synod/e2e';
import { cpuSeconds, forgetPeak, memoryMib, peakMemoryMib, pidsOf } from './process-costs.js';
import { latencyRows } from './report.js';
import type { Row } from './report.js';

export interface OutputOptions {
  /** What one job prints. */
  readonly outputMib: number;
}

const COORDINATORS = 3;
const AGENT = 'w1';
/** How much more memory any process of Synod may need while a job prints, however much it prints. */
const MAX_MORE_MEMORY_MIB = 128;
/** Small jobs beside it, one after the other. */
const PROBE_PAUSE_MS = 100;

/** Who reads what the job prints, as it comes. */
type Reader = 'nobody' | 'a reader through another coordinator' | 'a reader that stands still';
const READERS: readonly Reader[] = ['nobody', 'a reader through another coordinator', 'a reader that stands still'];

/**
 * A job that prints as fast as it can, on a real agent: what it costs agent, guard and coordinators in CPU and memory, by who reads it,
 * and what jobs beside it notice.
 */
export async function measureOutput({ outputMib }: OutputOptions): Promise<Row[]> {
  const cluster = await LocalCluster.start({ coordinators: COORDINATORS, agents: 1 });
  try {
    const rows: Row[] = [];
    const quiet = await probeWhile(cluster.client, new Promise((resolve) => setTimeout(resolve, 5_000)));
    rows.push(...latencyRows('a small job, nothing beside it', 'submitted to ended', quiet));
    for (const reader of READERS) rows.push(...(await printing(cluster, reader, outputMib)));
    return rows;
  } finally {
    await cluster.stop();
  }
}

interface Watched {
  readonly name: string;
  readonly pids: readonly number[];
}

async function printing(cluster: LocalCluster, reader: Reader, outputMib: number): Promise<Row[]> {
  const { client } = cluster;
  const [guard] = pidsOf('guard', `--data=${cluster.dataOf(AGENT)}`);
  if (guard === undefined) throw new Error('the guard of the agent was not found');
  const watched: Watched[] = [
    { name: 'guard', pids: [guard] },
    { name: 'agent', pids: [cluster.process(AGENT).pid] },
    { name: 'coordinators', pids: cluster.coordinatorIds().map((id) => cluster.process(id).pid) },
  ];
  const pids = watched.flatMap((one) => one.pids);
  pids.forEach(forgetPeak);
  const before = new Map(pids.map((pid) => [pid, { cpu: cpuSeconds(pid), memory: memoryMib(pid) }]));

  const bytes = outputMib * 1024 * 1024;
  const startedAtMs = performance.now();
  const command = `yes "${'x'.repeat(99)}" | head -c ${String(bytes)}`;
  const { jobId } = await client.submit({ exec: { command: 'sh', args: ['-c', command] } });
  const reading = read(await coordinatorWithout(cluster), jobId, reader);
  const ended = client.wait(jobId);
  const probes = await probeWhile(client, ended);
  const { state } = await ended;
  if (state !== 'succeeded') throw new Error(`the job that prints is ${state}`);
  const seconds = (performance.now() - startedAtMs) / 1_000;
  const readBytes = await reading();

  const scenario = `${String(outputMib)} MiB printed, read by ${reader}`;
  const row = (metric: string, value: number, unit: string): Row => ({ scenario, metric, value, unit });
  const costs = watched.flatMap(({ name, pids: own }) => {
    const cpu = own.map((pid) => cpuSeconds(pid) - (before.get(pid)?.cpu ?? 0)).reduce((sum, value) => sum + value, 0);
    const more = Math.max(...own.map((pid) => peakMemoryMib(pid) - (before.get(pid)?.memory ?? 0)));
    return [
      row(`CPU, ${name}`, cpu, 's'),
      { ...row(`more memory at its peak, ${name}`, more, 'MiB'), atMost: MAX_MORE_MEMORY_MIB },
    ];
  });
  return [
    row('rate', outputMib / seconds, 'MiB/s'),
    ...(reader === 'a reader through another coordinator' ? [row('of it read', readBytes / 2 ** 20, 'MiB')] : []),
    ...costs,
    ...latencyRows(scenario, 'a small job beside it, submitted to ended', probes),
  ];
}

/** An address of a coordinator that has not the agent's session: output takes one step more. */
async function coordinatorWithout(cluster: LocalCluster): Promise<string> {
  const [agent] = (await cluster.client.workers()).filter(({ workerId }) => workerId === AGENT);
  const other = cluster.coordinatorIds().find((id) => id !== agent?.coordinatorId);
  return cluster.addressOf(other ?? '');
}

/** Begins to read; what it gives ends that, and says how many bytes came. */
function read(address: string, jobId: string, reader: Reader): () => Promise<number> {
  if (reader === 'nobody') return () => Promise.resolve(0);
  const client = new SynodClient({ addresses: [address] });
  const stop = new AbortController();
  let bytes = 0;
  const reading = (async () => {
    for await (const { data } of client.logs(jobId, { follow: true, signal: stop.signal })) {
      bytes += data.length;
      if (reader === 'a reader that stands still') {
        await new Promise<void>((resolve) => stop.signal.addEventListener('abort', () => resolve()));
        return;
      }
    }
  })();
  // A reader that was ended in the middle, or too slow for what is kept.
  const settled = reading.catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
  return async () => {
    if (reader === 'a reader that stands still') stop.abort();
    await settled;
    client.close();
    return bytes;
  };
}

/** How long small jobs take, one after the other, until this settles. */
async function probeWhile(client: SynodClient, work: Promise<unknown>): Promise<number[]> {
  let over = false;
  const settled = work.then(
    () => (over = true),
    () => (over = true),
  );
  const tookMs: number[] = [];
  while (!over) {
    const startedAtMs = performance.now();
    const { jobId } = await client.submit({ exec: { command: 'true' } });
    await client.wait(jobId);
    tookMs.push(performance.now() - startedAtMs);
    await Promise.race([settled, new Promise((resolve) => setTimeout(resolve, PROBE_PAUSE_MS))]);
  }
  return tookMs;
}
