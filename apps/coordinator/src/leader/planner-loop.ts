import type { CancelTimer, Logger, Timers } from '@synod/base';
import type { Command, CommandReply, JobsView } from '@synod/jobs';
import type { Planner } from '@synod/scheduling';
import type { WorkerLiveness } from '../agents/worker-liveness.js';

export interface PlannerLoopModules {
  readonly planner: Planner;
  readonly liveness: WorkerLiveness;
  readonly view: JobsView;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly propose: (command: Command) => Promise<CommandReply>;
}

/** Assignments of one pass, at most: bounds the time of a pass and the size of its command. */
const MAX_ASSIGNMENTS_PER_PASS = 1_000;
/** Passes whose commands are not yet applied, at most. */
const MAX_PASSES_IN_FLIGHT = 4;
/** How often the leader looks for lost workers, and plans even if nothing woke it. */
const LOOK_INTERVAL_MS = 200;

/** What only the leader does: plans when something changed, and declares lost what was unheard too long. */
export class PlannerLoop {
  private leading = false;
  private scheduled = false;
  private passesInFlight = 0;
  private leadership = 0;
  private cancelLook: CancelTimer = () => undefined;
  private declaring = false;

  constructor(private readonly modules: PlannerLoopModules) {}

  /** This node leads and serves; the state holds all that was recovered. */
  lead(): void {
    if (this.leading) return;
    this.leading = true;
    this.leadership += 1;
    this.passesInFlight = 0;
    this.declaring = false;
    this.modules.planner.reset();
    this.modules.liveness.reset();
    this.cancelLook = this.modules.timers.every(LOOK_INTERVAL_MS, () => {
      this.look();
    });
    this.wake();
  }

  yield(): void {
    if (!this.leading) return;
    this.leading = false;
    this.cancelLook();
    this.modules.planner.reset();
  }

  /** Something changed that may let a job start. Cheap; the pass itself comes once for many wakes. */
  wake(): void {
    if (!this.leading || this.scheduled || this.modules.view.readyCount() === 0) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      this.pass();
    });
  }

  private pass(): void {
    const { planner, view, liveness } = this.modules;
    if (!this.leading || this.passesInFlight >= MAX_PASSES_IN_FLIGHT) return;
    const assignments = planner.plan(view, (workerId) => liveness.eligible(workerId), MAX_ASSIGNMENTS_PER_PASS);
    if (assignments.length === 0) return;
    const { leadership } = this;
    this.passesInFlight += 1;
    const settle = (): void => {
      if (leadership !== this.leadership) return;
      this.passesInFlight -= 1;
      planner.settled(assignments);
      this.wake();
    };
    this.modules.propose({ type: 'assignJobs', assignments }).then(settle, settle);
    if (assignments.length === MAX_ASSIGNMENTS_PER_PASS) this.wake();
  }

  private look(): void {
    const { liveness, view, logger } = this.modules;
    if (this.declaring) return;
    const { attempts, workers } = liveness.findLost(view);
    const commands: Command[] = workers.map(({ workerId, incarnation }) => ({
      type: 'closeWorker',
      workerId,
      incarnation,
      cause: 'lost',
    }));
    if (attempts.length > 0) {
      logger.warn({ attempts: attempts.length }, 'attempts are lost: their worker was unheard too long');
      commands.push({ type: 'loseAttempts', attempts, reason: 'the worker was not heard for lostAfter' });
    }
    if (commands.length > 0) this.declare(commands);
    this.wake();
  }

  private declare(commands: readonly Command[]): void {
    this.declaring = true;
    const { leadership } = this;
    void Promise.allSettled(commands.map((command) => this.modules.propose(command))).then(() => {
      if (leadership === this.leadership) this.declaring = false;
    });
  }
}
