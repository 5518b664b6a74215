import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LocalCluster } from './harness/cluster.js';
import { Examples } from './harness/examples.js';
import { until } from './harness/until.js';

interface Explained {
  readonly state: string;
  readonly hindrances: readonly { readonly code: string; readonly remedy: string }[];
}

/** A real cluster on which jobs wait; what `synod job explain` names is carried out word for word. */
describe('explain (3 coordinators, 1 agent of 2 attempts)', () => {
  let cluster: LocalCluster;
  let marks: string;

  beforeAll(async () => {
    cluster = await LocalCluster.start({ coordinators: 3, agents: 1, capacity: 2 });
    marks = join(cluster.directory, 'marks');
    mkdirSync(marks);
    await Examples.on(cluster);
  }, 60_000);

  afterEach(async () => {
    const running = await cluster.cli(['jobs', '--state', 'running,assigned,ready,waiting', '--output', 'json']);
    for (const { jobId } of JSON.parse(running.stdout) as { jobId: string }[]) {
      await cluster.cli(['job', 'cancel', jobId]);
      await cluster.client.wait(jobId, { timeoutMs: 30_000 });
    }
  }, 60_000);

  afterAll(async () => {
    await cluster.stop();
  }, 60_000);

  let last = 0;

  /** A job that runs until it is cancelled, and says so in a file; its id, and that file. */
  async function submit(...flags: readonly string[]): Promise<{ readonly jobId: string; readonly mark: string }> {
    const mark = join(marks, String((last += 1)));
    const script = `echo x >> ${mark}; sleep 600`;
    const { stdout } = await cluster.cli(['submit', ...flags, '--output', 'json', '--', 'sh', '-c', script]);
    return { jobId: (JSON.parse(stdout) as { jobId: string }).jobId, mark };
  }

  async function running(...flags: readonly string[]): Promise<string> {
    const { jobId, mark } = await submit(...flags);
    await until('the job to run', () => (existsSync(mark) ? true : undefined));
    return jobId;
  }

  async function explain(jobId: string): Promise<Explained> {
    const { stdout } = await cluster.cli(['job', 'explain', jobId, '--output', 'json']);
    return JSON.parse(stdout) as Explained;
  }

  /** Does what each hindrance names, by the command line, and waits until the job has started. */
  async function follow(
    { jobId, mark }: { readonly jobId: string; readonly mark: string },
    codes: readonly string[],
    byHand: Readonly<Record<string, () => Promise<unknown>>> = {},
  ): Promise<void> {
    const { hindrances } = await until(`${codes.join()} to hold it`, async () => {
      const found = await explain(jobId);
      return found.hindrances.map(({ code }) => code).join() === codes.join() ? found : undefined;
    });
    expect(existsSync(mark)).toBe(false);
    for (const { code, remedy } of hindrances) {
      const command = /synod (.+)$/.exec(remedy)?.[1]?.split(' ');
      if (byHand[code] !== undefined) await byHand[code]();
      else expect([remedy, await cluster.cli(command ?? [])]).toMatchObject([remedy, { status: 0 }]);
    }
    await until(`${jobId} to start`, () => (existsSync(mark) ? true : undefined));
    expect(readFileSync(mark, 'utf8')).toBe('x\n');
    expect((await explain(jobId)).hindrances).toEqual([]);
  }

  it('a delay', async () => {
    await follow(await submit('--delay', '1h'), ['delay']);
  }, 60_000);

  it('a queue that is paused', async () => {
    await cluster.cli(['queue', 'pause', 'p', '--reason', 'repairs']);
    await follow(await submit('--queue', 'p'), ['queuePaused']);
  }, 60_000);

  it('a queue that is full, and others before the job', async () => {
    await cluster.cli(['queue', 'set', 'f', '--max-running', '1']);
    await running('--queue', 'f');
    await submit('--queue', 'f', '--priority', '3');
    await follow(await submit('--queue', 'f'), ['ahead', 'queueFull']);
  }, 60_000);

  it('a limit key', async () => {
    await cluster.cli(['queue', 'set', 'k', '--max-running-per-key', '1']);
    await running('--queue', 'k', '--limit-key', 'acme');
    await follow(await submit('--queue', 'k', '--limit-key', 'acme'), ['keyFull']);
  }, 60_000);

  it('a rate', async () => {
    await cluster.cli(['queue', 'set', 'r', '--rate', '1/1h']);
    await running('--queue', 'r');
    await follow(await submit('--queue', 'r'), ['rateLimited']);
  }, 60_000);

  it('a worker that is cordoned', async () => {
    await cluster.cli(['worker', 'cordon', 'w1']);
    await follow(await submit(), ['workersClosed']);
  }, 60_000);

  it('workers that are full: another one is started', async () => {
    await running();
    await running();
    const another = await submit();
    await follow(another, ['workersFull'], { workersFull: () => cluster.startAgent('w2') });
    await cluster.process('w2').end('SIGTERM');
  }, 60_000);
});
