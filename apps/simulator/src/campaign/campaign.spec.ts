import { fakeWorld } from '../fake-world.spec-support.js';
import type { PlanOverrides } from '../world.js';
import { overridePlan } from '../world.js';
import { ACCEPTANCE, runCampaign } from './campaign.js';
import type { CampaignOptions } from './campaign.js';
import { bucketMs, latencyBucket, LatencyHistogram } from './latency.js';
import { runRegressions } from './regressions.js';
import { command, formatMarkdown, formatReport, shrinkCommand } from './report.js';
import { simulateHere } from './simulators.js';
import type { Simulators } from './simulators.js';

const OPTIONS: CampaignOptions = { seed: 1, runs: 10, repeats: 2, stopAtFirstFailure: false };

const campaign = (world = fakeWorld(), options: Partial<CampaignOptions> = {}, simulators?: Simulators) =>
  runCampaign(world, { ...OPTIONS, ...options }, simulators ?? simulateHere(world));

/** Ends runs out of order, as threads do. */
function backwards(world: ReturnType<typeof fakeWorld>, jobs: number): Simulators {
  const here = simulateHere(world);
  let waiting: (() => void)[] = [];
  return {
    jobs,
    simulate: async (seed) => {
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        queueMicrotask(() => {
          const reversed = waiting.reverse();
          waiting = [];
          for (const go of reversed) go();
        });
      });
      return here.simulate(seed);
    },
    close: () => here.close(),
  };
}

describe('a campaign', () => {
  it('adds its runs up', async () => {
    const report = await campaign();
    expect(report).toMatchObject({
      runs: 10,
      acknowledged: 10_055,
      medianAcknowledgedPerRun: 1_005,
      medianLeaderChangesPerRun: 2,
      faults: { crash: 60, cut: 60 },
      mustReach: { wins: 5 },
      runsBySize: { 3: 10 },
      healedAfterMs: { p50: 5, p99: 10, max: 10 },
      passed: true,
    });
  });

  it('has the same digest in whatever order its runs end, and another with other seeds', async () => {
    const world = fakeWorld();
    const one = await campaign();
    const other = await campaign(world, {}, backwards(world, 4));
    const elsewhere = await campaign(world, { seed: 2 });
    expect(other).toEqual(one);
    expect(elsewhere.digest).not.toBe(one.digest);
  });

  it('runs a sample of seeds twice, and fails when one differs', async () => {
    const fine = await campaign(fakeWorld(), { runs: 10, repeats: 3 });
    expect(fine.repeatedSeeds).toEqual([1, 5, 9]);
    expect(fine.differingSeeds).toEqual([]);
    const drifting = await campaign(fakeWorld({ drifting: true }));
    expect(drifting.differingSeeds).toEqual([1, 6]);
    expect(drifting.passed).toBe(false);
    expect(formatReport(drifting, fakeWorld())).toContain('NOT DETERMINISTIC seed 6: npm run sim -- --world fake');
  });

  it('fails with a run that fails, and tells what repeats it and what makes it smaller', async () => {
    const world = fakeWorld({ failure: ({ seed }) => (seed === 4 || seed === 7 ? 'I4' : undefined) });
    const report = await campaign(world);
    expect(report.passed).toBe(false);
    expect(report.failures.map(({ seed }) => seed)).toEqual([4, 7]);
    const text = formatReport(report, world);
    expect(text).toContain('FAILED seed 4 at 5000 ms: I4');
    expect(text).toContain(command('fake', 4));
    expect(text).toContain(shrinkCommand('fake', 7));
    expect(formatMarkdown(report, world)).toContain('- seed 7: I4');
  });

  it('ends at the first failure when told so', async () => {
    const world = fakeWorld({ failure: ({ seed }) => (seed >= 3 ? 'I4' : undefined) });
    const report = await campaign(world, { stopAtFirstFailure: true, repeats: 0 });
    expect(report.runs).toBe(3);
  });

  it('of 1,000 runs falls short when a fault, an event or a median is too low', async () => {
    const world = fakeWorld({ injections: 0 });
    const short = await campaign(world, { runs: ACCEPTANCE.runs, repeats: 0 });
    expect(short.shortfalls).toEqual(['fault crash: 0, not 100', 'fault cut: 0, not 100']);
    expect(short.passed).toBe(false);
    expect(formatReport(short, world)).toContain('FELL SHORT fault crash');
    const enough = await campaign(fakeWorld(), { runs: ACCEPTANCE.runs, repeats: 0 });
    expect(enough.shortfalls).toEqual([]);
  });

  it('of 200 runs must have seen everything once; a smaller or a restricted one needn’t', async () => {
    const world = fakeWorld({ injections: 1 });
    expect((await campaign(world, { runs: 200 })).shortfalls).toEqual(['fault cut: 0, not 1']);
    expect((await campaign(world, { runs: 199 })).shortfalls).toEqual([]);
    expect((await campaign(world, { runs: 200, mustReach: false })).passed).toBe(true);
  });

  it('as a page names every fault and event, with what it is', async () => {
    const page = formatMarkdown(await campaign(), fakeWorld());
    expect(page).toContain('| crash | 60 | a crash |');
    expect(page).toContain('| 5 | somebody won |');
    expect(page).toContain('npm run sim -- --world fake --runs 10 --seed 1');
  });
});

