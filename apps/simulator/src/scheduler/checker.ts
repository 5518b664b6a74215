import type { Ballot } from '@synod/consensus';
import { compareBallots } from '@synod/consensus';
import { fencingTokenToString } from '@synod/contracts';
import type {
  AppliedEntry,
  AttemptReport,
  CommandEnvelope,
  FencingToken,
  JobEvent,
  JobSpec,
  ReportOutcome,
} from '@synod/jobs';
import { FINAL_JOB_STATES } from '@synod/jobs';
import { Violation } from '../consensus/violation.js';
import { Digest } from '../digest.js';
import { ScheduleChecker } from './schedule-checker.js';
import type { JobProcess } from './process-table.js';
import { QueueChecker } from './queue-checker.js';

/** What the checker knows of a job: from the log, whose entries it sees once each, in order. */
export interface KnownJob {
  readonly jobId: string;
  readonly spec: JobSpec;
  state: string;
  /** Token of the attempt that is under way. */
  active: string | undefined;
  activeWorker: string | undefined;
  /** Leader changes seen when the active attempt was assigned. */
  assignedInReign: number;
  cancelRequested: boolean;
  lostAttempts: number;
  /** Times that it was run again by hand. */
  reopened: number;
  readonly processes: JobProcess[];
}

interface Slot {
  readonly stateHash: string;
  readonly effects: string;
}

export interface CheckerView {
  readonly nowMs: () => number;
  /** When the guard of this worker last went on after it, or the machine, was stopped; infinite while it is. */
  readonly guardResumedAtMs: (workerId: string) => number;
  readonly capacity: (workerId: string) => number;
  readonly isFrozen: (workerId: string) => boolean;
  readonly event: (name: string, count?: number) => void;
  /** An entry as nobody applied it before. */
  readonly learned: (applied: AppliedEntry) => void;
}

/** A guard that goes on after it was stopped has so long to end what should have ended meanwhile. */
const EXCUSE_MS = 150;

/** Sees true time, every process and every entry, and throws {@link Violation} as soon as a promise of the scheduler is broken. */
export class SchedulerChecker {
  readonly jobs = new Map<string, KnownJob>();
  readonly acknowledgedCommands = new Set<string>();
  readonly digest = new Digest();
  reigns = 0;
  highestSlot = 0;
  private readonly seenCommands = new Set<string>();
  private readonly slots = new Map<number, Slot>();
  private readonly appliedBy = new Map<string, number>();
  private readonly byToken = new Map<string, JobProcess>();
  /** By job, and their number by worker. */
  private readonly live = new Map<string, Set<JobProcess>>();
  private readonly liveAt = new Map<string, number>();
  liveProcesses = 0;
  /** Jobs that have not ended. */
  openJobs = 0;
  private readonly byKey = new Map<string, string>();
  private readonly workerCoordinator = new Map<string, string>();
  private readonly workers = new Map<string, { incarnation: number; coordinatorId: string }>();
  private readonly served: { readonly ballot: Ballot; readonly atMs: number }[] = [];
  readonly queues: QueueChecker;
  readonly schedules: ScheduleChecker;
  private lastToken: FencingToken = { generation: 0, counter: 0 };

  constructor(private readonly view: CheckerView) {
    this.schedules = new ScheduleChecker(view.event);
    this.queues = new QueueChecker({
      expect: (condition, invariant, detail) => this.expect(condition, invariant, detail),
      event: view.event,
    });
  }

  expect(condition: boolean, invariant: string, detail: () => string): void {
    if (!condition) throw new Violation(invariant, detail());
  }

  /** A coordinator process began to apply: from this slot on, each slot once. */
  started(node: string, fromSlot: number): void {
    this.appliedBy.set(node, fromSlot);
  }

  applied(
    node: string,
    incarnation: number,
    applied: AppliedEntry,
    envelopes: readonly CommandEnvelope[],
    stateHash: string,
  ): void {
    const { slot } = applied;
    const before = this.appliedBy.get(node) ?? 0;
    this.expect(slot === before + 1, 'I5 each slot applied once, in order', () => `${node}: ${slot} after ${before}`);
    this.appliedBy.set(node, slot);
    envelopes.forEach(({ origin }) => {
      if (origin.nodeId === node && origin.incarnation === incarnation) {
        this.acknowledgedCommands.add(`${node}/${incarnation}/${origin.sequence}`);
      }
    });
    const effects = JSON.stringify([applied.replies, applied.events]);
    const known = this.slots.get(slot);
    if (known === undefined) {
      this.slots.set(slot, { stateHash, effects });
      this.highestSlot = Math.max(this.highestSlot, slot);
      this.digest.text(stateHash).number(this.view.nowMs() * 1_000);
      this.learn(applied, envelopes);
      return;
    }
    const at = (): string => `slot ${slot} at ${node}`;
    this.expect(known.stateHash === stateHash, 'I11 equal applied slot, equal state hash', at);
    this.expect(known.effects === effects, 'events and replies are the same everywhere', at);
  }

