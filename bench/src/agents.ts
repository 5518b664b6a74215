import { setTimeout as pause } from 'node:timers/promises';
import type { JobEvent, SynodClient } from '@synod/client';
import { LocalCluster, until } from '@synod/e2e';
import { AgentProcess } from './agent-process.js';
import { cpuSeconds, memoryMib } from './process-costs.js';
import type { Row } from './report.js';

export interface AgentsOptions {
  /** Simulated agents in all. */
  readonly agents: number;
}

const COORDINATORS = 3;
/** A tenth of them dies at once. */
const DOOMED_SHARE = 10;
/** Room for what the dead ones held. */
const CAPACITY = 2;
const LOST_AFTER_MS = 10_000;
const WINDOW_MS = 20_000;
const SETTLE_MS = 3_000;
/** For sessions that break late: a session that is given no answer is left after 5 s. */
const AFTER_LEADER_MS = 8_000;
const SUBMIT_BATCH = 500;
const OPENED_LIMIT_MS = 120_000;
const REASSIGNED_LIMIT_MS = 60_000;

/** Of a core, for all heartbeats of all agents. */
const MAX_HEARTBEAT_PERCENT = 20;
const MAX_BEYOND_LOST_AFTER_MS = 3_000;

/**
 * Many agents with real streams to three real coordinators: what their heartbeats cost, whose sessions a leader's death breaks, and
 * how soon the work of a tenth of them runs elsewhere when they die at once.
 */
export async function measureAgents({ agents }: AgentsOptions): Promise<Row[]> {
  const scenario = `${String(agents)} agents, real streams`;
  const cluster = await LocalCluster.start({ coordinators: COORDINATORS, agents: 0 });
  const crowds: AgentProcess[] = [];
  try {
    await pause(SETTLE_MS);
    const without = await coresOf(cluster);
    const doomedCount = Math.floor(agents / DOOMED_SHARE);
    const half = Math.ceil((agents - doomedCount) / 2);
    const sizes = [
      ['doomed-', doomedCount],
      ['a-', half],
      ['b-', agents - doomedCount - half],
    ] as const;
    const startedAtMs = performance.now();
    for (const [prefix, count] of sizes) {
      crowds.push(await AgentProcess.start(cluster.addresses, prefix, count, CAPACITY));
    }
    const openedMs = performance.now() - startedAtMs;
    await until(
      `${String(agents)} agents online`,
      async () => ((await homes(cluster.client)).size === agents ? true : undefined),
      OPENED_LIMIT_MS,
    );
    await pause(SETTLE_MS);
    const withAll = await coresOf(cluster);
    const beats = withAll.map((cores, index) => (cores - (without[index] ?? 0)) * 100);
    const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
    const row = (metric: string, value: number, unit: string): Row => ({ scenario, metric, value, unit });
    const rows: Row[] = [
      row('sessions opened', agents / (openedMs / 1_000), '1/s'),
      row('all coordinators without agents', sum(without) * 100, '% of a core'),
      {
        ...row('heartbeats, all coordinators together', sum(beats), '% of a core'),
        atMost: MAX_HEARTBEAT_PERCENT,
      },
      row('heartbeats, busiest coordinator', Math.max(...beats), '% of a core'),
      row('memory of the largest coordinator', largestMib(cluster), 'MiB'),
    ];
    rows.push(...(await loseMany(cluster, crowds, agents, doomedCount, row)));
    rows.push(...(await loseLeader(cluster, crowds, row)));
    return rows;
  } finally {
    await Promise.all(crowds.map((crowd) => crowd.kill()));
    await cluster.stop();
  }
}

type MakeRow = (metric: string, value: number, unit: string) => Row;

