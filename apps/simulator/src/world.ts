/**
 * The seam between campaigns and what they run. A world is one kind of run: it decides everything from a seed into a plan, which
 * is plain data, and simulates a plan. Campaigns, the shrinker and the program know nothing else of it.
 */

/** One thing that goes wrong, or is asked of the cluster, at some time for a while. */
export interface Injection {
  readonly atMs: number;
  readonly kind: string;
  readonly durationMs: number;
  /** Seeds all that it draws, such as whom it hits: leaving out another one doesn't change it. */
  readonly salt: number;
  /** The node that it hits, in hand-made plans; drawn from `salt` when undefined. */
  readonly node?: string | undefined;
}

/** What every plan has, and the shrinker may cut down. Plans go through JSON, so they hold no function and no `undefined` that matters. */
export interface BasePlan {
  readonly world: string;
  /** Rises when a seed no longer means the same plan. */
  readonly version: number;
  readonly seed: number;
  readonly clients: number;
  readonly faultPhaseMs: number;
  /** In order of time. */
  readonly injections: readonly Injection[];
}

/** Changes of a seed's plan, as the command line gives them. */
export interface PlanOverrides {
  /** Fault kinds that stay; none of the others is injected, nor is there noise of links, disks or clocks that isn't named. */
  readonly onlyFaults?: readonly string[] | undefined;
  /** Injections that stay, by their index in the seed's plan. */
  readonly onlyInjections?: readonly number[] | undefined;
  readonly clients?: number | undefined;
  readonly untilMs?: number | undefined;
}

export interface Failure {
  /** By its name; what tests match on. */
  readonly invariant: string;
  readonly detail: string;
  /** Simulated time at which it was found. */
  readonly atMs: number;
}

export interface RunReport {
  readonly world: string;
  readonly seed: number;
  /** Nodes that vote. */
  readonly size: number;
  readonly failure: Failure | undefined;
  /** Of all that happened: equal when two runs were the same. */
  readonly digest: string;
  readonly simulatedMs: number;
  readonly leaderChanges: number;
  readonly acknowledged: number;
  readonly proposed: number;
  readonly retries: number;
  readonly readsAnswered: number;
  readonly chosenSlots: number;
  /** Of acknowledged commands: counts by bucket of `latencyBucket`. */
  readonly latencyHistogram: readonly number[];
  readonly healedAfterMs: number;
  /** How often each kind of fault really struck. */
  readonly faults: Readonly<Record<string, number>>;
  /** How often each event of `mustReach`, and any other worth telling, happened. */
  readonly events: Readonly<Record<string, number>>;
}

export interface World<P extends BasePlan = BasePlan> {
  readonly name: string;
  /** Every kind that a seed may draw; a campaign that never injects one of them has failed. */
  readonly faultKinds: readonly string[];
  /** What each fault kind is, in words, for reports. */
  readonly faultDescriptions: Readonly<Record<string, string>>;
  /** Events without which a campaign proved nothing about them, by name, with what each is in words. */
  readonly mustReach: Readonly<Record<string, string>>;
  /** Everything that the seed decides. */
  plan(seed: number): P;
  /** The plan with only these kinds of fault: injections of other kinds, and other noise, are left out. */
  keepFaults(plan: P, kinds: readonly string[]): P;
  /** Simpler plans that the shrinker may try besides fewer injections, fewer clients and less time. */
  simpler(plan: P): readonly P[];
  /** Never throws: what goes wrong is the report's `failure`. */
  simulate(plan: P): RunReport | Promise<RunReport>;
}

/** A world without promises. */
export interface SyncWorld<P extends BasePlan = BasePlan> extends World<P> {
  simulate(plan: P): RunReport;
}

/** The plan with what the command line says about it. */
export function overridePlan<P extends BasePlan>(world: World<P>, seed: number, overrides: PlanOverrides): P {
  let plan = world.plan(seed);
  const { onlyFaults, onlyInjections, clients, untilMs } = overrides;
  if (onlyInjections !== undefined) {
    plan = { ...plan, injections: plan.injections.filter((_, index) => onlyInjections.includes(index)) };
  }
  if (onlyFaults !== undefined) plan = world.keepFaults(plan, onlyFaults);
  if (clients !== undefined) plan = { ...plan, clients };
  if (untilMs !== undefined) plan = { ...plan, faultPhaseMs: Math.min(untilMs, plan.faultPhaseMs) };
  return plan;
}
