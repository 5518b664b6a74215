import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LocalCluster } from './harness/cluster.js';
import { Examples } from './harness/examples.js';
import type { ShownJob } from './harness/examples.js';
import { until } from './harness/until.js';

/** Each example on a real cluster: what it does, not that it is accepted. */
describe('job files (3 coordinators, 2 agents)', () => {
  let cluster: LocalCluster;
  let examples: Examples;

  beforeAll(async () => {
    cluster = await LocalCluster.start({ coordinators: 3, agents: 2, capacity: 8 });
    examples = await Examples.on(cluster);
  }, 60_000);

  afterAll(async () => {
    await cluster.stop();
  }, 60_000);

  const submit = (name: string) => examples.submit(name);
  const lines = (name: string) => examples.lines(name);
  const show = (jobId: string | undefined) => examples.show(jobId);
  const ended = (jobIds: readonly (string | undefined)[]) => examples.ended(jobIds);

  it('are all looked at in this directory', () => {
    const specs = readdirSync(__dirname).filter((name) => name.endsWith('.spec.ts'));
    const text = specs.map((name) => readFileSync(join(__dirname, name), 'utf8')).join('\n');
    const files = readdirSync(join(__dirname, '..', '..', 'examples')).filter((name) =>
      /\.(ya?ml|json|crontab)$/.test(name),
    );
    expect(files.filter((name) => !text.includes(`it('${name}: `))).toEqual([]);
  });

  it('priorities.yaml: one after the other, the highest priority first', async () => {
    const jobIds = await submit('priorities.yaml');
    const explained = await cluster.cli(['job', 'explain', jobIds[0] ?? '', '--output', 'json']);
    expect(JSON.parse(explained.stdout)).toMatchObject({
      ...{ state: 'ready', jobsBefore: 1 },
      hindrances: [{ code: 'ahead' }, { code: 'queuePaused', remedy: 'synod queue resume priorities' }],
    });
    await cluster.cli(['queue', 'resume', 'priorities']);
    expect(await ended(jobIds)).toEqual(['succeeded', 'succeeded', 'succeeded']);
    expect(lines('priorities')).toEqual(['first', 'second', 'third']);
  }, 60_000);

  it('delays.yaml: a job runs after its delay and not before; one that nobody starts in time expires', async () => {
    const [delayed, at, expired] = await submit('delays.yaml');
    expect(await show(delayed)).toMatchObject({ state: 'waiting' });
    expect(await ended([delayed, at, expired])).toEqual(['succeeded', 'succeeded', 'expired']);
    const waitedMs = Number(lines('delayed')[0]) - (await show(delayed)).submittedAtMs;
    expect(waitedMs).toBeGreaterThanOrEqual(1_990);
    expect(lines('at')).toEqual(['ran']);
    expect(lines('expired')).toEqual([]);
  }, 60_000);

  it('retries.yaml: tries go on until one succeeds, or fails for good and is followed by another job', async () => {
    const [retried, hopeless] = await submit('retries.yaml');
    expect(await ended([retried, hopeless])).toEqual(['succeeded', 'failed']);
    expect((await show(retried)).attempts.map(({ exitCode }) => exitCode)).toEqual([1, 1, 0]);
    expect(lines('hopeless')).toEqual(['x']);
    await until('the follower ran', async () => (lines('failed-job')[0] === hopeless ? true : undefined));
    const list = await cluster.cli(['queue', 'dead-letters', 'default', '--output', 'json']);
    expect((JSON.parse(list.stdout) as ShownJob[]).map(({ jobId }) => jobId)).toContain(hopeless);
    expect(await cluster.cli(['job', 'retry', hopeless ?? ''])).toMatchObject({ status: 0 });
    expect(await ended([hopeless])).toEqual(['failed']);
    expect((await show(hopeless)).attempts).toHaveLength(2);
    await cluster.cli(['queue', 'redrive', 'default']);
    await until('it was driven again', async () => (lines('hopeless').length === 3 ? true : undefined));
  }, 60_000);

  it('queues.yaml: never more at a time than the queue allows, never faster, and by key', async () => {
    const jobIds = await submit('queues.yaml');
    expect(new Set(await ended(jobIds))).toEqual(new Set(['succeeded']));
    expect(mostAtOnce(lines('narrow'))).toBe(2);
    expect(mostAtOnce(lines('a'))).toBe(1);
    expect(lines('b')).toEqual(['ran']);
    const starts = lines('slow')
      .map(Number)
      .sort((left, right) => left - right);
    expect(starts).toHaveLength(5);
    // A burst of two, then one each half second: the fifth comes 1.5 s after the first; starting a process takes a while, too.
    expect((starts[4] ?? 0) - (starts[0] ?? 0)).toBeGreaterThan(1_200);
  }, 60_000);

  it('paused.yaml: starts when the queue is resumed', async () => {
    const jobIds = await submit('paused.yaml');
    expect(await show(jobIds[0])).toMatchObject({ state: 'ready' });
    expect(await cluster.cli(['queue', 'resume', 'later'])).toMatchObject({ status: 0 });
    expect(await ended(jobIds)).toEqual(['succeeded']);
    expect(lines('later')).toEqual(['ran']);
  }, 60_000);

  it('many.json: all of its jobs', async () => {
    expect(await ended(await submit('many.json'))).toEqual(['succeeded', 'succeeded']);
    expect([lines('one'), lines('two')]).toEqual([['1'], ['2']]);
  }, 60_000);
});

function mostAtOnce(marks: readonly string[]): number {
  let now = 0;
  let most = 0;
  for (const mark of marks) {
    now += mark === '+' ? 1 : -1;
    most = Math.max(most, now);
  }
  return most;
}
