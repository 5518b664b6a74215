import { keysOf } from './algorithms.js';
import { withTable } from './documents.js';
import { algorithmPlots, policyPlots } from './plots.js';
import { SharedHost } from './workload/host.js';
import { measurePolicies } from './workload/measure-policies.js';
import { DEFAULT_WORKLOAD, simulatedJobs, simulatedWorkers } from './workload/shapes.js';

describe('a simulated host', () => {
  it('runs as many attempts at full speed as it has processors, and more of them slower', () => {
    const host = new SharedHost({ workerId: 'w', capacity: 8, processors: 2, speed: 1, zone: 'a' });
    host.start(1, 100, 0);
    host.start(2, 100, 0);
    expect(host.nextDoneMs).toBe(100);
    // Half done; then four share two processors.
    host.start(3, 100, 50);
    host.start(4, 100, 50);
    expect(host.nextDoneMs).toBe(150);
    expect([host.finish(150), host.finish(150)].sort((left, right) => left - right)).toEqual([1, 2]);
    // The others have got half of what they need, and have a processor each from now on.
    expect(host.nextDoneMs).toBe(200);
    host.finish(200);
    host.finish(200);
    expect([host.count, host.nextDoneMs, host.busyProcessorMs]).toEqual([0, Infinity, 400]);
  });

  it('at half speed takes twice as long', () => {
    const host = new SharedHost({ workerId: 'w', capacity: 8, processors: 2, speed: 0.5, zone: 'a' });
    host.start(1, 100, 10);
    expect(host.nextDoneMs).toBe(210);
  });
});

describe('the simulated workload', () => {
  const options = { ...DEFAULT_WORKLOAD, workers: 10, durationMs: 20_000 };

  it('asks for the utilisation that it says, with skewed keys and long jobs', () => {
    const workers = simulatedWorkers(10);
    const jobs = simulatedJobs({ ...options, durationMs: 200_000 }, workers);
    const speed = workers.reduce((sum, { processors, speed: pace }) => sum + processors * pace, 0);
    const needed = jobs.reduce((sum, { lengthMs }) => sum + lengthMs, 0) / (200_000 * speed);
    expect(needed).toBeGreaterThan(0.7);
    expect(needed).toBeLessThan(0.9);
    const popular = jobs.filter(({ key }) => key === 'customer-1').length / jobs.length;
    expect(popular).toBeGreaterThan(20 / options.keys);
    const longest = Math.max(...jobs.map(({ lengthMs }) => lengthMs));
    expect(longest).toBeGreaterThan(10 * options.medianLengthMs);
  });

  it('shows what each policy is for', () => {
    const figures = new Map(measurePolicies(options).map((it) => [it.policy, it]));
    const of = (policy: string) => {
      const found = figures.get(policy);
      if (found === undefined) throw new Error(`no figures of ${policy}`);
      return found;
    };
    expect(of('leastLoaded').lostP99Ms).toBeLessThan(of('random').lostP99Ms);
    expect(of('consistentHash').warm).toBeGreaterThan(of('leastLoaded').warm);
    expect(of('boundedHash (1.25)').warm).toBeGreaterThan(of('leastLoaded').warm);
    expect(of('boundedHash (1.25)').worstUtilisation).toBeLessThanOrEqual(of('consistentHash').worstUtilisation);
    // Each ran all jobs to their end.
    expect(new Set([...figures.values()].map(({ jobs }) => jobs)).size).toBe(1);
    for (const { svg } of policyPlots([...figures.values()]))
      expect(svg).toMatch(/^<svg [\s\S]*leastLoaded[\s\S]*<\/svg>\n$/);
  });
});

describe('the documents', () => {
  it('have tables between marks replaced, and nothing else', () => {
    const text = 'a\n<!-- table x: generated -->\nold\n<!-- end of table x -->\nb\n';
    const replaced = withTable(text, 'x', '| new |');
    expect(replaced).toBe('a\n<!-- table x: generated -->\n\n| new |\n\n<!-- end of table x -->\nb\n');
    expect(withTable(replaced, 'x', '| new |')).toBe(replaced);
    expect(() => withTable(text, 'y', '')).toThrow('no marks for the table y');
  });

  it('have plots of all algorithms', () => {
    const parts = {
      lookupsPerSecond: 1e6,
      buildMs: 1,
      addMs: 1,
      removeMs: 1,
      memoryBytes: 5e4,
      deviation: 0.1,
      worst: 1.2,
      deviationByChance: 0.01,
    };
    const moved = { movedByJoin: 0.001, movedByLeave: 0.001, movedByWeight: undefined };
    const least = { leastByJoin: 0.001, leastByLeave: 0.001, leastByWeight: 0.001 };
    const figures = [100, 1_000].map((workers) => ({ algorithm: 'jump', workers, ...parts, ...moved, ...least }));
    const plots = algorithmPlots(figures);
    expect(plots.map(({ fileName }) => fileName)).toEqual([
      ...['lookups.svg', 'updates.svg', 'memory.svg', 'imbalance.svg', 'moves.svg'],
    ]);
    for (const { svg } of plots) expect(svg).toContain('jump');
  });
});

describe('keys of the benchmark', () => {
  it('are each there once, in an order of their own, the same in each run', () => {
    const keys = keysOf(500);
    expect(new Set(keys).size).toBe(500);
    expect([...keys].sort()).not.toEqual(keys);
    expect(keysOf(500)).toEqual(keys);
  });
});
