import type { SeededRandom } from '@synod/testkit';
import type { METHODS } from './methods.js';
import { randomSchedule, SCHEDULE_IDS } from './schedules.js';
import type { ScheduleMethod } from './schedules.js';

export interface ScheduleClientModules {
  readonly random: SeededRandom;
  /** Resolves after so long on the clients' clock. */
  readonly wait: (delayMs: number) => Promise<void>;
  /** Asks until there is an answer when `repeat`; a refusal that is in `allowed` is one. */
  readonly call: <Method extends ScheduleMethod>(
    method: Method,
    request: Parameters<(typeof METHODS)[Method]['requestSerialize']>[0],
    repeat: boolean,
    allowed: readonly string[],
  ) => Promise<void>;
  readonly isStopped: () => boolean;
}

/** Longer than a coordinator goes on with a command whose caller has left. */
const FORGOTTEN_MS = 4_000;

/** Those who make schedules, and change them now and then. */
export class ScheduleClients {
  /** All that it began is over, and nothing fires any more. */
  quiet = false;

  constructor(private readonly modules: ScheduleClientModules) {}

  async run(): Promise<void> {
    const { random, isStopped, wait } = this.modules;
    for (const scheduleId of SCHEDULE_IDS) await this.set(scheduleId);
    const restless = random.chance(0.6);
    while (!isStopped()) {
      await wait(random.between(500, 2_500));
      if (restless && !isStopped()) await this.change(random.pick(SCHEDULE_IDS));
    }
    // A try that nobody waits for any more may come late, and set one going again.
    await wait(FORGOTTEN_MS);
    for (const scheduleId of SCHEDULE_IDS) await this.pause(scheduleId);
    this.quiet = true;
  }

  private async change(scheduleId: string): Promise<void> {
    const { random, call } = this.modules;
    const what = random.pick(['set', 'pause', 'resume', 'resume', 'trigger', 'delete'] as const);
    switch (what) {
      case 'set':
        return this.set(scheduleId);
      case 'pause':
        return this.pause(scheduleId);
      case 'resume':
        return call('resumeSchedule', { scheduleId }, true, UNKNOWN);
      case 'trigger':
        return call('triggerSchedule', { scheduleId }, false, UNKNOWN);
      case 'delete':
        await call('deleteSchedule', { scheduleId }, true, UNKNOWN);
        return this.set(scheduleId);
    }
  }

  private set(scheduleId: string): Promise<void> {
    const spec = randomSchedule(this.modules.random);
    return this.modules.call('setSchedule', { scheduleId, spec }, true, []);
  }

  private pause(scheduleId: string): Promise<void> {
    return this.modules.call('pauseSchedule', { scheduleId, reason: 'simulated' }, true, UNKNOWN);
  }
}

/** What was deleted a moment ago. */
const UNKNOWN = ['SCHEDULE_UNKNOWN'];