  /** A snapshot or an image brought this replica to the state after `slot`. */
  restored(node: string, slot: number, stateHash: string): void {
    this.appliedBy.set(node, slot);
    const known = this.slots.get(slot);
    const same = slot === 0 || known === undefined || known.stateHash === stateHash;
    this.expect(same, 'I11 equal applied slot, equal state hash', () => `slot ${slot} at ${node}, restored`);
  }

  /** This leader has begun to serve. */
  serving(ballot: Ballot): void {
    this.reigns += 1;
    this.served.push({ ballot, atMs: this.view.nowMs() });
  }

  /** P8: whoever acknowledged this was still the leader after it was sent. */
  heard(workerId: string, sentAtMs: number, leader: Ballot): void {
    const newer = this.served.find(({ ballot, atMs }) => atMs < sentAtMs && compareBallots(ballot, leader) > 0);
    this.expect(
      newer === undefined,
      'P8 no lease is extended by a deposed leader',
      () =>
        `a heartbeat of ${workerId} sent at ${sentAtMs} was acknowledged by round ${leader.round} of ${leader.nodeId}`,
    );
  }

  submitted(key: string, jobIds: readonly string[], replayed: boolean): void {
    if (key === '') return;
    const known = this.byKey.get(key);
    const ids = jobIds.join();
    this.expect(
      known === undefined || known === ids,
      'one submission for one key',
      () => `${key}: ${known} and ${ids}`,
    );
    this.byKey.set(key, ids);
    if (replayed) this.view.event('duplicateSubmissionReplayed');
  }

  processStarted(process: JobProcess): void {
    const { jobId, fencingToken, workerId } = process;
    const at = (): string => `${jobId}, token ${fencingToken}, at ${workerId}`;
    const job = this.jobs.get(jobId);
    if (job === undefined) throw new Violation('nothing runs that was not submitted', at());
    this.digest.text(fencingToken).number(this.view.nowMs() * 1_000);
    this.expect(!this.byToken.has(fencingToken), 'an attempt is started once', at);
    this.byToken.set(fencingToken, process);
    const { mode } = job.spec;
    const newest = job.processes.at(-1);
    if (mode !== 'atLeastOnce' && newest !== undefined) {
      // What a guard was about to start when it was stopped starts when it goes on, and is ended at once.
      const rises = BigInt(newest.fencingToken) < BigInt(fencingToken) || this.guardJustWentOn(workerId);
      this.expect(rises, 'fencing tokens rise', () => `${at()} after ${newest.fencingToken}`);
    }
    const mayStart = mode !== 'atMostOnce' || job.processes.length <= job.reopened;
    this.expect(mayStart, 'atMostOnce never starts twice', at);
    job.processes.push(process);
    const others = this.live.get(jobId) ?? new Set();
    this.live.set(jobId, others);
    others.add(process);
    this.count(workerId, 1);
    if (mode === 'oneLiveHolder') this.checkHolders(jobId, others);
    this.checkCapacity(workerId);
  }

  processEnded(process: JobProcess): void {
    const { jobId, workerId } = process;
    const processes = this.live.get(jobId);
    if (processes?.delete(process) === true) this.count(workerId, -1);
    if (processes?.size === 0) this.live.delete(jobId);
    this.digest.text(process.fencingToken).number(this.view.nowMs() * 1_000);
  }

  private count(workerId: string, change: 1 | -1): void {
    this.liveProcesses += change;
    this.liveAt.set(workerId, (this.liveAt.get(workerId) ?? 0) + change);
  }

  /** Live holders of a job at this moment; one whose guard or machine was stopped is fenced, and counted. */
  private checkHolders(jobId: string, holders: ReadonlySet<JobProcess>): void {
    const now = this.view.nowMs();
    const excused = ({ workerId, startedAtMs }: JobProcess): boolean => {
      const resumedAtMs = this.view.guardResumedAtMs(workerId);
      return this.view.isFrozen(workerId) || (startedAtMs < resumedAtMs && now <= resumedAtMs + EXCUSE_MS);
    };
    const counted = [...holders].filter((holder) => !excused(holder));
    if (counted.length < holders.size && holders.size > 1) this.view.event('overlapOfStoppedGuardFenced');
    const who = (): string => counted.map(({ workerId, fencingToken }) => `${workerId} ${fencingToken}`).join(', ');
    this.expect(counted.length <= 1, 'oneLiveHolder: no two live holders', () => `${jobId}: ${who()}`);
  }

