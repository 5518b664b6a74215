import { TypedError } from '@synod/base';
import { createLogger, createMetrics, systemClock, systemRandom, systemTimers } from './index.js';

describe('logger', () => {
  function lines(): { readonly seen: Record<string, unknown>[]; readonly destination: { write(line: string): void } } {
    const seen: Record<string, unknown>[] = [];
    return { seen, destination: { write: (line) => seen.push(JSON.parse(line) as Record<string, unknown>) } };
  }

  it('writes one JSON object a line: level as a word, time, constant message, fields of the child', () => {
    const { seen, destination } = lines();
    const log = createLogger({ name: 'demo', fields: { id: 'c1' }, destination }).child({ component: 'planner' });
    log.debug({}, 'hidden');
    log.warn({ jobs: 3 }, 'slow plan');
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ level: 'warn', name: 'demo', id: 'c1', component: 'planner', jobs: 3 });
    expect(seen[0]).toMatchObject({ message: 'slow plan', time: expect.stringMatching(/^\d{4}-.*Z$/) as string });
  });

  it('redacts tokens, passwords and authorization at any depth, in children and in URLs; a fencing token stays', () => {
    const { seen, destination } = lines();
    const log = createLogger({ name: 'demo', destination }).child({ consulToken: 'hunter2' });
    log.info(
      {
        request: {
          headers: { Authorization: 'hunter2', 'x-consul-token': 'hunter2' },
          list: [{ password: 'hunter2' }],
        },
        url: 'http://user:hunter2@host/x',
        fencingToken: '1-7',
      },
      'request',
    );
    expect(JSON.stringify(seen)).not.toContain('hunter2');
    expect(seen[0]).toMatchObject({ fencingToken: '1-7', url: 'http://[redacted]@host/x' });
  });

  it('shows an error with code, facts, cause and stack', () => {
    const { seen, destination } = lines();
    const error = new TypedError({ code: 'full', limit: 7 }, 'full', { cause: new Error('disk') });
    createLogger({ name: 'demo', destination }).error({ error }, 'failed');
    expect(seen[0]?.['error']).toMatchObject({ code: 'full', facts: { limit: 7 }, cause: { message: 'disk' } });
  });

  it('survives cycles and deep values', () => {
    const { seen, destination } = lines();
    const cycle: Record<string, unknown> = { n: 1n };
    cycle['self'] = cycle;
    createLogger({ name: 'demo', destination }).info({ cycle }, 'deep');
    expect(seen).toHaveLength(1);
  });
});

describe('metrics', () => {
  it('exposes counters, gauges and histograms; asking twice gives the same metric', async () => {
    const metrics = createMetrics({ processMetrics: false });
    metrics.counter('synod_demo_jobs_total', 'Jobs', ['queue']).add(2, { queue: 'a' });
    metrics.counter('synod_demo_jobs_total', 'Jobs', ['queue']).add(1, { queue: 'a' });
    metrics.gauge('synod_demo_depth_jobs', 'Depth').set(7);
    metrics.histogram('synod_demo_wait_seconds', 'Wait', [1, 2]).observe(1.5);
    const text = await metrics.exposition();
    expect(text).toContain('synod_demo_jobs_total{queue="a"} 3');
    expect(text).toContain('synod_demo_depth_jobs 7');
    expect(text).toContain('synod_demo_wait_seconds_bucket{le="2"} 1');
  });

  it('has the metrics of the process unless told otherwise', async () => {
    expect(await createMetrics().exposition()).toContain('process_cpu_seconds_total');
  });

  it('bounds the label combinations of a metric', async () => {
    const metrics = createMetrics({ processMetrics: false, maxSeries: 2 });
    const counter = metrics.counter('synod_demo_jobs_total', 'Jobs', ['queue']);
    for (const queue of ['a', 'b', 'c', 'd']) counter.add(1, { queue });
    expect(await metrics.exposition()).toContain('synod_demo_jobs_total{queue="other"} 2');
  });

  it('one name with two kinds is a programmer error', () => {
    const metrics = createMetrics({ processMetrics: false });
    metrics.counter('synod_demo_total', 'Demo');
    expect(() => metrics.gauge('synod_demo_total', 'Demo')).toThrow('one kind');
  });
});

describe('system clock, timers and randomness', () => {
  it('the monotonic clock is that of the host: hrtime in milliseconds', () => {
    const before = process.hrtime.bigint();
    const now = systemClock.monotonicMs();
    const after = process.hrtime.bigint();
    expect(now * 1e6).toBeGreaterThanOrEqual(Number(before) - 1000);
    expect(now * 1e6).toBeLessThanOrEqual(Number(after) + 1000);
  });

  it('a delay longer than 2^31 ms does not fire at once, and can be cancelled twice', () => {
    jest.useFakeTimers();
    let fired = 0;
    systemTimers.after(3_000_000_000, () => (fired += 1));
    const cancel = systemTimers.after(1, () => (fired += 100));
    cancel();
    cancel();
    jest.advanceTimersByTime(2_999_999_999);
    expect(fired).toBe(0);
    jest.advanceTimersByTime(1);
    expect(fired).toBe(1);
    jest.useRealTimers();
  });

  it('random numbers are integers in [0, 2^32) and differ', () => {
    const numbers = Array.from({ length: 1000 }, () => systemRandom.nextUint32());
    expect(numbers.every((value) => Number.isInteger(value) && value >= 0 && value < 2 ** 32)).toBe(true);
    expect(new Set(numbers).size).toBeGreaterThan(990);
  });
});
