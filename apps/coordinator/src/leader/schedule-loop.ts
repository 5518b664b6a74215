import type { CancelTimer, Clock, Logger, NominalTimes, Timers } from '@synod/base';
import { CronError, KeptTimes } from '@synod/cron';
import { MAX_FIRINGS_PER_COMMAND } from '@synod/jobs';
import type { AppliedEntry, Command, CommandReply, JobsView } from '@synod/jobs';
import { DueSchedules } from '@synod/scheduling';

export interface ScheduleLoopModules {
  readonly view: Pick<JobsView, 'schedule' | 'scheduleIds' | 'timeMs'>;
  /** Its wall time is what entries are stamped with, so that apply finds due what is found due here. */
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  /** Proposes in the present leadership only. */
  readonly propose: (command: Command) => Promise<CommandReply>;
}

/** A wall clock may be set, so no wait relies on it for longer. */
const LOOK_AGAIN_MS = 1_000;
/** After a command whose outcome is unknown. */
const RETRY_AFTER_MS = 100;
/** Schedules whose next time is computed in one go, each in some 60 us (120 us when its expression isn't at hand). */
const SETTLED_AT_ONCE = 20;

/**
 * On the leader: computes when schedules are due and proposes to decide what is. Calendars and time zones are known here and not in
 * the state machine, which takes a proposal only if it was computed from the state that it finds. So whatever becomes of this leader,
 * the next one goes on exactly behind what was decided.
 */
export class ScheduleLoop {
  private readonly due: DueSchedules;
  private readonly times = new KeptTimes();
  private leading = false;
  /** Raised at each beginning: what an earlier leadership had under way is none of this one's business. */
  private leadership = 0;
  private underWay = false;
  private notBeforeMs = 0;
  private cancelTimer: CancelTimer | undefined;
  private armedForMs = Infinity;

  constructor(private readonly modules: ScheduleLoopModules) {
    this.due = new DueSchedules((timing) => this.timesOf(timing));
  }

  /** This node leads and serves; the state holds all that was recovered. */
  lead(): void {
    if (this.leading) return;
    this.leading = true;
    this.leadership += 1;
    this.underWay = false;
    this.notBeforeMs = 0;
    this.due.reset();
    for (const scheduleId of this.modules.view.scheduleIds()) this.due.changed(scheduleId);
    this.arm(0);
  }

  /** This node no longer leads, or stops. */
  yield(): void {
    this.leading = false;
    this.disarm();
    this.due.reset();
    this.times.clear();
  }

  /** An entry was applied. */
  applied({ events }: Pick<AppliedEntry, 'events'>): void {
    if (!this.leading) return;
    let changed = false;
    for (const event of events) {
      if (event.type !== 'scheduleChanged' && event.type !== 'scheduleDecided') continue;
      this.due.changed(event.scheduleId);
      changed = true;
    }
    if (changed) this.arm(0);
  }

  /** One portion of the work: between two of them the event loop is free. */
  private pass(): void {
    const { view, clock } = this.modules;
    if (this.due.settle(view, SETTLED_AT_ONCE)) this.arm(0);
    if (this.underWay) return;
    const pauseMs = this.notBeforeMs - clock.monotonicMs();
    // Applied time may be ahead of this clock, when the leader before had one that was.
    const nowMs = Math.max(clock.wallMs(), view.timeMs);
    const waitMs = Math.max((this.due.nextFireMs ?? Infinity) - nowMs, pauseMs);
    if (waitMs > 0) {
      if (waitMs < Infinity) this.arm(Math.min(waitMs, LOOK_AGAIN_MS));
      return;
    }
    const due = this.due.take(view, nowMs, MAX_FIRINGS_PER_COMMAND);
    if (due.length > 0) this.propose({ type: 'fireSchedules', due });
    else this.arm(0);
  }

  private propose(command: Extract<Command, { type: 'fireSchedules' }>): void {
    const { clock, logger, propose } = this.modules;
    const { leadership } = this;
    this.underWay = true;
    const settle = (waitMs: number): void => {
      if (leadership !== this.leadership || !this.leading) return;
      this.underWay = false;
      this.notBeforeMs = clock.monotonicMs() + waitMs;
      for (const { scheduleId } of command.due) this.due.answered(scheduleId);
      this.arm(0);
    };
    propose(command).then(
      (reply) => {
        settle(reply.type === 'schedulesFired' ? 0 : RETRY_AFTER_MS);
      },
      (error: unknown) => {
        logger.info({ error }, 'due schedules were not told to the log; it is tried again, by whoever leads');
        settle(RETRY_AFTER_MS);
      },
    );
  }

  /** Refused when it was set; so what can't be read came from a newer program, or from one with other time zone data. */
  private timesOf(timing: string): NominalTimes | undefined {
    try {
      return this.times.of(timing);
    } catch (error) {
      if (!(error instanceof CronError)) throw error;
      this.modules.logger.error({ error, timing }, 'the times of a schedule are unknown here: it does not fire');
      return undefined;
    }
  }

  private arm(waitMs: number): void {
    if (!this.leading) return;
    const atMs = this.modules.clock.monotonicMs() + waitMs;
    if (atMs >= this.armedForMs) return;
    this.disarm();
    this.armedForMs = atMs;
    this.cancelTimer = this.modules.timers.after(waitMs, () => {
      this.armedForMs = Infinity;
      this.cancelTimer = undefined;
      if (this.leading) this.pass();
    });
  }

  private disarm(): void {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    this.armedForMs = Infinity;
  }
}
