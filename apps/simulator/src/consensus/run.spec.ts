import { simulate } from '../index.js';
import { consensusWorld } from './world.js';

const world = consensusWorld();

describe('a run', () => {
  it('is decided by its seed alone', () => {
    const [one, other] = [simulate(42), simulate(42)];
    expect(one).toEqual(other);
    expect(simulate(43).digest).not.toBe(one.digest);
  });

  it('is the same when its plan has been through JSON, as plans in files are', () => {
    const plan = world.plan(7);
    const read = JSON.parse(JSON.stringify(plan)) as typeof plan;
    expect(world.simulate(read)).toEqual(world.simulate(plan));
  });

  it('acknowledges commands, serves after the faults, and breaks no invariant', () => {
    for (const seed of [1, 2, 3]) {
      const report = simulate(seed);
      expect(report.failure).toBeUndefined();
      expect(report.acknowledged).toBeGreaterThan(0);
    }
  });

  it('without faults has none, and still works', () => {
    const report = simulate(5, {}, { onlyFaults: [] });
    expect(report.failure).toBeUndefined();
    expect(report.faults).toEqual({});
    expect(report.acknowledged).toBeGreaterThan(100);
  });

  it('has only the faults that are named, and ends them when told', () => {
    const plan = world.keepFaults(world.plan(9), ['crashLeader', 'loss']);
    expect(new Set(plan.injections.map(({ kind }) => kind))).toEqual(new Set(['crashLeader']));
    expect(plan.link).toMatchObject({ duplicateRate: 0, reorderRate: 0, replayRate: 0 });
    const report = simulate(9, {}, { untilMs: 1_500, onlyFaults: ['crashLeader'] });
    expect(report.failure).toBeUndefined();
    expect(report.simulatedMs).toBeLessThan(25_000);
  });
});
