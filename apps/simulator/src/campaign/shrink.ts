import type { BasePlan, Failure, Injection, RunReport, World } from '../world.js';

export interface Shrunk<P> {
  readonly plan: P;
  readonly report: RunReport;
  readonly attempts: number;
}

export interface ShrinkOptions {
  /** Runs at the most. */
  readonly maxAttempts: number;
  readonly onSmaller?: (what: string, plan: BasePlan) => void;
}

/**
 * Looks for a smaller plan that breaks the same invariant: less time, fewer injections (by halves, then one by one, as delta
 * debugging does), fewer clients, and whatever the world knows to make simpler; again until nothing helps. Gives undefined when
 * the plan doesn't fail. What it finds is smaller, not smallest: another order of attempts might end elsewhere.
 */
export async function shrink<P extends BasePlan>(
  world: World<P>,
  plan: P,
  options: ShrinkOptions,
): Promise<Shrunk<P> | undefined> {
  const report = await world.simulate(plan);
  if (report.failure === undefined) return undefined;
  const search = new Shrinker(world, plan, report, report.failure, options);
  return search.run();
}

class Shrinker<P extends BasePlan> {
  private attempts = 1;

  constructor(
    private readonly world: World<P>,
    private plan: P,
    private report: RunReport,
    private readonly failure: Failure,
    private readonly options: ShrinkOptions,
  ) {}

  async run(): Promise<Shrunk<P>> {
    for (let before = ''; before !== JSON.stringify(this.plan);) {
      before = JSON.stringify(this.plan);
      await this.cutTime();
      await this.cutInjections();
      await this.cutClients();
      for (const simpler of this.world.simpler(this.plan)) await this.tryPlan('simpler', simpler);
      await this.shortenInjections();
    }
    return { plan: this.plan, report: this.report, attempts: this.attempts };
  }

  /** Keeps the candidate when it fails in the same way. */
  private async tryPlan(what: string, candidate: P): Promise<boolean> {
    if (this.attempts >= this.options.maxAttempts) return false;
    this.attempts += 1;
    const report = await this.world.simulate(candidate);
    if (report.failure?.invariant !== this.failure.invariant) return false;
    this.plan = candidate;
    this.report = report;
    this.options.onSmaller?.(what, candidate);
    return true;
  }

  private async cutTime(): Promise<void> {
    const failedAtMs = Math.ceil(this.report.failure?.atMs ?? Infinity);
    if (failedAtMs < this.plan.faultPhaseMs) await this.until(failedAtMs + 1);
    for (const share of [0.25, 0.5, 0.75, 0.9]) {
      const untilMs = Math.floor(this.plan.faultPhaseMs * share);
      if (untilMs > 100 && (await this.until(untilMs))) return;
    }
  }

  private until(faultPhaseMs: number): Promise<boolean> {
    const injections = this.plan.injections.filter(({ atMs }) => atMs < faultPhaseMs);
    return this.tryPlan('less time', { ...this.plan, faultPhaseMs, injections });
  }

  private async cutInjections(): Promise<void> {
    for (
      let size = Math.ceil(this.plan.injections.length / 2);
      size >= 1;
      size = size === 1 ? 0 : Math.ceil(size / 2)
    ) {
      for (let from = 0; from < this.plan.injections.length;) {
        const injections = this.plan.injections.filter((_, index) => index < from || index >= from + size);
        if (!(await this.tryPlan('fewer injections', { ...this.plan, injections }))) from += size;
      }
    }
  }

  private async cutClients(): Promise<void> {
    for (let clients = Math.floor(this.plan.clients / 2); clients >= 1; clients = Math.floor(clients / 2)) {
      if (!(await this.tryPlan('fewer clients', { ...this.plan, clients }))) break;
    }
    while (
      this.plan.clients > 1 &&
      (await this.tryPlan('fewer clients', { ...this.plan, clients: this.plan.clients - 1 }))
    );
  }

  private async shortenInjections(): Promise<void> {
    for (let index = 0; index < this.plan.injections.length; index += 1) {
      const shorten = (injection: Injection, at: number): Injection =>
        at === index ? { ...injection, durationMs: Math.floor(injection.durationMs / 2) } : injection;
      const current = this.plan.injections[index];
      if (current === undefined || current.durationMs < 100) continue;
      await this.tryPlan('shorter faults', { ...this.plan, injections: this.plan.injections.map(shorten) });
    }
  }
}
