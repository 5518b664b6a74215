import type { CancelTimer, Clock, Logger, Timers } from '@synod/base';
import type { Command, CommandReply, JobsView } from '@synod/jobs';

export interface TimeKeeperModules {
  readonly view: Pick<JobsView, 'nextDueMs' | 'timeMs'>;
  /** Its wall time is what entries are stamped with, so that apply finds due what is found due here. */
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  /** Proposes in the present leadership only. */
  readonly propose: (command: Command) => Promise<CommandReply>;
}

/**
 * A wall clock may be set, so no wait relies on it for longer; an entry that changes what is due wakes the keeper at once.
 */
const LOOK_AGAIN_MS = 1_000;
/**
 * Between two commands, unless one says that more is due. A queue that gets a thousand tokens a second is due each millisecond: it is
 * looked at a hundred times a second, and starts ten jobs each time.
 */
const MIN_INTERVAL_MS = 10;
/** After a command whose outcome is unknown. */
const RETRY_AFTER_MS = 100;

/**
 * On the leader: when something in the state is due by the clock, proposes the entry that says so. Time enters the log by stamps alone,
 * and this is the one command that is there for its stamp. One is under way at a time.
 */
export class TimeKeeper {
  private leading = false;
  /** Raised at each beginning: what an earlier leadership had under way is none of this one's business. */
  private leadership = 0;
  private underWay = false;
  /** No command before that, by the monotonic clock. */
  private notBeforeMs = 0;
  private armedForMs: number | undefined;
  private cancelTimer: CancelTimer = () => undefined;

  constructor(private readonly modules: TimeKeeperModules) {}

  /** This node leads and serves; the state holds all that was recovered. */
  lead(): void {
    if (this.leading) return;
    this.leading = true;
    this.leadership += 1;
    this.underWay = false;
    this.notBeforeMs = 0;
    this.wake();
  }

  /** This node no longer leads, or stops. */
  yield(): void {
    this.leading = false;
    this.disarm();
  }

  /** An entry was applied: something else may be due next. Cheap when nothing is. */
  wake(): void {
    if (!this.leading || this.underWay) return;
    const dueMs = this.modules.view.nextDueMs;
    if (dueMs === undefined) return this.disarm();
    if (dueMs === this.armedForMs) return;
    this.look(dueMs);
  }

  private look(dueMs: number): void {
    const { clock, timers, view } = this.modules;
    this.disarm();
    // Applied time may be ahead of this clock, when the leader before had one that was.
    const nowMs = Math.max(clock.wallMs(), view.timeMs);
    const waitMs = Math.max(dueMs - nowMs, this.notBeforeMs - clock.monotonicMs());
    if (waitMs <= 0) return this.propose();
    this.armedForMs = dueMs;
    this.cancelTimer = timers.after(Math.min(waitMs, LOOK_AGAIN_MS), () => {
      this.armedForMs = undefined;
      this.wake();
    });
  }

  private propose(): void {
    const { clock, logger, propose } = this.modules;
    const { leadership } = this;
    this.underWay = true;
    const settle = (waitMs: number): void => {
      if (leadership !== this.leadership) return;
      this.underWay = false;
      this.notBeforeMs = clock.monotonicMs() + waitMs;
      this.wake();
    };
    propose({ type: 'advanceTime' }).then(
      (reply) => {
        settle(reply.type === 'timeAdvanced' && reply.moreDue ? 0 : MIN_INTERVAL_MS);
      },
      (error: unknown) => {
        logger.info({ error }, 'what is due was not told to the log; it is tried again, by whoever leads');
        settle(RETRY_AFTER_MS);
      },
    );
  }

  private disarm(): void {
    this.cancelTimer();
    this.cancelTimer = () => undefined;
    this.armedForMs = undefined;
  }
}
