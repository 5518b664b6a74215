import type { JobSpec } from '@synod/jobs';
import fc from 'fast-check';
import { Scene } from './scene.spec-support.js';

const QUEUES = ['a', 'b'] as const;
const ZONES = ['x', 'y'] as const;

const queue = fc.constantFrom(...QUEUES);
const zone = fc.option(fc.constantFrom(...ZONES), { nil: undefined });

const settings = fc.record({
  maxRunning: fc.constantFrom(0, 0, 1, 2, 3),
  maxRunningPerKey: fc.constantFrom(0, 1, 2),
  rate: fc.option(
    fc.record({ tokens: fc.constant(1), perMs: fc.constant(60_000), burst: fc.integer({ min: 1, max: 4 }) }),
    {
      nil: undefined,
    },
  ),
});

const job = fc
  .record({
    queue,
    zone,
    key: fc.option(fc.constantFrom('k1', 'k2'), { nil: undefined }),
    priority: fc.integer({ min: -2, max: 2 }),
    delayMs: fc.constantFrom(0, 0, 60_000),
    isHandler: fc.constantFrom(false, false, false, true),
  })
  .map(({ queue: name, zone: at, key, priority, delayMs, isHandler }): Partial<JobSpec> => ({
    queue: name,
    workerLabels: at === undefined ? {} : { zone: at },
    ...(key === undefined ? {} : { limitKey: key }),
    ...(priority === 0 ? {} : { priority }),
    ...(delayMs === 0 ? {} : { delayMs }),
    ...(isHandler ? { task: { kind: 'handler', handler: 'resize', payload: '' } } : {}),
  }));

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ type: fc.constant('submit' as const), job, count: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('set' as const), queue, settings }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('pause' as const), queue }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('close' as const), worker: fc.integer({ min: 0, max: 2 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('silence' as const), worker: fc.integer({ min: 0, max: 2 }) }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('plan' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('finish' as const), worker: fc.integer({ min: 0, max: 2 }) }) },
);

type Step = typeof step extends fc.Arbitrary<infer Made> ? Made : never;

const workers = fc.array(fc.record({ zone, capacity: fc.integer({ min: 1, max: 3 }) }), { minLength: 0, maxLength: 3 });

function take(scene: Scene, it: Step, jobIds: string[]): void {
  const known = 'worker' in it ? scene.machine.worker(`w${it.worker}`) : undefined;
  switch (it.type) {
    case 'submit':
      jobIds.push(...scene.submit(it.count, it.job));
      return;
    case 'set':
      return scene.setQueue(it.settings, it.queue);
    case 'pause':
      scene.command({ type: 'pauseQueue', queue: it.queue, paused: true, reason: '' });
      return;
    case 'close':
      if (known !== undefined) scene.schedule(known.workerId, 'cordoned');
      return;
    case 'silence':
      if (known !== undefined) scene.silent.add(known.workerId);
      return;
    case 'plan':
      return scene.settle();
    case 'finish':
      if (known !== undefined) scene.finishAll(known.workerId);
  }
}

describe('explanation (any cluster, queues, limits, keys, priorities and workers)', () => {
  it('of any job that waits: once all that it names is done as it says, the job starts with the next plan', () => {
    let explained = 0;
    fc.assert(
      fc.property(workers, fc.array(step, { minLength: 1, maxLength: 25 }), fc.nat(), (given, steps, which) => {
        const scene = new Scene(false);
        for (const [at, { zone: label, capacity }] of given.entries()) {
          scene.open(`w${at}`, { capacity, labels: label === undefined ? {} : { zone: label } });
        }
        const jobIds: string[] = [];
        for (const it of steps) take(scene, it, jobIds);
        scene.settle();
        const waiting = jobIds.filter((jobId) => /waiting|ready/.test(scene.state(jobId) ?? ''));
        const jobId = waiting[which % Math.max(1, waiting.length)];
        if (jobId === undefined) return;
        const { hindrances = [] } = scene.explain(jobId) ?? {};
        expect(hindrances).not.toEqual([]);
        // Before anything else starts: what is made room for the job in one place may be taken while it is held in another.
        for (const hindrance of hindrances) scene.apply(hindrance);
        scene.settle();
        expect([scene.state(jobId), hindrances]).toEqual(['assigned', hindrances]);
        explained += 1;
      }),
      { numRuns: 2_000 },
    );
    expect(explained).toBeGreaterThan(500);
  });
});
