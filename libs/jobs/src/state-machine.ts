import { assert } from '@synod/base';
import { applyCommand } from './apply-command.js';
import type { CommandEnvelope, CommandReply } from './commands.js';
import { COMMAND_VERSIONS } from './commands.js';
import type { EntryContext } from './entry-context.js';
import type { StateChange, StateRecord } from './image.js';
import { StateRestore } from './image/restore-state.js';
import { checkInvariants } from './invariants.js';
import { mintJobId } from './job-id.js';
import type { JobId, JobRecord, JobState } from './job.js';
import type { JobsOptions } from './options.js';
import { resolveJobsOptions } from './options.js';
import type { Placement } from './placement.js';
import type { QueueRecord } from './queue.js';
import type { ScheduleJobs, ScheduleRecord } from './schedule.js';
import type {
  ActiveAttempt,
  AppliedEntry,
  JobFilter,
  JobsStateMachine,
  ReadyClass,
  ReadyPlace,
} from './state-machine-port.js';
import { JobsState } from './state/jobs-state.js';
import type { CompactReply } from './state/reply-hash.js';
import type { NodeRecord, WorkerRecord } from './worker.js';

/** The state machine with what tests and the simulator ask of it besides. */
export interface CheckedJobsStateMachine extends JobsStateMachine {
  /** The state hash from nothing, in time of the whole state: must equal `stateHash()`. */
  recomputeStateHash(): string;
  /** Throws `InvariantViolation` unless every invariant holds, in time of the whole state. */
  checkInvariants(): void;
}

/** An empty state machine, before slot 1. `options` must be the same on all members of the group. */
export function createJobsStateMachine(options: Partial<JobsOptions> = {}): CheckedJobsStateMachine {
  const resolved = resolveJobsOptions(options);
  return new StateMachine(resolved, new JobsState(resolved));
}

/** A state machine in the making, from the records of an image, a portion at a time. */
export interface JobsRestore {
  /** In any order; an image's own order of keys is the quickest. Throws `imageDamaged`; then this is of no more use. */
  add(records: Iterable<StateRecord>): void;
  /**
   * The state machine, once all records are in. Throws `imageDamaged` when some are missing or don't go together, and when the
   * hash over them isn't `stateHash`. Undefined skips that last check, which alone tells records of one state from a mixture.
   */
  finish(stateHash: string | undefined): CheckedJobsStateMachine;
}

/**
 * Begins to restore the state right after `slot`. `options` must be those under which it came about. `add` throws
 * `featureLevelUnsupported` for the image of a newer program.
 */
export function beginJobsRestore(options: Partial<JobsOptions>, slot: number): JobsRestore {
  const resolved = resolveJobsOptions(options);
  const restore = new StateRestore(resolved, slot);
  return {
    add(records) {
      for (const record of records) restore.add(record);
    },
    finish: (stateHash) => new StateMachine(resolved, restore.finish(stateHash)),
  };
}

/** All of {@link beginJobsRestore} in one step. */
export function restoreJobsStateMachine(
  options: Partial<JobsOptions>,
  slot: number,
  records: Iterable<StateRecord>,
  stateHash?: string,
): CheckedJobsStateMachine {
  const restore = beginJobsRestore(options, slot);
  restore.add(records);
  return restore.finish(stateHash);
}

class StateMachine implements CheckedJobsStateMachine {
  constructor(
    private readonly options: JobsOptions,
    private readonly state: JobsState,
  ) {}

  get appliedSlot(): number {
    return this.state.appliedSlot;
  }

  get timeMs(): number {
    return this.state.timeMs;
  }

  get featureLevel(): number {
    return this.state.featureLevel;
  }

  get nextDueMs(): number | undefined {
    return this.state.timers.nextDueMs;
  }

  get changedCount(): number {
    return this.state.changedCount;
  }

  get workersRevision(): number {
    return this.state.workers.revision;
  }

  apply(slot: number, commands: readonly CommandEnvelope[]): AppliedEntry {
    const { state } = this;
    assert(slot === state.appliedSlot + 1, 'I5 slots are applied once, in order', () => `${slot}`);
    // All are looked at before the first is applied: a replica that can't apply an entry must stop without a trace of it.
    for (const envelope of commands) assertApplicable(envelope, this.options);
    const entry: EntryContext = { slot, timeMs: state.timeMs, events: [], nextJobIndex: 0 };
    const replies = commands.map((envelope) => this.applyOnce(entry, envelope));
    const retired = state.jobs.retire(this.options);
    state.appliedSlot = slot;
    state.hash.settle();
    return { slot, timeMs: state.timeMs, replies, events: entry.events, retired };
  }

  stateHash(): string {
    return this.state.digest();
  }

  takeChanges(): readonly StateChange[] {
    return this.state.takeChanges();
  }

  records(): IterableIterator<StateRecord> {
    return this.state.imageRecords();
  }

  recomputeStateHash(): string {
    return this.state.recomputeDigest();
  }

