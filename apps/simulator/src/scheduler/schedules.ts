import {
  deleteScheduleFromWire,
  firingOutcomes,
  jobSpecToWire,
  overlapPolicies,
  pauseScheduleFromWire,
  setScheduleFromWire,
  triggerScheduleFromWire,
} from '@synod/contracts';
import { formatTiming, parseTiming } from '@synod/cron';
import type { Command, CommandReply, JobSpec, ScheduleSpec } from '@synod/jobs';
import type { SeededRandom } from '@synod/testkit';
import type { WireScheduleSpecInput } from '@synod/wire';
import { expectNotRefused, unary } from './answers.js';
import { METHODS } from './methods.js';
import { commandLine } from './process-table.js';
import type { CallEnd } from './streams.js';

const SECOND = 1_000;
const OVERLAPS = ['skip', 'bufferOne', 'bufferAll', 'cancelOther', 'terminateOther', 'allowAll'] as const;
const CATCH_UPS = ['NONE', 'LATEST', 'ALL', 'WINDOW'] as const;

/** Ids of the schedules of a run. */
export const SCHEDULE_IDS = ['tick-1', 'tick-2', 'tick-3'] as const;

/** A schedule that is due each second or two, on a clock of its zone or at even times, with policies as they come. */
export function randomSchedule(random: SeededRandom): WireScheduleSpecInput {
  const catchUp = random.pick(CATCH_UPS);
  const everyMs = random.pick([1, 1, 2]) * SECOND;
  const cron = { expression: everyMs === SECOND ? '* * * * * *' : '*/2 * * * * *', timeZone: 'Europe/Berlin' };
  return {
    timing: random.chance(0.4) ? { cron } : { interval: { everyMs, offsetMs: random.pick([0, 300, 999]) } },
    job: jobSpecToWire(firedJob(random.pick([20, 400, 1_300, 2_500]))),
    overlap: overlapPolicies.toWire[random.pick(OVERLAPS)],
    catchUp: `CATCH_UP_POLICY_${catchUp}`,
    ...(catchUp === 'WINDOW' ? { catchUpWindowMs: 14 * SECOND } : {}),
    jitterMs: random.pick([0, 0, 900, 3_000]),
  };
}

function firedJob(workMs: number): JobSpec {
  return {
    task: {
      ...{ kind: 'exec', command: 'simulated', args: commandLine(workMs, 0, false) },
      ...{ env: {}, cwd: '', stdin: '', user: '' },
    },
    ...{ queue: 'default', labels: {}, workerLabels: {}, placement: 'leastLoaded', placementKey: '' },
    ...{
      mode: 'oneLiveHolder',
      lostAfterMs: 3_000,
      startToCloseTimeoutMs: 0,
      killGraceMs: 100,
      maxLostAttempts: 1_000,
    },
  };
}

/** How its times follow one another. Of cron expressions only those above are known. */
export function intervalOf({ timing }: ScheduleSpec): { readonly everyMs: number; readonly offsetMs: number } {
  const parsed = parseTiming(timing);
  if (parsed.kind === 'every') return parsed;
  return { everyMs: parsed.expression.startsWith('*/2') ? 2 * SECOND : SECOND, offsetMs: 0 };
}

export type ScheduleMethod = 'setSchedule' | 'deleteSchedule' | 'pauseSchedule' | 'resumeSchedule' | 'triggerSchedule';

/** As `services/schedule-service.ts` answers. */
export function answerSchedules(
  method: ScheduleMethod,
  end: CallEnd,
  propose: (command: Command) => Promise<CommandReply>,
): void {
  const change = async (command: Command) => {
    const reply = expectNotRefused(await propose(command));
    if (reply.type !== 'scheduleChanged') throw new TypeError(reply.type);
    return reply;
  };
  switch (method) {
    case 'setSchedule':
      return unary(end, METHODS.setSchedule, async (request) => {
        const query = setScheduleFromWire(request);
        const { revision, change: what } = await change(query.command(formatTiming(query.timing)));
        return { revision, change: what };
      });
    case 'deleteSchedule':
      return unary(end, METHODS.deleteSchedule, async (request) => {
        await change(deleteScheduleFromWire(request));
        return {};
      });
    case 'pauseSchedule':
      return unary(end, METHODS.pauseSchedule, async (request) => ({
        changed: (await change(pauseScheduleFromWire(request, true))).change !== 'unchanged',
      }));
    case 'resumeSchedule':
      return unary(end, METHODS.resumeSchedule, async (request) => ({
        changed: (await change(pauseScheduleFromWire(request, false))).change !== 'unchanged',
      }));
    case 'triggerSchedule':
      return unary(end, METHODS.triggerSchedule, async (request) => {
        const reply = expectNotRefused(await propose(triggerScheduleFromWire(request)));
        if (reply.type !== 'scheduleTriggered') throw new TypeError(reply.type);
        const { outcome, reason, jobId = '' } = reply;
        return { outcome: firingOutcomes.toWire[outcome], reason, jobId };
      });
  }
}