  private guardJustWentOn(workerId: string): boolean {
    return this.view.nowMs() <= this.view.guardResumedAtMs(workerId) + EXCUSE_MS;
  }

  private checkCapacity(workerId: string): void {
    const running = this.liveAt.get(workerId) ?? 0;
    const capacity = this.view.capacity(workerId);
    this.expect(
      running <= capacity,
      'J3 capacity is never exceeded',
      () => `${workerId} runs ${running} of ${capacity}`,
    );
  }

  /** An entry as nobody applied it before. */
  private learn(applied: AppliedEntry, envelopes: readonly CommandEnvelope[]): void {
    const { replies, events } = applied;
    this.view.learned(applied);
    const specs = new Map<string, JobSpec>();
    const current = new Map<string, string | undefined>();
    // One that comes again is answered from the client session, and says nothing new.
    const isNew = envelopes.map(({ origin }) =>
      this.isNew(`${origin.nodeId}/${origin.incarnation}/${origin.sequence}`),
    );
    envelopes.forEach(({ body }, index) => {
      const reply = replies[index];
      if (body.type === 'submitJobs' && reply?.type === 'jobsSubmitted') {
        reply.jobIds.forEach((jobId, at) => {
          const spec = body.specs[at];
          if (spec !== undefined) specs.set(jobId, spec);
        });
      }
      if (body.type === 'openAgentSession' && isNew[index] === true && reply?.type === 'agentSessionOpened') {
        this.workerCoordinator.set(body.worker.workerId, envelopes[index]?.origin.nodeId ?? '');
      }
      if (body.type === 'reportAttempts') {
        for (const { jobId } of body.reports) current.set(jobId, this.jobs.get(jobId)?.active);
      }
    });
    for (const [jobId, spec] of this.schedules.learn(applied, envelopes, isNew)) specs.set(jobId, spec);
    this.queues.learn(applied, envelopes, specs);
    const assigned = new Set<string>();
    for (const event of events) {
      if (event.type === 'attemptAssigned') assigned.add(fencingTokenToString(event.fencingToken));
      this.follow(event, specs);
    }
    envelopes.forEach(({ body }, index) => {
      const reply = replies[index];
      if (isNew[index] !== true || body.type !== 'reportAttempts' || reply?.type !== 'attemptsReported') return;
      body.reports.forEach((report, at) => this.checkReport(report, reply.outcomes[at], current, assigned));
    });
  }

  private isNew(command: string): boolean {
    if (this.seenCommands.has(command)) this.view.event('repeatedCommandAppliedOnce');
    const isNew = !this.seenCommands.has(command);
    this.seenCommands.add(command);
    return isNew;
  }

  private checkReport(
    report: AttemptReport,
    outcome: ReportOutcome | undefined,
    current: ReadonlyMap<string, string | undefined>,
    assigned: ReadonlySet<string>,
  ): void {
    const token = fencingTokenToString(report.fencingToken);
    const isCurrent = current.get(report.jobId) === token || assigned.has(token);
    this.expect(
      outcome !== 'applied' || isCurrent,
      'a report with an old token is refused',
      () => `${report.jobId} with ${token}`,
    );
    if (outcome !== 'applied' || report.end?.outcome !== 'succeeded') return;
    const end = this.byToken.get(token)?.end;
    this.expect(
      end?.code === 0,
      'a job succeeds because its process did',
      () => `${report.jobId} with ${token}: ${JSON.stringify(end)}`,
    );
  }