  checkInvariants(): void {
    checkInvariants(this.state);
  }

  job(jobId: JobId): JobRecord | undefined {
    return this.state.jobs.find(jobId)?.toRecord();
  }

  listJobs(filter: JobFilter, beforeJobId: JobId | undefined, limit: number): readonly JobRecord[] {
    return this.state.jobs.list(filter, beforeJobId, limit);
  }

  counts(): Readonly<Record<JobState, number>> {
    return this.state.jobs.counts();
  }

  worker(workerId: string): WorkerRecord | undefined {
    return this.state.workers.get(workerId)?.toRecord();
  }

  workers(): readonly WorkerRecord[] {
    return this.state.workers.records();
  }

  activeAttempts(workerId: string): readonly ActiveAttempt[] {
    return this.state.workers.get(workerId)?.activeAttempts() ?? [];
  }

  activeInQueue(queue: string): ReadonlyMap<string, number> {
    return this.state.activeByQueue.of(queue);
  }

  queuePlacement(queue: string): Placement | undefined {
    return this.state.queues.find(queue)?.setup?.settings.placement;
  }

  queueRoom(queue: string): number {
    return this.state.queues.room(queue, this.state.timeMs);
  }

  readyPlace(jobId: JobId): ReadyPlace | undefined {
    const job = this.state.jobs.find(jobId);
    if (job === undefined || (job.state !== 'ready' && job.state !== 'waiting')) return undefined;
    const { queue, limitKey } = job.interned.spec;
    const classesBefore = this.state.jobs.ready.before(job);
    let jobsBefore = 0;
    for (const ofClass of classesBefore) if (ofClass.queue === queue) jobsBefore += ofClass.count;
    const { keys } = this.state.queues.of(job);
    return { jobsBefore, classesBefore, key: limitKey === undefined ? undefined : keys?.placeOf(limitKey, job) };
  }

  queue(queue: string): QueueRecord | undefined {
    return this.state.queues.find(queue)?.toRecord(this.state.timeMs);
  }

  queues(): readonly QueueRecord[] {
    return this.state.queues.records(this.state.timeMs);
  }

  readyClasses(): IterableIterator<ReadyClass> {
    return this.state.jobs.ready.classes();
  }

  readyCount(): number {
    return this.state.jobs.ready.size;
  }

  schedule(scheduleId: string): ScheduleRecord | undefined {
    return this.state.schedules.get(scheduleId)?.toRecord();
  }

  scheduleIds(): IterableIterator<string> {
    return this.state.schedules.idsInNoOrder();
  }

  listSchedules(afterScheduleId: string, limit: number): readonly ScheduleRecord[] {
    return this.state.schedules.list(afterScheduleId, limit);
  }

  scheduleJobs(scheduleId: string): ScheduleJobs {
    return this.state.schedules.jobsOf(scheduleId);
  }

  nodes(): readonly NodeRecord[] {
    return this.state.nodes.records();
  }

  private applyOnce(entry: EntryContext, envelope: CommandEnvelope): CommandReply {
    const { state } = this;
    state.timeMs = Math.max(state.timeMs, envelope.stampMs);
    entry.timeMs = state.timeMs;
    const admission = state.sessions.admit(envelope.origin, entry.slot);
    switch (admission.kind) {
      case 'evicted':
        return { type: 'refused', refusal: { code: 'sessionEvicted' } };
      case 'repeated':
        return this.expand(admission.reply);
      case 'new': {
        const reply = applyCommand(state, entry, envelope);
        admission.store(reply);
        return this.expand(reply);
      }
    }
  }

  private expand(reply: CompactReply): CommandReply {
    if (reply.type !== 'submittedRange') return reply;
    const { slot, firstIndex, count, replayed } = reply;
    const jobIds: JobId[] = [];
    for (let at = 0; at < count; at += 1) jobIds.push(mintJobId(this.options.groupId, slot, firstIndex + at));
    return { type: 'jobsSubmitted', jobIds, replayed };
  }
}

function assertApplicable(envelope: CommandEnvelope, { groupId, maxFeatureLevel }: JobsOptions): void {
  const { body, version } = envelope;
  assert(envelope.groupId === groupId, 'a command belongs to the group of its log', () => `${envelope.groupId}`);
  assert(Number.isSafeInteger(envelope.stampMs) && envelope.stampMs >= 0, 'a stamp is a time');
  const newest = Object.hasOwn(COMMAND_VERSIONS, body.type) ? COMMAND_VERSIONS[body.type] : 0;
  const isKnown = Number.isInteger(version) && version >= 1 && version <= newest;
  assert(isKnown, 'command type and version are known', () => `${body.type} version ${version}`);
  if (body.type !== 'setFeatureLevel') return;
  const isSupported = Number.isInteger(body.level) && body.level >= 1 && body.level <= maxFeatureLevel;
  assert(isSupported, 'the feature level is supported', () => `${body.level}, of ${maxFeatureLevel}`);
}
