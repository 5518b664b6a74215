import type { CancelTimer, Clock, Timers } from '@synod/base';
import type { Command, CommandReply, JobsView } from '@synod/jobs';
import type { Planner } from '@synod/scheduling';
import type { WorkerLiveness } from '../agents/worker-liveness.js';
import type { LostDeclarer } from './lost-declarer.js';
import type { WorkerEvictor } from './worker-evictor.js';

export interface PlannerLoopModules {
  readonly planner: Planner;
  readonly liveness: WorkerLiveness;
  readonly declarer: LostDeclarer;
  readonly evictor: Pick<WorkerEvictor, 'look'>;
  readonly view: JobsView;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly timers: Timers;
  /** Proposes in the present leadership only: a plan is of no use to another leader. */
  readonly propose: (command: Command) => Promise<CommandReply>;
}

/** Assignments of one pass, at most: bounds the time of a pass and the size of its command. */
const MAX_ASSIGNMENTS_PER_PASS = 1_000;
/** A pass ends after so long: the rest is for the next, behind what else the leader has to do. */
const MAX_PASS_MS = 4;
/** Passes whose commands are not yet applied, at most. */
const MAX_PASSES_IN_FLIGHT = 4;
/** How often the leader looks for lost workers, and plans even if nothing woke it. */
const LOOK_INTERVAL_MS = 200;

/** What only the leader does: plans when something changed, and looks for what was unheard too long or drains for too long. */
export class PlannerLoop {
  private leading = false;
  private scheduled = false;
  private inFlight = 0;
  /** Raised at each beginning: what an earlier leadership had under way is none of this one's business. */
  private leadership = 0;
  private cancelLook: CancelTimer = () => undefined;

  constructor(private readonly modules: PlannerLoopModules) {}

  /** Passes whose command is neither applied nor refused. */
  get passesInFlight(): number {
    return this.inFlight;
  }

  /** This node leads and serves; the state holds all that was recovered. */
  lead(): void {
    if (this.leading) return;
    this.leading = true;
    this.leadership += 1;
    this.inFlight = 0;
    this.modules.planner.reset();
    this.modules.liveness.reset();
    this.cancelLook = this.modules.timers.every(LOOK_INTERVAL_MS, () => {
      this.look();
    });
    this.wake();
  }

  /** This node no longer leads, or stops. */
  yield(): void {
    if (!this.leading) return;
    this.leading = false;
    this.cancelLook();
    this.modules.planner.reset();
  }

  /** Something changed that may let a job start. Cheap; the pass itself comes once for many wakes. */
  wake(): void {
    if (!this.leading || this.scheduled || this.inFlight >= MAX_PASSES_IN_FLIGHT) return;
    if (this.modules.view.readyCount() === 0) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      this.pass();
    });
  }

  private pass(): void {
    const { planner, view, liveness, clock } = this.modules;
    if (!this.leading || this.inFlight >= MAX_PASSES_IN_FLIGHT) return;
    const untilMs = clock.monotonicMs() + MAX_PASS_MS;
    let isCut = false;
    const assignments = planner.plan(
      view,
      (workerId) => liveness.eligible(workerId),
      MAX_ASSIGNMENTS_PER_PASS,
      () => !(isCut = clock.monotonicMs() >= untilMs),
    );
    if (assignments.length === 0) return;
    const { leadership } = this;
    this.inFlight += 1;
    const settle = (): void => {
      if (leadership !== this.leadership) return;
      this.inFlight -= 1;
      planner.settled(assignments);
      this.wake();
    };
    this.modules.propose({ type: 'assignJobs', assignments }).then(settle, settle);
    if (isCut || assignments.length === MAX_ASSIGNMENTS_PER_PASS) this.wake();
  }

  private look(): void {
    const { liveness, declarer, evictor, view } = this.modules;
    const { leadership } = this;
    liveness.look(view);
    evictor.look();
    void declarer.look(() => this.leading && leadership === this.leadership);
    this.wake();
  }
}