  private follow(event: JobEvent, specs: ReadonlyMap<string, JobSpec>): void {
    const { view } = this;
    switch (event.type) {
      case 'jobSubmitted': {
        const { jobId } = event;
        const spec = specs.get(jobId);
        this.expect(!this.jobs.has(jobId) && spec !== undefined, 'a job is submitted once', () => jobId);
        if (spec === undefined) return;
        const nothing = { active: undefined, activeWorker: undefined, assignedInReign: 0, cancelRequested: false };
        this.openJobs += 1;
        this.jobs.set(jobId, { jobId, spec, state: 'ready', ...nothing, lostAttempts: 0, reopened: 0, processes: [] });
        return;
      }
      case 'attemptAssigned': {
        const job = this.job(event.jobId);
        const { counter, generation } = event.fencingToken;
        const rises = generation === this.lastToken.generation && counter > this.lastToken.counter;
        this.expect(rises, 'fencing tokens rise', () => `${event.jobId}: ${counter} after ${this.lastToken.counter}`);
        this.expect(job.state === 'ready', 'J2 one active attempt at a time', () => `${event.jobId} is ${job.state}`);
        this.lastToken = event.fencingToken;
        this.setState(job, 'assigned');
        job.active = fencingTokenToString(event.fencingToken);
        job.activeWorker = event.workerId;
        job.assignedInReign = this.reigns;
        if (job.lostAttempts > 0) view.event('jobRunAgainAfterLoss');
        return;
      }
      case 'attemptStarted':
        this.setState(this.job(event.jobId), 'running');
        return;
      case 'attemptFinished': {
        const job = this.job(event.jobId);
        const token = fencingTokenToString(event.fencingToken);
        this.expect(job.active === token, 'an attempt ends once', () => `${event.jobId} with ${token}`);
        if (event.end.outcome !== 'lost' && job.assignedInReign < this.reigns) view.event('resultAfterLeaderChange');
        if (event.end.outcome === 'lost') job.lostAttempts += 1;
        if (event.end.outcome === 'lost' && event.end.message.includes('was not heard for')) view.event('declaredLost');
        job.active = undefined;
        job.activeWorker = undefined;
        return;
      }
      case 'jobWaitsForOthers':
      case 'jobWaits':
        this.setState(this.job(event.jobId), 'waiting');
        return;
      case 'jobReady':
      case 'jobRetried':
        this.setState(this.job(event.jobId), 'ready');
        return;
      case 'jobReopened':
        return this.reopened(this.job(event.jobId));
      case 'cancelRequested':
        this.job(event.jobId).cancelRequested = true;
        if (event.workerId !== undefined) view.event('runningJobCancelled');
        return;
      case 'jobFinished':
        return this.finished(this.job(event.jobId), event.state);
      case 'reportRefused':
        return view.event('staleReportRefused');
      case 'workerChanged':
        return this.workerChanged(event, this.workerCoordinator.get(event.workerId) ?? '');
      default:
        return;
    }
  }

  private reopened(job: KnownJob): void {
    this.expect(FINAL_JOB_STATES.has(job.state as never), 'a job runs again after it ended', () => job.jobId);
    this.setState(job, 'ready');
    job.cancelRequested = false;
    job.lostAttempts = 0;
    job.reopened += 1;
  }

  /** A job ends as its mode says, and as what happened to its processes allows. */
  private finished(job: KnownJob, state: string): void {
    const { spec, lostAttempts, jobId, processes } = job;
    const at = (): string => `${jobId} (${spec.mode}) ${state} after ${lostAttempts} losses`;
    this.expect(!FINAL_JOB_STATES.has(job.state as never), 'a job ends once', at);
    this.setState(job, state);
    if (state === 'cancelled') this.expect(job.cancelRequested, 'a job is cancelled because somebody asked', at);
    if (state !== 'failed') return;
    const mayLose = spec.mode === 'atMostOnce' ? 1 : spec.maxLostAttempts;
    const exitedBadly = processes.some(({ end }) => end !== undefined && end.code !== 0);
    const mayTimeOut = spec.startToCloseTimeoutMs > 0;
    this.expect(lostAttempts >= mayLose || exitedBadly || mayTimeOut, 'a job fails for a reason', at);
  }

  private workerChanged(event: Extract<JobEvent, { type: 'workerChanged' }>, coordinatorId: string): void {
    const { workerId, incarnation, state } = event;
    const known = this.workers.get(workerId);
    const isNewer = known === undefined || incarnation >= known.incarnation;
    this.expect(isNewer, 'an older incarnation never comes back', () => `${workerId} ${incarnation}`);
    if (known !== undefined && incarnation > known.incarnation) this.view.event('incarnationReplaced');
    const moved = known !== undefined && state === 'online' && known.coordinatorId !== coordinatorId;
    if (moved) this.view.event('sessionMoved');
    if (state === 'lost') this.view.event('workerClosed');
    this.workers.set(workerId, { incarnation, coordinatorId });
  }

  private setState(job: KnownJob, state: string): void {
    this.openJobs += Number(isOpen(state)) - Number(isOpen(job.state));
    job.state = state;
  }

  private job(jobId: string): KnownJob {
    const job = this.jobs.get(jobId);
    if (job === undefined) throw new Violation('events are of jobs that were submitted', jobId);
    return job;
  }
}

function isOpen(state: string): boolean {
  return !FINAL_JOB_STATES.has(state as never);
}
