import { overridePlan } from '../world.js';
import { BROKEN_PARTS } from './broken-parts.spec-support.js';
import { schedulerWorld } from './world.js';

// A run takes a second or two of a processor, and a busy machine gives little of one.
jest.setTimeout(300_000);

const world = schedulerWorld();

describe('the simulated scheduler', () => {
  it('acknowledges hundreds of commands under several leaders, every job ends, and the same seed gives the same run', async () => {
    const report = await world.simulate(world.plan(11));
    expect(report.failure).toBeUndefined();
    expect(report.acknowledged).toBeGreaterThan(500);
    expect(report.leaderChanges).toBeGreaterThanOrEqual(3);
    expect(report.readsAnswered).toBeGreaterThan(20);
    expect(report.events['jobRunAgainAfterLoss']).toBeGreaterThan(0);
    expect(await world.simulate(world.plan(11))).toEqual(report);
  });

  it('another seed gives another run', async () => {
    const short = { untilMs: 2_000 };
    const one = await world.simulate(overridePlan(world, 7, short));
    const other = await world.simulate(overridePlan(world, 8, short));
    expect(one.digest).not.toBe(other.digest);
  });

  it('without faults nothing is lost, no lease lapses, nobody is in doubt, and one leader serves', async () => {
    const report = await world.simulate(overridePlan(world, 3, { onlyFaults: [], untilMs: 6_000 }));
    expect(report.failure).toBeUndefined();
    expect(report.leaderChanges).toBe(1);
    expect(report.faults).toEqual({});
    const { declaredLost, leaseLapsed, sessionRenewedInDoubt, staleReportRefused } = report.events;
    expect([declaredLost, leaseLapsed, sessionRenewedInDoubt, staleReportRefused]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('an injection that is left out changes nothing of what was drawn for the others', () => {
    const whole = world.plan(5);
    const cut = overridePlan(world, 5, { onlyInjections: [1, 3] });
    expect(cut.injections).toEqual([whole.injections[1], whole.injections[3]]);
    expect({ ...cut, injections: [] }).toEqual({ ...whole, injections: [] });
  });

  it('a plan survives JSON, so that it can be kept and shrunk', () => {
    for (let seed = 1; seed <= 50; seed += 1) {
      const plan = world.plan(seed);
      expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
      for (const { kind } of plan.injections) expect(world.faultKinds).toContain(kind);
    }
  });

  it('every fault has words, and every seed draws from all of them', () => {
    const drawn = new Set<string>();
    for (let seed = 1; seed <= 200; seed += 1) for (const { kind } of world.plan(seed).injections) drawn.add(kind);
    const noise = ['loss', 'duplication', 'reordering', 'replay', 'clockRate'];
    expect([...drawn, ...noise].sort()).toEqual([...world.faultKinds].sort());
    expect(Object.keys(world.faultDescriptions).sort()).toEqual([...world.faultKinds].sort());
  });
});

describe('a broken part is found', () => {
  const found: readonly [name: string, firstSeed: number, invariant: string][] = [
    ['a guard that lets no lease lapse', 1, 'oneLiveHolder: no two live holders'],
    ['a leader that acknowledges heartbeats without a quorum (P8)', 1, 'P8 no lease is extended by a deposed leader'],
    ['a leader that counts workers as lost after half the time', 1, 'oneLiveHolder: no two live holders'],
    ['reports that count whatever their token', 1, 'a report with an old token is refused'],
    ['a state machine that forgets idempotency keys', 1, 'one submission for one key'],
    ['reads that ask no quorum (P7)', 1, 'no client is answered by anything but success or try again'],
    ['atMostOnce that is run again', 1, 'atMostOnce never starts twice'],
    ['a leader that passes over a nominal time', 1, 'no nominal time is lost'],
    ['firings that overlap', 1, 'of a schedule without overlap one job is active'],
    ['a replica that passes over a cancellation', 1, 'I11 equal applied slot, equal state hash'],
  ];

  it('each that there is has a test', () => {
    expect(found.map(([name]) => name).sort()).toEqual(Object.keys(BROKEN_PARTS).sort());
  });

  it.each(found)('%s', async (name, firstSeed, invariant) => {
    const broken = schedulerWorld(BROKEN_PARTS[name]);
    for (let seed = firstSeed; seed < firstSeed + 12; seed += 1) {
      const { failure } = await broken.simulate(broken.plan(seed));
      if (failure === undefined) continue;
      expect(failure.invariant).toBe(invariant);
      return;
    }
    throw new Error(`${name} survived`);
  });
});
