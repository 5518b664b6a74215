import type { JobSpec, RetryPolicy, ScheduleSpec } from '@synod/jobs';
import { Planner } from '../planner.js';
import { aSpec, everyone } from '../planner.spec-support.js';
import { explainJob } from './explain.js';
import type { Hindrance } from './hindrance.js';
import { Scene } from './scene.spec-support.js';

const RETRY: RetryPolicy = {
  ...{ maxAttempts: 3, backoff: 'fixed', initialMs: 60_000, maxMs: 60_000, jitterPercent: 0 },
  ...{ notRetriedExitCodes: [], notRetriedErrors: [] },
};

function trigger(scene: Scene, overlap: ScheduleSpec['overlap']): string {
  const reply = scene.command({ type: 'triggerSchedule', scheduleId: 'backup', overlap });
  return reply.type === 'scheduleTriggered' ? (reply.jobId ?? '') : '';
}

interface Case {
  /** What holds the job, all of it. */
  readonly codes: readonly Hindrance['code'][];
  /** Brings it about, and returns the job. */
  readonly arrange: (scene: Scene) => string;
  /** What the explanation names as the changes; the test does what they say. */
  readonly remedies: readonly RegExp[];
}

/** At least one for each code that there is. */
const CASES: readonly Case[] = [
  {
    codes: ['delay'],
    arrange: (scene) => scene.submitOne({ delayMs: 60_000 }),
    remedies: [/^synod job retry j/],
  },
  {
    codes: ['backOff'],
    arrange: (scene) => {
      const jobId = scene.submitOne({ retry: RETRY });
      scene.settle();
      scene.endAll('w1', 'failed');
      return jobId;
    },
    remedies: [/^synod job retry j/],
  },
  {
    codes: ['overlap'],
    arrange: (scene) => {
      const spec = { timing: 'daily', job: aSpec({}), overlap: 'bufferAll', catchUp: 'none' } as const;
      const timing = { catchUpWindowMs: 0, jitterMs: 0 };
      scene.command({ type: 'setSchedule', scheduleId: 'backup', spec: { ...spec, ...timing }, paused: false });
      trigger(scene, 'bufferAll');
      trigger(scene, 'bufferAll');
      return trigger(scene, 'bufferAll');
    },
    remedies: [/beside it: synod job retry j/],
  },
  {
    codes: ['queuePaused'],
    arrange: (scene) => {
      scene.command({ type: 'pauseQueue', queue: 'default', paused: true, reason: 'repairs' });
      return scene.submitOne();
    },
    remedies: [/^synod queue resume default$/],
  },
  {
    codes: ['queueFull'],
    arrange: (scene) => {
      scene.setQueue({ maxRunning: 1 });
      scene.submitOne();
      return scene.submitOne();
    },
    remedies: [/synod queue set default --max-running 2$/],
  },
  {
    codes: ['ahead', 'queueFull'],
    arrange: (scene) => {
      scene.setQueue({ maxRunning: 1 });
      scene.submitOne();
      scene.settle();
      scene.submitOne({ priority: 7 });
      return scene.submitOne();
    },
    remedies: [/synod job change j\w+ --priority 8$/, /--max-running 2$/],
  },
  {
    codes: ['rateLimited'],
    arrange: (scene) => {
      scene.setQueue({ rate: { tokens: 1, perMs: 60_000, burst: 1 } });
      scene.submitOne();
      return scene.submitOne();
    },
    remedies: [/synod queue set default --rate 1\/60000ms\/2$/],
  },
  {
    codes: ['keyFull'],
    arrange: (scene) => {
      scene.setQueue({ maxRunningPerKey: 1 });
      scene.submitOne({ limitKey: 'a' });
      return scene.submitOne({ limitKey: 'a' });
    },
    remedies: [/synod queue set default --max-running-per-key 2$/],
  },
  {
    // The limit was lowered: two of the key run, so one more than the limit would not be enough.
    codes: ['ahead', 'keyFull', 'workersFull'],
    arrange: (scene) => {
      scene.submit(2, { limitKey: 'a' });
      scene.settle();
      scene.setQueue({ maxRunningPerKey: 1 });
      scene.submitOne({ limitKey: 'a' });
      return scene.submitOne({ limitKey: 'a' });
    },
    remedies: [/--priority 1$/, /--max-running-per-key 3$/, /start another worker/],
  },
  {
    codes: ['delay', 'keyFull', 'queuePaused'],
    arrange: (scene) => {
      scene.setQueue({ maxRunningPerKey: 1 });
      scene.submitOne({ limitKey: 'a' });
      scene.settle();
      scene.command({ type: 'pauseQueue', queue: 'default', paused: true, reason: '' });
      return scene.submitOne({ limitKey: 'a', runAtMs: 5_000 });
    },
    remedies: [/^synod job retry j/, /--max-running-per-key 2$/, /^synod queue resume default$/],
  },
  {
    codes: ['workersUnfit'],
    arrange: (scene) => scene.submitOne({ workerLabels: { gpu: 'a100' } }),
    remedies: [/^start a worker with --labels gpu=a100/],
  },
  {
    codes: ['workersUnfit'],
    arrange: (scene) => {
      scene.open('w2', { labels: { gpu: 'a100' } });
      scene.open('w3', { labels: { zone: 'b' } });
      return scene.submitOne({ workerLabels: { gpu: 'a100', zone: 'b' } });
    },
    remedies: [/^start a worker with --labels gpu=a100,zone=b/],
  },
  {
    codes: ['workersUnfit'],
    arrange: (scene) => scene.submitOne({ task: { kind: 'handler', handler: 'shrink', payload: '' } }),
    remedies: [/^start a worker that registers the handler shrink$/],
  },
  {
    codes: ['workersClosed'],
    arrange: (scene) => {
      scene.schedule('w1', 'cordoned');
      return scene.submitOne();
    },
    remedies: [/^synod worker undrain w1$/],
  },
  {
    // Undraining it would not help.
    codes: ['workersClosed'],
    arrange: (scene) => {
      scene.submit(2);
      scene.settle();
      scene.schedule('w1', 'draining');
      return scene.submitOne();
    },
    remedies: [/^start another worker$/],
  },
  {
    codes: ['workersUnheard'],
    arrange: (scene) => {
      scene.silent.add('w1');
      return scene.submitOne();
    },
    remedies: [/^look at the hosts of these workers/],
  },
  {
    codes: ['workersUnheard'],
    arrange: (scene) => {
      scene.submit(2);
      scene.settle();
      scene.silent.add('w1');
      return scene.submitOne({ workerLabels: {} });
    },
    remedies: [/^start another worker; these are full besides$/],
  },
  {
    codes: ['workersFull'],
    arrange: (scene) => {
      scene.submit(2);
      return scene.submitOne();
    },
    remedies: [/start another worker/],
  },
  {
    // Of another queue, and before it: the room that comes would be theirs.
    codes: ['ahead', 'workersFull'],
    arrange: (scene) => {
      scene.submit(2);
      scene.settle();
      scene.submit(2, { queue: 'other', priority: 3 });
      return scene.submitOne();
    },
    remedies: [/--priority 4$/, /start another worker/],
  },
];

