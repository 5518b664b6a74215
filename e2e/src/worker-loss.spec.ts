import { join } from 'node:path';
import type { Job, JobOptions } from '@synod/client';
import { FencedFiles, FOR_EVER, isolate, LocalCluster, NamespaceNetwork, namespacesMissing, until } from './index.js';

const SHORTEST_MS = 3_000;
const DEFAULT_MS = 10_000;
/** Writes after which a later attempt has shown that it runs, and ends well. */
const LATER_WRITES = 10;

/** Jobs that each write a fenced file, and how long it took until another attempt wrote it. */
class FencedJobs {
  private readonly files = new Map<string, string>();

  constructor(
    private readonly cluster: LocalCluster,
    readonly server: FencedFiles,
  ) {}

  /** Submits one job for each name, and waits until each writes; every attempt but the first ends by itself. */
  async start(names: readonly string[], options: JobOptions): Promise<void> {
    const specs = names.map((name) => ({ ...options, exec: this.server.writer(name, FOR_EVER, LATER_WRITES) }));
    const jobIds = await this.cluster.client.submitMany(specs);
    jobIds.forEach((jobId, index) => this.files.set(names[index] ?? '', jobId));
    await Promise.all(names.map((name) => this.server.firstWrite(name, 1)));
  }

  job(name: string): Promise<Job> {
    return this.cluster.client.get(this.files.get(name) ?? '');
  }

  /** Of these, the ones whose present attempt is at this worker. */
  async at(workerId: string, names: readonly string[]): Promise<string[]> {
    const jobs = await Promise.all(names.map((name) => this.job(name)));
    return names.filter((_name, index) => jobs[index]?.attempts.at(-1)?.workerId === workerId);
  }

  /** Time from then to the first write of another attempt, the longest of these. */
  async movedAfterMs(names: readonly string[], sinceMs: number): Promise<number> {
    const writes = await Promise.all(names.map((name) => this.server.firstWrite(name, 2, 40_000)));
    return Math.max(...writes.map(({ atMs }) => atMs)) - sinceMs;
  }

  /** The states of all attempts once the jobs have ended. */
  async ends(names: readonly string[]): Promise<string[][]> {
    const ids = names.map((name) => this.files.get(name) ?? '');
    const jobs = await Promise.all(ids.map((jobId) => this.cluster.client.wait(jobId)));
    return jobs.map(({ attempts }) => attempts.map(({ state }) => state));
  }

  /** Ends all jobs, and waits until everybody is heard of again, so that the next test finds work spread over both. */
  async clear(): Promise<void> {
    for (const jobId of this.files.values()) {
      await this.cluster.client.cancel(jobId);
      await this.cluster.client.wait(jobId);
    }
    this.files.clear();
    await this.cluster.allWell();
    await until('both workers at work', async () => {
      const jobIds = await this.cluster.client.submitMany(numbered('t', 4).map(() => ({ exec: { command: 'true' } })));
      const jobs = await Promise.all(jobIds.map((jobId) => this.cluster.client.wait(jobId)));
      return new Set(jobs.map(({ attempts }) => attempts.at(-1)?.workerId)).size === 2 ? true : undefined;
    });
  }
}

const numbered = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_value, index) => `${prefix}${String(index + 1)}`);

describe('cluster (3 coordinators, 2 agents) with a fenced file server', () => {
  let cluster: LocalCluster;
  let jobs: FencedJobs;

  beforeAll(async () => {
    cluster = await LocalCluster.start({ coordinators: 3, agents: 2 });
    jobs = new FencedJobs(cluster, await FencedFiles.start({ journal: join(cluster.directory, 'journal') }));
  }, 60_000);

  afterAll(async () => {
    await jobs.server.stop();
    await cluster.stop();
  }, 60_000);

  it('the file server refuses a token below the highest that it has seen, and a write without one', async () => {
    expect(await jobs.server.write('own', '7')).toBe(204);
    expect(await jobs.server.write('own', '7')).toBe(204);
    expect(await jobs.server.write('own', '6')).toBe(412);
    expect(await jobs.server.write('own', undefined)).toBe(428);
    expect(jobs.server.overlaps(['own'])).toEqual(['own']);
  });

  it('an agent killed by SIGKILL: its jobs run elsewhere within 5 s, and no old attempt writes after a new one', async () => {
    const names = numbered('f', 6);
    await jobs.start(names, {});
    const victim = 'w1';
    const moved = await jobs.at(victim, names);
    expect(moved.length).toBeGreaterThan(0);
    const killedAtMs = Date.now();
    await cluster.process(victim).end('SIGKILL');
    expect(await jobs.movedAfterMs(moved, killedAtMs)).toBeLessThan(5_000);
    expect(await jobs.ends(moved)).toEqual(moved.map(() => ['lost', 'succeeded']));
    expect(jobs.server.overlaps(names)).toEqual([]);
    // What the other one ran was left alone.
    const stayed = names.filter((name) => !moved.includes(name));
    expect(await jobs.at('w2', stayed)).toEqual(stayed);
    await cluster.startAgent(victim);
    await jobs.clear();
  }, 60_000);

  it('the leader and an agent killed at once: within 7 s, and no overlap', async () => {
    const names = numbered('g', 6);
    await jobs.start(names, {});
    const moved = await jobs.at('w1', names);
    expect(moved.length).toBeGreaterThan(0);
    const leader = await cluster.leader();
    const killedAtMs = Date.now();
    cluster.process(leader).kill('SIGKILL');
    await cluster.process('w1').end('SIGKILL');
    expect(await jobs.movedAfterMs(moved, killedAtMs)).toBeLessThan(7_000);
    expect(await jobs.ends(moved)).toEqual(moved.map(() => ['lost', 'succeeded']));
    expect(jobs.server.overlaps(names)).toEqual([]);
  }, 60_000);
});

