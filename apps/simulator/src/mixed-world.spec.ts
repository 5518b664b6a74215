import { mixedWorld } from './mixed-world.js';
import { overridePlan } from './world.js';
import type { BasePlan, RunReport, World } from './world.js';

function world(name: string): World {
  return {
    ...{ name, faultKinds: ['loss', `${name}Crash`], faultDescriptions: { loss: 'packets are lost' } },
    mustReach: { [`${name}Event`]: 'something happened' },
    plan: (seed) => ({ world: name, version: 1, seed, clients: 1, faultPhaseMs: 1, injections: [] }),
    keepFaults: (plan, kinds) => ({ ...plan, world: name, clients: kinds.length }),
    simpler: (plan) => [{ ...plan, clients: 0 }],
    simulate: (plan) => ({ world: name, seed: plan.seed, digest: `${plan.clients}` }) as RunReport,
  };
}

describe('a mixed world', () => {
  const mixed = mixedWorld('all', [
    { world: world('one'), share: 3 },
    { world: world('two'), share: 1 },
  ]);

  it('gives each world its share of the seeds, and the seed alone decides', () => {
    const owners = Array.from({ length: 8 }, (_, seed) => mixed.plan(seed).world);
    expect(owners).toEqual(['one', 'one', 'one', 'two', 'one', 'one', 'one', 'two']);
    expect(mixed.plan(3)).toEqual(world('two').plan(3));
  });

  it('a plan is simulated, restricted and simplified by its own world', async () => {
    const plan = overridePlan(mixed, 3, { onlyFaults: ['loss', 'twoCrash'] });
    expect(await mixed.simulate(plan)).toMatchObject({ world: 'two', digest: '2' });
    expect(mixed.simpler(plan)).toEqual([{ ...plan, clients: 0 }]);
  });

  it('has to show the faults and events of all, each once', () => {
    expect(mixed.faultKinds).toEqual(['loss', 'oneCrash', 'twoCrash']);
    expect(mixed.mustReach).toEqual({ oneEvent: 'something happened', twoEvent: 'something happened' });
  });

  it('a plan of a world that it has not is refused', () => {
    const stranger: BasePlan = { ...mixed.plan(1), world: 'three' };
    expect(() => mixed.simulate(stranger)).toThrow('all has no world three');
  });
});
