import type { BasePlan, Injection, RunReport, World } from './world.js';

export interface FakePlan extends BasePlan {
  readonly noise: number;
}

export interface FakeOptions {
  /** Decides by the plan what goes wrong; undefined for nothing. */
  readonly failure?: (plan: FakePlan) => string | undefined;
  readonly injections?: number;
  /** Differs each time, as a world that reads the machine's clock would. */
  readonly drifting?: boolean;
}

/** A world that only looks at its plan: for campaigns and shrinkers that shall be tested quickly. */
export function fakeWorld({ failure = () => undefined, injections = 12, drifting = false }: FakeOptions = {}) {
  let runs = 0;
  const world: World<FakePlan> & { readonly runs: () => number } = {
    name: 'fake',
    faultKinds: ['crash', 'cut'],
    faultDescriptions: { crash: 'a crash', cut: 'a cut' },
    mustReach: { wins: 'somebody won' },
    runs: () => runs,
    plan: (seed) => ({
      world: 'fake',
      version: 1,
      seed,
      clients: 8,
      faultPhaseMs: 10_000,
      noise: 3,
      injections: Array.from({ length: injections }, (_, index): Injection => ({
        atMs: 500 * (index + 1),
        kind: index % 2 === 0 ? 'crash' : 'cut',
        durationMs: 400,
        salt: index,
      })),
    }),
    keepFaults: (plan, kinds) => ({ ...plan, injections: plan.injections.filter(({ kind }) => kinds.includes(kind)) }),
    simpler: (plan) => (plan.noise > 0 ? [{ ...plan, noise: 0 }] : []),
    simulate: (plan) => {
      runs += 1;
      return reportOf(plan, failure(plan), drifting ? runs : 0);
    },
  };
  return world;
}

function reportOf(plan: FakePlan, invariant: string | undefined, salt: number): RunReport {
  const counts = (kind: string): number => plan.injections.filter((injection) => injection.kind === kind).length;
  return {
    world: 'fake',
    seed: plan.seed,
    size: 3,
    failure: invariant === undefined ? undefined : { invariant, detail: 'as told', atMs: plan.faultPhaseMs / 2 },
    digest: `${plan.seed}-${salt}`,
    simulatedMs: plan.faultPhaseMs,
    leaderChanges: plan.seed % 7,
    acknowledged: 1_000 + plan.seed,
    proposed: 2_000,
    retries: 1,
    readsAnswered: 2,
    chosenSlots: 3,
    latencyHistogram: [0, 1, 2],
    healedAfterMs: plan.seed,
    faults: { crash: counts('crash'), cut: counts('cut') },
    events: { wins: plan.seed % 2 },
  };
}
