import { VirtualClock } from '@synod/testkit';
import { advance, settled, testModules, testNode } from './discovery.spec-support.js';
import { incarnationOutdated } from './node-store.js';
import { Registrations } from './registrations.js';
import { HealthTracker } from './store-health.js';

describe('keeping registrations alive', () => {
  function setUp(renew: (nodeId: string) => Promise<void>) {
    const clock = new VirtualClock();
    const modules = testModules(clock);
    const health = new HealthTracker(clock, modules.logger);
    const calls: { readonly nodeId: string; readonly atMs: number }[] = [];
    const options = {
      store: 'test',
      renew: (node: { readonly nodeId: string }) => {
        calls.push({ nodeId: node.nodeId, atMs: clock.nowMs });
        return renew(node.nodeId);
      },
    };
    return { clock, health, calls, registrations: new Registrations(options, modules, health) };
  }

  it('renews at a third of the ttl, less up to a tenth: never late, and not all together', async () => {
    const { clock, calls, registrations } = setUp(() => Promise.resolve());
    for (let index = 0; index < 50; index += 1) {
      await registrations.add(testNode({ nodeId: `w${index}`, ttlMs: 30_000 }), () => undefined);
    }
    await advance(clock, 10_100, 100);
    const second = calls.slice(50).map(({ atMs }) => atMs);
    expect(second.length).toBeGreaterThanOrEqual(50);
    expect(Math.min(...second)).toBeGreaterThanOrEqual(9_000);
    expect(Math.max(...second)).toBeLessThanOrEqual(10_100);
    expect(new Set(second).size).toBeGreaterThan(5);
  });

  it('after failures it tries with growing waits, a third of the ttl at most, and says since when', async () => {
    let down = true;
    const { clock, health, calls, registrations } = setUp(() =>
      down ? Promise.reject(new Error('gone')) : Promise.resolve(),
    );
    await expect(registrations.add(testNode({ ttlMs: 30_000 }), () => undefined)).rejects.toMatchObject({
      facts: { code: 'storeUnavailable', store: 'test', reason: 'gone' },
    });
    await advance(clock, 120_000, 10);
    const waits = calls.slice(1).map(({ atMs }, index) => atMs - (calls[index]?.atMs ?? 0));
    expect(waits[0]).toBeLessThanOrEqual(110);
    expect(Math.max(...waits)).toBeLessThanOrEqual(10_020);
    expect(Math.min(...waits.slice(-5))).toBeGreaterThanOrEqual(5_000);
    expect(health.get()).toEqual({ healthy: false, reason: 'gone', sinceMs: clock.wallMs() - 120_000 });
    down = false;
    await advance(clock, 10_100, 10);
    expect(health.get()).toEqual({ healthy: true });
  });

  it('a refusal is final: told once when it was accepted before, to the caller alone when not', async () => {
    let outdated = false;
    const { clock, health, calls, registrations } = setUp(() =>
      outdated ? Promise.reject(incarnationOutdated(testNode(), 2)) : Promise.resolve(),
    );
    const told: string[] = [];
    await registrations.add(testNode(), ({ code }) => told.push(code));
    outdated = true;
    await advance(clock, 60_000, 100);
    expect(told).toEqual(['incarnationOutdated']);
    expect(calls).toHaveLength(2);
    await expect(registrations.add(testNode(), ({ code }) => told.push(code))).rejects.toMatchObject({
      code: 'incarnationOutdated',
    });
    expect(told).toHaveLength(1);
    expect(health.get()).toEqual({ healthy: true });
  });

  it('removing waits for the renewal under way: nothing comes after a goodbye', async () => {
    let finish: () => void = () => undefined;
    const { calls, clock, registrations } = setUp(() => new Promise((resolve) => (finish = resolve)));
    const added = registrations.add(testNode(), () => undefined);
    await settled();
    let removed = false;
    const removing = registrations.remove('w1').then(() => (removed = true));
    await advance(clock, 100);
    expect(removed).toBe(false);
    finish();
    await Promise.all([added, removing]);
    await advance(clock, 60_000, 500);
    expect(calls).toHaveLength(1);
  });
});
