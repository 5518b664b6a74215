import { fakeWorld } from '../fake-world.spec-support.js';
import type { FakePlan } from '../fake-world.spec-support.js';
import { shrink } from './shrink.js';

const salts = ({ injections }: FakePlan): number[] => injections.map(({ salt }) => salt);

async function shrinkFake(failure: (plan: FakePlan) => string | undefined, maxAttempts = 500) {
  const world = fakeWorld({ failure });
  const smaller: string[] = [];
  const shrunk = await shrink(world, world.plan(1), { maxAttempts, onSmaller: (what) => smaller.push(what) });
  return { shrunk, smaller, world };
}

describe('the shrinker', () => {
  it('leaves two faults that only fail together, one client, no noise, and little time', async () => {
    const { shrunk, smaller } = await shrinkFake((plan) => {
      const left = salts(plan);
      return left.includes(3) && left.includes(8) ? 'I4' : undefined;
    });
    expect(shrunk && salts(shrunk.plan)).toEqual([3, 8]);
    expect(shrunk?.plan).toMatchObject({ clients: 1, noise: 0 });
    expect(shrunk?.plan.faultPhaseMs).toBeLessThan(6_500);
    expect(shrunk?.report.failure?.invariant).toBe('I4');
    expect(new Set(smaller)).toEqual(
      new Set(['less time', 'fewer injections', 'fewer clients', 'simpler', 'shorter faults']),
    );
  });

  it('keeps what the failure needs: clients, noise, time', async () => {
    const { shrunk } = await shrinkFake((plan) =>
      plan.clients >= 3 && plan.noise > 0 && plan.faultPhaseMs >= 4_000 ? 'liveness' : undefined,
    );
    expect(shrunk?.plan).toMatchObject({ clients: 3, noise: 3, injections: [] });
    expect(shrunk?.plan.faultPhaseMs).toBeGreaterThanOrEqual(4_000);
  });

  it('never takes another failure for the one that it was given', async () => {
    const { shrunk } = await shrinkFake((plan) => (salts(plan).includes(5) ? 'I4' : 'liveness'));
    expect(shrunk && salts(shrunk.plan)).toEqual([5]);
    expect(shrunk?.report.failure?.invariant).toBe('I4');
  });

  it('gives nothing for a plan that holds', async () => {
    const { shrunk, world } = await shrinkFake(() => undefined);
    expect(shrunk).toBeUndefined();
    expect(world.runs()).toBe(1);
  });

  it('ends after the attempts that it may make', async () => {
    const { shrunk, world } = await shrinkFake((plan) => (salts(plan).length > 0 ? 'I4' : undefined), 7);
    expect(shrunk?.attempts).toBe(7);
    expect(world.runs()).toBe(7);
  });
});