describe('overrides of a plan', () => {
  const plan = (overrides: PlanOverrides) => overridePlan(fakeWorld(), 1, overrides);

  it('keep injections by index, then by kind', () => {
    expect(plan({ onlyInjections: [0, 1, 5] }).injections.map(({ salt }) => salt)).toEqual([0, 1, 5]);
    expect(plan({ onlyFaults: ['cut'], onlyInjections: [0, 1, 5] }).injections.map(({ salt }) => salt)).toEqual([1, 5]);
    expect(plan({ onlyFaults: [] }).injections).toEqual([]);
  });

  it('set clients, and end the faults sooner, never later', () => {
    expect(plan({ clients: 2, untilMs: 700 })).toMatchObject({ clients: 2, faultPhaseMs: 700 });
    expect(plan({ untilMs: 99_000 }).faultPhaseMs).toBe(10_000);
    expect(plan({})).toEqual(fakeWorld().plan(1));
  });
});

describe('regression seeds', () => {
  const seeds = [
    { world: 'fake', seed: 4, planVersion: 1, found: 'a thing' },
    { world: 'other', seed: 5, planVersion: 1, found: 'of another world' },
  ];

  it('say which failed again, and are silent of those that hold', async () => {
    expect(await runRegressions(fakeWorld(), seeds)).toEqual([]);
    const lines = await runRegressions(fakeWorld({ failure: () => 'I3' }), seeds);
    expect(lines).toEqual(['regression seed 4 (a thing): I3: as told']);
  });
});

describe('latencies', () => {
  it('are told within a bucket of the truth', () => {
    for (const latencyMs of [0.5, 3, 17, 240, 9_000]) {
      const told = bucketMs(latencyBucket(latencyMs));
      expect(Math.abs(told - latencyMs) / latencyMs).toBeLessThan(0.1);
    }
    expect(latencyBucket(0)).toBe(0);
  });

  it('of several runs add up', () => {
    const [one, other] = [new LatencyHistogram(), new LatencyHistogram()];
    for (let count = 0; count < 99; count += 1) one.record(10);
    other.record(1_000);
    one.add(other.toArray());
    expect(one.quantileMs(0.5)).toBeCloseTo(bucketMs(latencyBucket(10)));
    expect(one.quantileMs(1)).toBeCloseTo(bucketMs(latencyBucket(1_000)));
    expect(new LatencyHistogram().quantileMs(0.5)).toBe(0);
  });
});
