import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Job } from '@synod/client';
import { LocalCluster } from './harness/cluster.js';
import { until } from './harness/until.js';

const JOBS = 500;
/** Some jobs are long enough that the kill of an agent meets them. */
const SCRIPT =
  'echo "$1 $SYNOD_ATTEMPT $SYNOD_FENCING_TOKEN start" >> "$2"; sleep $3; echo "$1 $SYNOD_ATTEMPT $SYNOD_FENCING_TOKEN end" >> "$2"';

interface Line {
  readonly key: string;
  readonly attempt: number;
  readonly token: bigint;
  readonly what: string;
}

describe('cluster (3 coordinators, 3 agents) under kill -9', () => {
  let cluster: LocalCluster;
  let journal: string;
  /** Key in the journal by acknowledged job id. */
  const acknowledged = new Map<string, string>();

  beforeAll(async () => {
    cluster = await LocalCluster.start({ coordinators: 3, agents: 3, capacity: 8 });
    journal = join(cluster.directory, 'journal');
    appendFileSync(journal, '');
  }, 60_000);

  afterAll(async () => {
    await cluster.stop();
  }, 60_000);

  it('500 shell jobs: the leader is killed in the middle, then an agent; every acknowledged job ends', async () => {
    let killedLeader = '';
    let killedAgent = '';
    for (let index = 0; index < JOBS; index += 10) {
      if (index === 150) killedLeader = await killLeader();
      if (index === 320) killedAgent = await killBusyAgent();
      await submitTen(index);
    }
    const jobs = await Promise.all([...acknowledged.keys()].map((jobId) => cluster.client.wait(jobId)));
    expect(jobs.filter((job) => job.state !== 'succeeded')).toEqual([]);
    expect(killedLeader).not.toBe('');

    const repeated = jobs.filter((job) => job.attempts.length > 1);
    // Only what the killed agent held was run again.
    expect(
      repeated
        .flatMap((job) => job.attempts.slice(0, -1).map((attempt) => attempt.workerId))
        .filter((id) => id !== killedAgent),
    ).toEqual([]);
    expect(repeated.length).toBeGreaterThan(0);
    expectJournal(jobs, new Set(repeated.map((job) => job.jobId)));
  }, 180_000);

  it('the killed coordinator catches up and all state hashes are equal', async () => {
    const dead = cluster.coordinatorIds().filter((id) => !cluster.process(id).isRunning);
    expect(dead).toHaveLength(1);
    await Promise.all(dead.map((id) => cluster.startCoordinator(id)));
    expect(new Set(await cluster.convergedHashes(3)).size).toBe(1);
  }, 60_000);

  it('all three coordinators killed with work under way, and restarted: nothing acknowledged is lost, nothing runs twice', async () => {
    for (let index = JOBS; index < JOBS + 60; index += 10) await submitTen(index);
    await Promise.all(cluster.coordinatorIds().map((id) => cluster.process(id).end('SIGKILL')));
    await Promise.all(cluster.coordinatorIds().map((id) => cluster.startCoordinator(id)));
    const jobs = await Promise.all([...acknowledged.keys()].map((jobId) => cluster.client.wait(jobId)));
    expect(jobs.filter((job) => job.state !== 'succeeded')).toEqual([]);
    expectJournal(jobs, new Set(jobs.filter((job) => job.attempts.length > 1).map((job) => job.jobId)));
    expect(jobs.slice(JOBS).filter((job) => job.attempts.length > 1)).toEqual([]);
    expect(new Set(await cluster.convergedHashes(3)).size).toBe(1);
  }, 120_000);

  async function submitTen(from: number): Promise<void> {
    const keys = Array.from({ length: 10 }, (_value, offset) => `k${String(from + offset)}`);
    const jobIds = await cluster.client.submitMany(
      keys.map((key, offset) => ({
        exec: { command: 'sh', args: ['-c', SCRIPT, 'sh', key, journal, offset === 0 ? '4' : '0.1'] },
      })),
    );
    jobIds.forEach((jobId, offset) => acknowledged.set(jobId, keys[offset] ?? ''));
  }

  async function killLeader(): Promise<string> {
    const leader = await cluster.leader();
    await cluster.process(leader).end('SIGKILL');
    return leader;
  }

  /** Kills an agent while it runs something. */
  async function killBusyAgent(): Promise<string> {
    const busy = await until('a busy agent', async () => {
      const workers = await cluster.client.workers();
      return workers.find((worker) => worker.activeAttempts > 0)?.workerId;
    });
    await cluster.process(busy).end('SIGKILL');
    return busy;
  }

  function expectJournal(jobs: readonly Job[], repeated: ReadonlySet<string>): void {
    const lines = readJournal(journal);
    const byKey = groupByKey(lines);
    for (const job of jobs) {
      const key = acknowledged.get(job.jobId) ?? '';
      const own = byKey.get(key) ?? [];
      const ends = own.filter((line) => line.what === 'end');
      expect({ key, ends: ends.length >= 1 }).toEqual({ key, ends: true });
      if (!repeated.has(job.jobId)) expect(own.map((line) => line.what)).toEqual(['start', 'end']);
      expectNoOverlap(own);
    }
  }
});

/** In the order of the file, an attempt's lines stand together, and tokens rise from attempt to attempt. */
function expectNoOverlap(lines: readonly Line[]): void {
  let token = -1n;
  let open: bigint | undefined;
  for (const line of lines) {
    if (line.what === 'start') {
      expect(line.token > token).toBe(true);
      token = line.token;
      open = line.token;
    } else {
      expect(line.token).toBe(open);
      open = undefined;
    }
  }
}

function readJournal(path: string): Line[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [key = '', attempt = '', token = '', what = ''] = line.split(' ');
      return { key, attempt: Number(attempt), token: BigInt(token), what };
    });
}

function groupByKey(lines: readonly Line[]): Map<string, Line[]> {
  const groups = new Map<string, Line[]>();
  for (const line of lines) groups.set(line.key, [...(groups.get(line.key) ?? []), line]);
  return groups;
}