const CODES: Readonly<Record<Hindrance['code'], true>> = {
  ...{ delay: true, backOff: true, overlap: true, queuePaused: true, queueFull: true, rateLimited: true },
  ...{ keyFull: true, noWorkers: true, workersUnfit: true, workersClosed: true, workersFull: true },
  ...{ workersUnheard: true, ahead: true },
};

describe('explanation of a job that does not run', () => {
  it.each(CASES.map((example) => [example.codes.join(' + '), example] as const))(
    '%s: names what holds it, and the changes that it names start the job',
    (_, { arrange, codes, remedies }) => {
      const scene = new Scene();
      const jobId = arrange(scene);
      scene.settle();
      const { hindrances = [], summary } = scene.explain(jobId) ?? {};
      expect(hindrances.map(({ code }) => code)).toEqual(codes);
      hindrances.forEach(({ remedy }, at) => expect(remedy).toMatch(remedies[at] ?? /^$/));
      expect(hindrances.some(({ message }) => summary?.startsWith(message))).toBe(true);
      // As on a real cluster: whatever can start does so after each of the changes.
      for (const hindrance of hindrances) {
        scene.apply(hindrance);
        scene.settle();
      }
      expect(scene.state(jobId)).toBe('assigned');
      expect(scene.codes(jobId)).toEqual([]);
    },
  );

  it.each(CASES.map((example) => [example.codes.join(' + '), example] as const))(
    '%s: nothing that it names is of no use: without any one of the changes the job does not start',
    (_, { arrange, codes }) => {
      for (const left of codes) {
        const scene = new Scene();
        const jobId = arrange(scene);
        scene.settle();
        const { hindrances = [] } = scene.explain(jobId) ?? {};
        for (const hindrance of hindrances) if (hindrance.code !== left) scene.apply(hindrance);
        scene.settle();
        expect(scene.state(jobId)).toMatch(/waiting|ready/);
      }
    },
  );

  it('every code has a case', () => {
    const seen = new Set(CASES.flatMap(({ codes }) => codes));
    // Without a worker at all: the next test.
    seen.add('noWorkers');
    expect([...seen].sort()).toEqual(Object.keys(CODES).sort());
  });

  it('without any worker says so, and a worker with what the job needs starts it', () => {
    const scene = new Scene(false);
    const jobId = scene.submitOne({ workerLabels: { zone: 'a' } });
    const { hindrances = [] } = scene.explain(jobId) ?? {};
    expect(hindrances).toMatchObject([{ code: 'noWorkers', remedy: 'start a worker agent with --labels zone=a' }]);
    for (const hindrance of hindrances) scene.apply(hindrance);
    scene.settle();
    expect(scene.state(jobId)).toBe('assigned');
  });

  it('names no limit and no priority above the highest that there is', () => {
    const scene = new Scene();
    scene.setQueue({ maxRunning: 1, rate: { tokens: 1, perMs: 60_000, burst: 1_000_000 } });
    scene.submitOne({ priority: 1_000 });
    scene.submitOne({ priority: 1_000 });
    const jobId = scene.submitOne();
    scene.settle();
    const { hindrances = [] } = scene.explain(jobId) ?? {};
    expect(hindrances[0]).toMatchObject({
      code: 'ahead',
      remedy: expect.stringContaining('job change OTHER') as string,
    });
  });

  it('lists everything that holds it, in the order in which it has to go, with when it ends by itself', () => {
    const scene = new Scene(false);
    scene.setQueue({ maxRunning: 1, rate: { tokens: 1, perMs: 10_000, burst: 1 } });
    scene.open('w1', { capacity: 1 });
    scene.submitOne();
    scene.settle();
    scene.command({ type: 'pauseQueue', queue: 'default', paused: true, reason: 'repairs' });
    const jobId = scene.submitOne();
    expect(scene.codes(jobId)).toEqual(['queueFull', 'rateLimited', 'workersFull', 'queuePaused']);
    const found = explainJob(scene.machine, jobId);
    expect(found?.summary).toBe('queue default is paused: repairs; and 3 more');
    expect(found?.hindrances[1]?.untilMs).toBe(11_000);
    const waits = scene.submitOne({ delayMs: 5_000 });
    expect(explainJob(scene.machine, waits)?.hindrances[0]).toMatchObject({ code: 'delay', untilMs: 6_000 });
  });

  it('says which label, handler or kind of task is missing', () => {
    const scene = new Scene();
    scene.open('w2', { labels: { zone: 'a' } });
    scene.open('w3', { labels: { disk: 'ssd' } });
    const message = (changes: Partial<JobSpec>) =>
      explainJob(scene.machine, scene.submitOne(changes))?.hindrances.map((it) => it.message);
    expect(message({ workerLabels: { zone: 'b' } })).toEqual(['no online worker has the label zone=b']);
    expect(message({ workerLabels: { zone: 'a', disk: 'ssd' } })).toEqual([
      'no online worker has all of the labels disk=ssd, zone=a',
    ]);
    expect(message({ task: { kind: 'handler', handler: 'resize', payload: '' } })).toEqual([
      'no online worker has the handler resize',
    ]);
  });

  it('says how many are before it, by priority and age within its queue, and who holds a limit', () => {
    const scene = new Scene();
    scene.command({ type: 'pauseQueue', queue: 'default', paused: true, reason: '' });
    scene.submit(3);
    const jobId = scene.submitOne();
    scene.submit(2, { priority: 1 });
    scene.submit(4, { queue: 'other' });
    scene.submitOne({ priority: -1 });
    expect(explainJob(scene.machine, jobId)?.jobsBefore).toBe(5);
    const busy = new Scene();
    busy.setQueue({ maxRunning: 1 });
    const holder = busy.submitOne();
    busy.settle();
    expect(explainJob(busy.machine, busy.submitOne())?.hindrances[0]?.message).toContain(`(${holder})`);
  });

  it('says that workers were not heard where that is known, and nothing of a job that is gone', () => {
    const scene = new Scene();
    const jobId = scene.submitOne();
    expect(explainJob(scene.machine, jobId, () => false)?.hindrances[0]?.code).toBe('workersUnheard');
    expect(explainJob(scene.machine, jobId)?.hindrances).toEqual([]);
    expect(explainJob(scene.machine, 'j0000000099990000')).toBeUndefined();
    scene.settle();
    scene.endAll('w1', 'succeeded');
    expect(explainJob(scene.machine, jobId)).toMatchObject({ state: 'succeeded', hindrances: [] });
  });
});

describe('planner and queues', () => {
  it('proposes no more of a queue than its limits let start, over all its classes and outstanding plans', () => {
    const scene = new Scene(false);
    scene.open('w1', { capacity: 100, labels: { zone: 'a' } });
    scene.setQueue({ maxRunning: 3 });
    scene.submit(5);
    scene.submit(5, { workerLabels: { zone: 'a' } });
    scene.submit(2, { queue: 'other' });
    const planner = new Planner();
    const first = planner.plan(scene.machine, everyone, 100);
    expect(first).toHaveLength(5);
    expect(planner.plan(scene.machine, everyone, 100)).toEqual([]);
    expect(scene.assign(first)).toBe(0);
    planner.settled(first);
    expect(planner.plan(scene.machine, everyone, 100)).toEqual([]);
  });

  it('proposes higher priorities first, whatever their class', () => {
    const scene = new Scene(false);
    scene.open('w1', { capacity: 1, labels: { zone: 'a' } });
    scene.submit(2, { priority: 1 });
    const high = scene.submitOne({ priority: 2, workerLabels: { zone: 'a' } });
    expect(new Planner().plan(scene.machine, everyone, 100).map(({ jobId }) => jobId)).toEqual([high]);
  });
});