const noNamespaces = namespacesMissing();
if (noNamespaces !== undefined) process.stderr.write(`skipped: an agent that is cut off: ${noNamespaces}\n`);

(noNamespaces === undefined ? describe : describe.skip)(
  'cluster (3 coordinators, 2 agents, a fenced file server) on hosts of their own',
  () => {
    let network: NamespaceNetwork;
    let cluster: LocalCluster;
    let jobs: FencedJobs;

    beforeAll(async () => {
      network = await NamespaceNetwork.open(3, ['w1', 'w2', 'files']);
      cluster = await LocalCluster.start({ coordinators: 3, agents: 2, network });
      const place = { host: network.ipOf('files'), wrapper: network.onHost('files') };
      jobs = new FencedJobs(
        cluster,
        await FencedFiles.start({ journal: join(cluster.directory, 'journal'), ...place }),
      );
    }, 60_000);

    afterAll(async () => {
      network.healAll();
      await jobs.server.stop();
      await cluster.stop();
    }, 60_000);

    /** From all but the file server: an attempt that lived on could still write. */
    const cutOff = (host: string): void =>
      isolate(
        network,
        host,
        network.hosts.filter((other) => other !== 'files'),
      );

    it('an agent cut off that still reaches the files: lostAfter 3 s moves within 5 s, the default of 10 s within 12 s, no overlap', async () => {
      const fast = numbered('fast', 4);
      const slow = numbered('slow', 4);
      await jobs.start(fast, { lostAfterMs: SHORTEST_MS });
      await jobs.start(slow, { lostAfterMs: DEFAULT_MS });
      const [fastMoved, slowMoved] = [await jobs.at('w1', fast), await jobs.at('w1', slow)];
      expect(fastMoved.length).toBeGreaterThan(0);
      expect(slowMoved.length).toBeGreaterThan(0);
      const cutAtMs = Date.now();
      cutOff('w1');
      expect(await jobs.movedAfterMs(fastMoved, cutAtMs)).toBeLessThan(SHORTEST_MS + 2_000);
      expect(await jobs.movedAfterMs(slowMoved, cutAtMs)).toBeLessThan(DEFAULT_MS + 2_000);
      const moved = [...fastMoved, ...slowMoved];
      expect(await jobs.ends(moved)).toEqual(moved.map(() => ['lost', 'succeeded']));
      expect(jobs.server.overlaps([...fast, ...slow])).toEqual([]);
      network.healAll();
      await jobs.clear();
    }, 90_000);

    it('the leader and an agent cut off at once: 2 s more at most, and no overlap', async () => {
      const names = numbered('f', 6);
      await jobs.start(names, { lostAfterMs: SHORTEST_MS });
      const moved = await jobs.at('w1', names);
      expect(moved.length).toBeGreaterThan(0);
      const leader = await cluster.leader();
      const cutAtMs = Date.now();
      cutOff('w1');
      isolate(network, leader, network.hosts);
      expect(await jobs.movedAfterMs(moved, cutAtMs)).toBeLessThan(SHORTEST_MS + 4_000);
      expect(jobs.server.overlaps(names)).toEqual([]);
      network.healAll();
      expect(await jobs.ends(moved)).toEqual(moved.map(() => ['lost', 'succeeded']));
      await jobs.clear();
    }, 90_000);

    it('atLeastOnce leaves an attempt alone that is cut off: then only the token keeps its writes out', async () => {
      await jobs.start(['f'], { mode: 'atLeastOnce', lostAfterMs: SHORTEST_MS });
      const [{ workerId = '' } = {}] = (await jobs.job('f')).attempts;
      cutOff(workerId);
      const { token } = await jobs.server.firstWrite('f', 2);
      await until('a write that is refused', () => jobs.server.writes('f').find(({ accepted }) => !accepted));
      const firstNew = jobs.server.writes('f').findIndex((write) => write.token === token);
      const lateAfterNew = jobs.server
        .writes('f')
        .slice(firstNew)
        .filter((write) => write.token < token);
      expect(lateAfterNew.length).toBeGreaterThan(0);
      expect(lateAfterNew.filter(({ accepted }) => accepted)).toEqual([]);
    }, 60_000);
  },
);
