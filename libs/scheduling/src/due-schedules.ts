import { firingTimeMs } from '@synod/jobs';
import type { DueSchedule, JobsView, ScheduleRecord } from '@synod/jobs';
import type { NominalTimes } from '@synod/base';

/** What of the state it reads. */
export type ScheduleView = Pick<JobsView, 'schedule'>;

/** The next time of one schedule, as computed from what was seen of it. */
interface Upcoming {
  readonly scheduleId: string;
  readonly revision: number;
  readonly afterMs: number;
  readonly nominalMs: number;
  readonly fireMs: number;
}

/** Of one schedule in one command: one with a long past leaves room for the others. */
const MAX_PER_SCHEDULE = 250;

/**
 * Which schedules are due, on the leader. It keeps the next time of each, in order; a schedule costs a computation when it changes and
 * when it fires, and nothing in between. What it says is a proposal: the state machine decides only what was computed from its present
 * state, so that whatever is here may be thrown away and made again.
 */
export class DueSchedules {
  private readonly upcoming = new Map<string, Upcoming>();
  /** A binary heap by time; entries that are no longer in `upcoming` are passed over. */
  private heap: Upcoming[] = [];
  private readonly unsettled = new Set<string>();

  /** `timesOf` gives undefined for a timing that can't be read. */
  constructor(private readonly timesOf: (timing: string) => NominalTimes | undefined) {}

  /** Knows nothing any more. */
  reset(): void {
    this.upcoming.clear();
    this.heap = [];
    this.unsettled.clear();
  }

  /** The schedule came, went, changed or was decided. */
  changed(scheduleId: string): void {
    this.upcoming.delete(scheduleId);
    this.unsettled.add(scheduleId);
  }

  /** What was proposed of it has an answer, or never will have. */
  answered(scheduleId: string): void {
    if (!this.upcoming.has(scheduleId)) this.unsettled.add(scheduleId);
  }

  /** Computes the next time of up to `limit` schedules that changed. True: of more the next time is not yet known. */
  settle(view: ScheduleView, limit: number): boolean {
    let count = 0;
    for (const scheduleId of this.unsettled) {
      if (count >= limit) return true;
      count += 1;
      this.unsettled.delete(scheduleId);
      const record = view.schedule(scheduleId);
      if (record !== undefined && !record.paused) this.plan(record);
    }
    return false;
  }

  /** When the first is due, of those whose next time is known. */
  get nextFireMs(): number | undefined {
    for (;;) {
      const first = this.heap[0];
      if (first === undefined || this.upcoming.get(first.scheduleId) === first) return first?.fireMs;
      this.pop();
    }
  }

  /**
   * What is due at this time, at most `limit` nominal times. Each schedule in it is forgotten until {@link answered} is called for it,
   * which has to happen whatever becomes of the proposal.
   */
  take(view: ScheduleView, nowMs: number, limit: number): DueSchedule[] {
    const due: DueSchedule[] = [];
    let room = limit;
    while (room > 0) {
      const fireMs = this.nextFireMs;
      if (fireMs === undefined || fireMs > nowMs) break;
      const upcoming = this.pop() as Upcoming;
      this.upcoming.delete(upcoming.scheduleId);
      const record = view.schedule(upcoming.scheduleId);
      // Whatever it was computed from is gone: it is in `unsettled`, or not there at all.
      if (record === undefined || record.paused || !isSeen(record, upcoming)) continue;
      const one = this.expand(record, upcoming, nowMs, Math.min(room, MAX_PER_SCHEDULE));
      room -= one.nominalMs.length;
      due.push(one);
    }
    return due;
  }

  private expand(record: ScheduleRecord, first: Upcoming, nowMs: number, limit: number): DueSchedule {
    const { scheduleId, revision, afterMs } = first;
    const nominalMs = [first.nominalMs];
    let next = this.nextOf(record, first.nominalMs);
    while (next !== undefined && nominalMs.length < limit && firingTimeMs(scheduleId, record.spec, next) <= nowMs) {
      nominalMs.push(next);
      next = this.nextOf(record, next);
    }
    const more = next !== undefined && firingTimeMs(scheduleId, record.spec, next) <= nowMs;
    return { scheduleId, revision, afterMs, nominalMs, more };
  }

  private plan(record: ScheduleRecord): void {
    const { scheduleId, revision, decidedThroughMs: afterMs, spec } = record;
    const nominalMs = this.nextOf(record, Math.max(afterMs, (spec.startAtMs ?? 0) - 1));
    if (nominalMs === undefined) return;
    const fireMs = firingTimeMs(scheduleId, spec, nominalMs);
    const upcoming = { scheduleId, revision, afterMs, nominalMs, fireMs };
    this.upcoming.set(scheduleId, upcoming);
    this.push(upcoming);
  }

  private nextOf({ spec }: ScheduleRecord, afterMs: number): number | undefined {
    const next = this.timesOf(spec.timing)?.next(afterMs);
    return next === undefined || next > (spec.endAtMs ?? next) ? undefined : next;
  }

  private push(item: Upcoming): void {
    const { heap } = this;
    let at = heap.length;
    heap.push(item);
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      if (!isBefore(item, heap[parent] as Upcoming)) break;
      heap[at] = heap[parent] as Upcoming;
      at = parent;
    }
    heap[at] = item;
  }

  private pop(): Upcoming | undefined {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Upcoming, heap[child] as Upcoming)) child += 1;
      if (!isBefore(heap[child] as Upcoming, last)) break;
      heap[at] = heap[child] as Upcoming;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

function isSeen(record: ScheduleRecord, { revision, afterMs }: Upcoming): boolean {
  return record.revision === revision && record.decidedThroughMs === afterMs;
}

/** Total: by time, then by id. */
function isBefore(left: Upcoming, right: Upcoming): boolean {
  if (left.fireMs !== right.fireMs) return left.fireMs < right.fireMs;
  return left.scheduleId < right.scheduleId;
}
