import { pauseScheduleFromWire, setScheduleFromWire } from '@synod/contracts';
import { formatTiming } from '@synod/cron';
import type { Command, CommandReply, JobSpec, ScheduleSpec } from '@synod/jobs';
import { jobSpecToWire, overlapPolicies } from '@synod/contracts';
import type { WirePauseScheduleRequest, WireSetScheduleRequest, WireSetScheduleRequestInput } from '@synod/wire';
import { expectNotRefused } from './answers.js';
import { Violation } from '../consensus/violation.js';
import type { JobEvent } from '@synod/jobs';

/** How often schedules of the simulation are due. */
const SECOND = 1_000;
const OVERLAPS = ['skip', 'bufferOne', 'bufferAll', 'cancelOther', 'terminateOther', 'allowAll'] as const;
const CATCH_UPS = ['CATCH_UP_POLICY_NONE', 'CATCH_UP_POLICY_LATEST', 'CATCH_UP_POLICY_ALL'] as const;

/** What a client asks for at the beginning: two schedules, due each second, of other policies with each seed. */
export function scheduleRequests(
  seed: number,
  job: (workMs: number) => JobSpec,
): (WireSetScheduleRequestInput & { readonly scheduleId: string })[] {
  const at = seed >>> 0;
  return [0, 1].map((index) => ({
    scheduleId: `tick-${index + 1}`,
    spec: {
      timing: { interval: { everyMs: SECOND, offsetMs: index * 300 } },
      job: jobSpecToWire(job(index === 0 ? 30 : 1_300)),
      overlap: overlapPolicies.toWire[OVERLAPS[(at + index) % OVERLAPS.length] ?? 'skip'],
      catchUp: CATCH_UPS[(at + index) % CATCH_UPS.length] ?? 'CATCH_UP_POLICY_ALL',
    },
  }));
}

export async function setSchedule(
  propose: (command: Command) => Promise<CommandReply>,
  request: WireSetScheduleRequest,
): Promise<{ revision: number; change: string }> {
  const query = setScheduleFromWire(request);
  const reply = expectNotRefused(await propose(query.command(formatTiming(query.timing))));
  if (reply.type !== 'scheduleChanged') throw new TypeError(reply.type);
  return { revision: reply.revision, change: reply.change };
}

export async function pauseSchedule(
  propose: (command: Command) => Promise<CommandReply>,
  request: WirePauseScheduleRequest,
): Promise<{ changed: boolean }> {
  const reply = expectNotRefused(await propose(pauseScheduleFromWire(request, true)));
  if (reply.type !== 'scheduleChanged') throw new TypeError(reply.type);
  return { changed: reply.change !== 'unchanged' };
}

/** Each nominal time of a schedule is decided once and none is passed over, as the events of the log tell it. */
export class ScheduleChecker {
  private readonly specs = new Map<string, ScheduleSpec>();
  /** The last nominal time decided, by schedule. */
  private readonly through = new Map<string, number>();
  private readonly jobs = new Set<string>();

  /** How many nominal times were decided. */
  decided = 0;

  /** A schedule's definition, as it came with the log. */
  defined(scheduleId: string, spec: ScheduleSpec): void {
    this.specs.set(scheduleId, spec);
  }

  /** The job that a firing of this event made, with its spec. */
  jobOf(event: JobEvent): { readonly jobId: string; readonly spec: JobSpec } | undefined {
    if (event.type !== 'scheduleDecided' || event.decision.jobId === undefined) return undefined;
    const spec = this.specs.get(event.scheduleId)?.job;
    return spec === undefined ? undefined : { jobId: event.decision.jobId, spec };
  }

  follow(event: JobEvent): void {
    if (event.type !== 'scheduleDecided') return;
    const { scheduleId, decision } = event;
    const { fromMs, throughMs, count, outcome, jobId } = decision;
    const before = this.through.get(scheduleId);
    const at = `${scheduleId}: ${outcome} from ${fromMs} after ${before}`;
    if (before !== undefined && fromMs !== before + SECOND) {
      throw new Violation(fromMs <= before ? 'no nominal time is decided twice' : 'no nominal time is lost', at);
    }
    if (throughMs !== fromMs + (count - 1) * SECOND) throw new Violation('no nominal time is lost', at);
    if (jobId !== undefined && this.jobs.has(jobId)) throw new Violation('a firing has a job of its own', at);
    if (jobId !== undefined) this.jobs.add(jobId);
    this.through.set(scheduleId, throughMs);
    this.decided += count;
  }
}
