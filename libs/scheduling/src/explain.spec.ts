import type { Command, JobSpec, QueueSettings, RetryPolicy } from '@synod/jobs';
import { MAX_FEATURE_LEVEL, NO_QUEUE_SETTINGS } from '@synod/jobs';
import { explainJob } from './explain.js';
import type { Hindrance } from './explain.js';
import { Planner } from './planner.js';
import { Cluster, everyone } from './planner.spec-support.js';

/** A cluster at the level of time and queues, with one worker of two attempts at a time. */
class Scene extends Cluster {
  constructor(withWorker = true) {
    super();
    this.command({ type: 'setFeatureLevel', level: MAX_FEATURE_LEVEL });
    if (withWorker) this.open('w1', { capacity: 2 });
  }

  setQueue(changes: Partial<QueueSettings>): void {
    const settings = { ...NO_QUEUE_SETTINGS, ...changes };
    this.command({ type: 'setQueue', queue: 'default', settings, ifRevision: undefined });
  }

  submitOne(changes: Partial<JobSpec> = {}): string {
    return this.submit(1, changes)[0] ?? '';
  }

  /** Plans and assigns until nothing more starts. */
  settle(): void {
    const planner = new Planner();
    for (;;) {
      const plan = planner.plan(this.machine, everyone, 100);
      if (plan.length === 0) return;
      this.assign(plan);
      planner.settled(plan);
    }
  }

  codes(jobId: string): readonly string[] {
    return explainJob(this.machine, jobId)?.hindrances.map(({ code }) => code) ?? ['unknown'];
  }

  state(jobId: string): string | undefined {
    return this.machine.job(jobId)?.state;
  }
}

const advance: Command = { type: 'advanceTime' };

interface Case {
  readonly code: Hindrance['code'];
  /** Brings about what holds the job, and returns the job. */
  readonly arrange: (scene: Scene) => string;
  /** What the explanation names as the change. */
  readonly remedy: RegExp;
  /** That change. */
  readonly apply: (scene: Scene, jobId: string) => void;
}

const CASES: readonly Case[] = [
  {
    code: 'delay',
    arrange: (scene) => scene.submitOne({ delayMs: 60_000 }),
    remedy: /^synod job retry j/,
    apply: (scene, jobId) => scene.command({ type: 'retryJob', jobId, ifRevision: undefined }),
  },
  {
    code: 'backOff',
    arrange: (scene) => {
      const retry: RetryPolicy = {
        maxAttempts: 3,
        backoff: 'fixed',
        initialMs: 60_000,
        maxMs: 60_000,
        jitterPercent: 0,
        notRetriedExitCodes: [],
        notRetriedErrors: [],
      };
      const jobId = scene.submitOne({ retry });
      scene.settle();
      scene.endAll('w1', 'failed');
      return jobId;
    },
    remedy: /^synod job retry j/,
    apply: (scene, jobId) => scene.command({ type: 'retryJob', jobId, ifRevision: undefined }),
  },
  {
    code: 'queuePaused',
    arrange: (scene) => {
      scene.command({ type: 'pauseQueue', queue: 'default', paused: true, reason: 'repairs' });
      return scene.submitOne();
    },
    remedy: /^synod queue resume default$/,
    apply: (scene) => scene.command({ type: 'pauseQueue', queue: 'default', paused: false, reason: '' }),
  },
  {
    code: 'queueFull',
    arrange: (scene) => {
      scene.setQueue({ maxRunning: 1 });
      scene.submitOne();
      return scene.submitOne();
    },
    remedy: /synod queue set default --max-running 2$/,
    apply: (scene) => scene.setQueue({ maxRunning: 2 }),
  },
  {
    code: 'rateLimited',
    arrange: (scene) => {
      scene.setQueue({ rate: { tokens: 1, perMs: 60_000, burst: 1 } });
      scene.submitOne();
      return scene.submitOne();
    },
    remedy: /synod queue set default --rate 1\/60000ms\/2$/,
    apply: (scene) => {
      scene.setQueue({ rate: { tokens: 1, perMs: 60_000, burst: 2 } });
    },
  },
  {
    code: 'keyFull',
    arrange: (scene) => {
      scene.setQueue({ maxRunningPerKey: 1 });
      scene.submitOne({ limitKey: 'a' });
      return scene.submitOne({ limitKey: 'a' });
    },
    remedy: /synod queue set default --max-running-per-key 2$/,
    apply: (scene) => scene.setQueue({ maxRunningPerKey: 2 }),
  },
  {
    code: 'workersUnfit',
    arrange: (scene) => scene.submitOne({ workerLabels: { gpu: 'a100' } }),
    remedy: /^start a worker with --label gpu=a100/,
    apply: (scene) => scene.open('w2', { labels: { gpu: 'a100' } }),
  },
  {
    code: 'workersClosed',
    arrange: (scene) => {
      scene.schedule('w1', 'cordoned');
      return scene.submitOne();
    },
    remedy: /^synod worker undrain w1$/,
    apply: (scene) => scene.schedule('w1', 'active'),
  },
  {
    code: 'workersFull',
    arrange: (scene) => {
      scene.submit(2);
      return scene.submitOne();
    },
    remedy: /start another worker/,
    apply: (scene) => scene.open('w2'),
  },
];

describe('explanation of a job that does not run', () => {
  it.each(CASES)('$code: names what holds it, and the change that it names starts the job', (example) => {
    const scene = new Scene();
    const jobId = example.arrange(scene);
    scene.settle();
    const explained = explainJob(scene.machine, jobId);
    expect(explained?.hindrances.map(({ code }) => code)).toEqual([example.code]);
    expect(explained?.hindrances[0]?.remedy).toMatch(example.remedy);
    expect(explained?.summary).toBe(explained?.hindrances[0]?.message);
    example.apply(scene, jobId);
    scene.settle();
    expect(scene.state(jobId)).toBe('assigned');
    expect(scene.codes(jobId)).toEqual([]);
  });

  it('without any worker says so, and an agent starts it', () => {
    const scene = new Scene(false);
    const jobId = scene.submitOne();
    expect(scene.codes(jobId)).toEqual(['noWorkers']);
    scene.open('w1');
    scene.settle();
    expect(scene.state(jobId)).toBe('assigned');
  });

  it('lists everything that holds it, in the order in which it has to go, with when it ends by itself', () => {
    const scene = new Scene(false);
    scene.setQueue({ maxRunning: 1, rate: { tokens: 1, perMs: 10_000, burst: 1 } });
    scene.open('w1', { capacity: 1 });
    scene.submitOne();
    scene.settle();
    scene.command({ type: 'pauseQueue', queue: 'default', paused: true, reason: 'repairs' });
    const jobId = scene.submitOne();
    expect(scene.codes(jobId)).toEqual(['queuePaused', 'queueFull', 'rateLimited', 'workersFull']);
    const found = explainJob(scene.machine, jobId);
    expect(found?.summary).toBe('queue default is paused: repairs; and 3 more');
    expect(found?.hindrances[2]?.untilMs).toBe(11_000);
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
    scene.command(advance);
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