/** Every agent holds one job; then a tenth of them die. */
async function loseMany(
  cluster: LocalCluster,
  crowds: readonly AgentProcess[],
  agents: number,
  doomedCount: number,
  row: MakeRow,
): Promise<Row[]> {
  const { client } = cluster;
  const watch = new AssignmentWatch(client);
  try {
    const job = { handler: { handler: 'hold' }, lostAfterMs: LOST_AFTER_MS };
    for (let sent = 0; sent < agents; sent += SUBMIT_BATCH) {
      await client.submitMany(Array.from({ length: Math.min(SUBMIT_BATCH, agents - sent) }, () => job));
    }
    await until(
      'one job at each agent',
      async () => {
        const workers = await client.workers();
        return workers.filter(({ activeAttempts }) => activeAttempts === 1).length === agents ? true : undefined;
      },
      OPENED_LIMIT_MS,
    );
    const killedAtMs = performance.now();
    await crowds[0]?.kill();
    await until(
      'all of theirs elsewhere',
      () => (watch.again.size >= doomedCount ? true : undefined),
      REASSIGNED_LIMIT_MS,
    );
    const lastMs = Math.max(...watch.again.values()) - killedAtMs;
    await pause(SETTLE_MS);
    const limitMs = LOST_AFTER_MS + MAX_BEYOND_LOST_AFTER_MS;
    const dead = String(doomedCount);
    return [
      {
        ...row(`${dead} dead at once, lostAfter 10 s: the last of their jobs reassigned`, lastMs, 'ms'),
        atMost: limitMs,
      },
      { ...row(`${dead} dead at once: jobs of the living reassigned`, watch.again.size - doomedCount, ''), atMost: 0 },
    ];
  } finally {
    watch.stop();
  }
}

/** The leader dies: the agents that are connected elsewhere notice nothing. */
async function loseLeader(cluster: LocalCluster, crowds: readonly AgentProcess[], row: MakeRow): Promise<Row[]> {
  const living = crowds.slice(1);
  for (const crowd of living) await crowd.disconnections();
  const leader = await cluster.leader();
  const before = await homes(cluster.client);
  await cluster.process(leader).end('SIGKILL');
  await pause(AFTER_LEADER_MS);
  const broken = new Set((await Promise.all(living.map((crowd) => crowd.disconnections()))).flat());
  const elsewhere = [...before].filter(([, coordinatorId]) => coordinatorId !== leader).map(([workerId]) => workerId);
  const atLeader = [...before].filter(([, coordinatorId]) => coordinatorId === leader).map(([workerId]) => workerId);
  await until('the leader’s own agents elsewhere', async () => {
    const after = await homes(cluster.client);
    return atLeader.every((workerId) => after.get(workerId) !== leader) ? true : undefined;
  });
  const jobs = (await cluster.client.workers()).reduce((sum, { activeAttempts }) => sum + activeAttempts, 0);
  return [
    row('sessions at other coordinators when the leader dies', elsewhere.length, ''),
    { ...row('of these broken', elsewhere.filter((workerId) => broken.has(workerId)).length, ''), atMost: 0 },
    row('sessions at the leader, all opened again elsewhere', atLeader.length, ''),
    row('attempts that run on', jobs, ''),
  ];
}

async function homes(client: SynodClient): Promise<ReadonlyMap<string, string>> {
  const online = (await client.workers()).filter(({ state }) => state === 'online');
  return new Map(online.map(({ workerId, coordinatorId }) => [workerId, coordinatorId]));
}

/** When each job was assigned another time, by this process's clock. */
class AssignmentWatch {
  readonly again = new Map<string, number>();
  private readonly watching = new AbortController();

  constructor(private readonly client: SynodClient) {
    void this.follow();
  }

  stop(): void {
    this.watching.abort();
  }

  private async follow(): Promise<void> {
    try {
      const { signal } = this.watching;
      for await (const event of this.client.watchEvents({ types: ['attemptAssigned'], signal })) this.take(event);
    } catch (error) {
      if (!this.watching.signal.aborted) throw error;
    }
  }

  private take({ jobId, attempt }: JobEvent): void {
    if (attempt > 1) this.again.set(jobId, performance.now());
  }
}

/** Cores that each coordinator uses, over a while. */
async function coresOf(cluster: LocalCluster): Promise<number[]> {
  const processes = cluster.coordinatorIds().map((id) => cluster.process(id));
  const cpu = (): number[] => processes.map(({ pid }) => cpuSeconds(pid));
  const before = cpu();
  const startedAtMs = performance.now();
  await pause(WINDOW_MS);
  const seconds = (performance.now() - startedAtMs) / 1_000;
  return cpu().map((used, index) => (used - (before[index] ?? 0)) / seconds);
}

function largestMib(cluster: LocalCluster): number {
  return Math.max(...cluster.coordinatorIds().map((id) => memoryMib(cluster.process(id).pid)));
}
