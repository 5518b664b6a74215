import type { Clock, Logger } from '@synod/base';
import { compareFencingTokens } from '@synod/contracts';
import type { AttemptRef, FencingToken, JobSpec } from '@synod/jobs';
import type {
  AgentMessage,
  AttemptEnding,
  AttemptProcess,
  AttemptSnapshot,
  GuardFeature,
  StopOrder,
} from '../shared/guard-protocol.js';
import { endReport, startReport } from '../shared/attempt-report.js';
import type { AttemptFiles } from './attempt-files.js';
import { HeardChain } from './heard-chain.js';
import { endingWithoutGuard, heldAttempt, leaseOf, type HeldAttempt } from './held-attempt.js';
import { HeldAttempts } from './held-attempts.js';
import type { Orphan } from './orphans.js';
import { ReportOutbox } from './report-outbox.js';
import type { AttemptSpool, SpoolRecord } from './spool-records.js';
import { NO_RULES, refFromProcess, startOrder, tokenText, type WorkerRules } from './start-order.js';

export interface WorkerAgentOptions {
  readonly workerId: string;
  /** Attempts at the same time. An assignment above it waits for a place. */
  readonly capacity: number;
  /** What this host allows; default: everything, but no redirects into private networks. */
  readonly rules?: WorkerRules;
}

export interface WorkerAgentModules {
  readonly clock: Clock;
  readonly log: Logger;
  readonly files: AttemptFiles;
  readonly spool: AttemptSpool;
  /** Connected or not; what is sent to a guard that isn't there is lost, and said again when one welcomes the agent. */
  readonly guard: {
    isConnected(): boolean;
    send(message: AgentMessage): void;
    /** Whether it can do what a later release began. Without it: all that this release can. */
    supports?(feature: GuardFeature): boolean;
  };
  endOrphans(orphans: readonly Orphan[]): Promise<void>;
  /** What is assigned may be outdated: only another Welcome can tell. */
  onDoubt(): void;
  /** The outbox has something to send. */
  onReports(): void;
  onEnded(): void;
}

export interface Assignment {
  readonly ref: AttemptRef;
  /** Undefined: this agent is too old to understand it. */
  readonly spec: JobSpec | undefined;
}

/** Before the first acknowledged heartbeat: long ago, and still a number in JSON. */
const NEVER_MS = -1e12;

/** An attempt is started only if its lease lasts this long at least, or it would be killed as soon as it runs. */
const MIN_LEASE_LEFT_MS = 500;

const CANCELLED: StopOrder = { outcome: 'cancelled', message: 'cancelled', immediate: false };
const TERMINATED: StopOrder = { outcome: 'cancelled', message: 'cancelled without grace', immediate: true };
const OUTDATED: StopOrder = { outcome: 'lost', message: 'no longer current', immediate: true };
const DRAINED: StopOrder = { outcome: 'lost', message: 'drained', immediate: false };
const STOPPING: StopOrder = { outcome: 'lost', message: 'its agent stopped', immediate: false };

/**
 * What an agent knows and decides. Assignments come from the session and go to the guard as orders; what the guard tells
 * goes to the outbox as reports. Sessions and guards come and go; what is held is said anew to each.
 */
export class WorkerAgent {
  readonly outbox: ReportOutbox;
  readonly #held = new HeldAttempts();
  /** In the order of their tokens. */
  readonly #waiting = new Set<HeldAttempt>();
  #highestToken: FencingToken = { generation: 0, counter: 0 };
  #heardAtMs = NEVER_MS;
  /** Since the Hello of the session that stood last, and since the last Hello. */
  #chain = new HeardChain(NEVER_MS);
  #nextChain = this.#chain;
  #inDoubt = false;
  #clusterId = '';
  #stopping = false;
  #draining = false;

  constructor(
    readonly options: WorkerAgentOptions,
    readonly modules: WorkerAgentModules,
  ) {
    this.outbox = new ReportOutbox((key) => this.#acknowledged(key));
  }

  /** Takes over what an earlier incarnation left on disk. Before anything else. */
  recover(): void {
    for (const record of this.modules.spool.recover().values()) {
      const phase = record.report === undefined ? 'ordered' : 'ended';
      const held = heldAttempt(record.ref, record.leaseMs, phase, undefined, record.atMostOnce === true);
      this.#held.add(held);
      if (record.report !== undefined) this.outbox.add(record.report);
    }
    for (const started of this.modules.files.unfinished()) {
      if (!this.#held.has(started.key)) this.#held.adopt(refFromProcess(started), started.leaseMs);
    }
  }

  /** For a Hello that is sent now: what runs, will run, or whose report is not acknowledged. */
  held(): AttemptRef[] {
    this.#nextChain = new HeardChain(this.modules.clock.monotonicMs());
    return this.#held
      .all()
      .filter((it) => !it.outdated)
      .map((it) => it.ref);
  }

  /** Whether output may still come. */
  isActive(key: string): boolean {
    const phase = this.#held.get(key)?.phase;
    return phase !== undefined && phase !== 'ended';
  }

  /** Attempts that the guard has. */
  get running(): number {
    return this.#held.withGuard().length;
  }

  isHeld(key: string): boolean {
    return this.#held.has(key);
  }

  /** A session stands. */
  welcomed(clusterId: string, outdated: readonly AttemptRef[]): void {
    if (this.#clusterId !== '' && clusterId !== this.#clusterId) {
      // A restored cluster: tokens start anew, and what its predecessor assigned is listed as outdated.
      this.modules.log.warn({ clusterId, previous: this.#clusterId }, 'the cluster is another one');
      this.#highestToken = { generation: 0, counter: 0 };
    }
    this.#clusterId = clusterId;
    this.#chain = this.#nextChain;
    this.#inDoubt = false;
    for (const ref of outdated) {
      const held = this.#held.find(ref);
      if (held === undefined) continue;
      held.outdated = true;
      this.outbox.drop(held.key);
      this.#waiting.delete(held);
      if (held.phase === 'waiting' || held.phase === 'ended') this.#forget(held.key);
      else this.#stop(held, OUTDATED);
    }
    this.modules.onReports();
    this.#startWaiting();
  }

  assigned(assignments: readonly Assignment[]): void {
    for (const { ref, spec } of assignments) {
      if (compareFencingTokens(ref.fencingToken, this.#highestToken) <= 0) continue;
      this.#highestToken = ref.fencingToken;
      const held = heldAttempt(ref, spec === undefined ? 0 : leaseOf(spec), 'waiting', spec);
      if (this.#held.has(held.key)) continue;
      this.#held.add(held);
      if (spec === undefined) this.#endWithoutGuard(held, 'lost', 'this agent is too old to understand the job');
      else if (spec.task.kind === 'handler') this.#endWithoutGuard(held, 'failed', 'this worker calls no handlers');
      else if (this.#lacks(spec)) this.#endWithoutGuard(held, 'lost', 'its guard is of an older release');
      else if (this.#givesBack(held)) this.#endWithoutGuard(held, 'lost', DRAINED.message);
      else this.#waiting.add(held);
    }
    this.#startWaiting();
  }

  /** `withoutGrace`: those of them that end at once. */
  cancelled(refs: readonly AttemptRef[], withoutGrace: readonly AttemptRef[] = []): void {
    // Not both: a process that hears SIGTERM first would have time for something.
    const atOnce = new Set(withoutGrace.map(({ fencingToken }) => tokenText(fencingToken)));
    for (const ref of withoutGrace) this.#cancel(ref, TERMINATED);
    for (const ref of refs) if (!atOnce.has(tokenText(ref.fencingToken))) this.#cancel(ref, CANCELLED);
  }

  #cancel(ref: AttemptRef, stop: StopOrder): void {
    const held = this.#held.find(ref);
    if (held === undefined || held.phase === 'ended') return;
    if (held.phase === 'waiting') this.#endWithoutGuard(held, 'cancelled', 'cancelled before it started');
    else this.#stop(held, stop);
  }

  /** The worker is drained and these have had their time: they run again elsewhere. */
  evicted(refs: readonly AttemptRef[]): void {
    for (const ref of refs) {
      const held = this.#held.find(ref);
      if (held === undefined || held.phase === 'ended') continue;
      if (held.phase === 'waiting') this.#endWithoutGuard(held, 'lost', DRAINED.message);
      else this.#stop(held, DRAINED);
    }
  }

  /** Takes no more work, and gives back what it hasn't begun; what runs goes on. */
  drain(): void {
    this.#draining = true;
    for (const held of [...this.#waiting]) {
      if (this.#givesBack(held)) this.#endWithoutGuard(held, 'lost', DRAINED.message);
    }
  }

  /** Reported as lost, what may run at most once would be lost for good: it is run, or given back by saying goodbye. */
  #givesBack({ atMostOnce }: HeldAttempt): boolean {
    return this.#draining && !atMostOnce;
  }

  /** A quorum confirmed the leader after a heartbeat that was sent at this time. */
  heard(sentAtMs: number): void {
    if (sentAtMs <= this.#heardAtMs) return;
    const nowMs = this.modules.clock.monotonicMs();
    this.#chain.heard(sentAtMs, nowMs);
    this.#nextChain.heard(sentAtMs, nowMs);
    this.#heardAtMs = sentAtMs;
    this.modules.guard.send({ type: 'heard', heardAtMs: sentAtMs });
    this.#startWaiting();
  }

  /** A guard, the same or a new one, says what it has. What it hasn't, though it was given to one, lost its guard. */
  async guardWelcomed(snapshots: readonly AttemptSnapshot[]): Promise<void> {
    const known = new Set(snapshots.map((it) => it.key));
    for (const snapshot of snapshots) this.#reconcile(snapshot);
    const orphans = this.#held.withGuard().filter((it) => !known.has(it.key));
    this.modules.guard.send({ type: 'heard', heardAtMs: this.#heardAtMs });
    this.#startWaiting();
    if (orphans.length > 0) await this.#endOrphans(orphans);
  }

  guardStarted(process: AttemptProcess): void {
    const held = this.#held.get(process.key);
    if (held === undefined || held.phase === 'ended') return;
    held.phase = 'running';
    held.process = process;
    if (!held.outdated) this.outbox.add(startReport(held.ref, process.startedAtMs));
    this.modules.onReports();
  }

  guardEnded(key: string, ending: AttemptEnding): void {
    const held = this.#held.get(key);
    if (held !== undefined) this.#ended(held, ending);
    else this.modules.guard.send({ type: 'forget', keys: [key] });
  }

  /**
   * Takes no more work and ends what runs, each with its grace or at once; while it drains, not what may run at most once. What has
   * not started stays as it is: saying goodbye gives it back.
   */
  endAll(immediate: boolean): void {
    this.#stopping = true;
    const stop = this.#draining ? DRAINED : STOPPING;
    for (const held of this.#endable()) this.#stop(held, { ...stop, immediate });
  }

  /** Resolves when the guard has all that is assigned. */
  untilAllBegun(): Promise<void> {
    return this.#held.until(() => this.#waiting.size === 0);
  }

  /** Resolves when nothing runs that {@link endAll} would end. */
  untilAllEnded(): Promise<void> {
    return this.#held.until(() => this.#endable().length === 0);
  }

  /** Resolves when nothing runs. */
  untilEnded(): Promise<void> {
    return this.#held.until(() => this.#held.withGuard().length === 0);
  }

  /** Resolves when nothing runs and the cluster knows how everything ended. */
  untilAcknowledged(): Promise<void> {
    return this.#held.until(() => this.#held.all().every((it) => it.phase === 'waiting'));
  }

  /** As when the cluster evicts: ended, what may run at most once would be lost for good. */
  #endable(): HeldAttempt[] {
    return this.#held.withGuard().filter((it) => !(this.#draining && it.atMostOnce));
  }

  /** A guard outlives upgrades of its agent, and may not know what the job asks for. */
  #lacks({ task }: JobSpec): boolean {
    const { guard } = this.modules;
    if (guard.supports === undefined || !guard.isConnected()) return false;
    if (task.kind === 'http') return !guard.supports('http');
    return task.kind === 'exec' && task.limits !== undefined && !guard.supports('limits');
  }

  #reconcile(snapshot: AttemptSnapshot): void {
    const held = this.#held.get(snapshot.key) ?? this.#held.adopt(refFromProcess(snapshot), snapshot.leaseMs);
    if (held.phase === 'ended') {
      if (snapshot.ending !== null) this.modules.guard.send({ type: 'forget', keys: [held.key] });
      return;
    }
    if (snapshot.process !== null) this.guardStarted(snapshot.process);
    if (snapshot.ending !== null) this.#ended(held, snapshot.ending);
    else if (held.stop !== undefined) this.modules.guard.send({ type: 'stop', key: held.key, stop: held.stop });
  }

  #startWaiting(): void {
    if (this.#waiting.size === 0 || this.#stopping || !this.modules.guard.isConnected()) return;
    let free = this.options.capacity - this.#held.withGuard().length;
    const nowMs = this.modules.clock.monotonicMs();
    for (const it of this.#waiting) {
      if (free <= 0) return;
      if (it.spec === undefined || !this.#mayStart(it, nowMs)) continue;
      free -= 1;
      this.#order(it, it.spec);
    }
  }

  #mayStart({ leaseMs }: HeldAttempt, nowMs: number): boolean {
    if (leaseMs === 0) return true;
    if (!this.#chain.isUnbroken(leaseMs, nowMs)) {
      if (!this.#inDoubt) this.modules.onDoubt();
      this.#inDoubt = true;
      return false;
    }
    return this.#heardAtMs + leaseMs >= nowMs + MIN_LEASE_LEFT_MS;
  }

  #order(held: HeldAttempt, spec: JobSpec): void {
    held.phase = 'ordered';
    this.#waiting.delete(held);
    held.spec = undefined;
    void this.modules.spool.put(held.key, { ...spooled(held), report: undefined });
    const order = startOrder(held, spec, this.options.workerId, this.options.rules ?? NO_RULES);
    this.modules.guard.send({ type: 'start', order, heardAtMs: this.#heardAtMs });
    this.#held.changed();
  }

  #stop(held: HeldAttempt, stop: StopOrder): void {
    if (held.stop === undefined || stop.immediate) held.stop = stop;
    this.modules.guard.send({ type: 'stop', key: held.key, stop });
  }

  async #endOrphans(orphans: readonly HeldAttempt[]): Promise<void> {
    this.modules.log.error({ attempts: orphans.map((it) => it.key) }, 'their guard died: ending what it left');
    await this.modules.endOrphans(
      orphans.map(({ key, ref }) => {
        const process = this.modules.files.process(key);
        return { key, jobId: ref.jobId, fencingToken: tokenText(ref.fencingToken), process };
      }),
    );
    for (const held of orphans) {
      const written = this.modules.files.ending(held.key);
      const startedAtMs = this.modules.files.process(held.key)?.startedAtMs ?? null;
      const times = { startedAtMs, finishedAtMs: this.modules.clock.wallMs() };
      const ending = written ?? endingWithoutGuard('lost', 'its guard died', times);
      if (written === undefined) this.modules.files.keepEnding(held.key, ending);
      this.#ended(held, ending);
    }
  }

  #endWithoutGuard(held: HeldAttempt, outcome: AttemptEnding['outcome'], message: string): void {
    const times = { startedAtMs: null, finishedAtMs: this.modules.clock.wallMs() };
    this.#ended(held, endingWithoutGuard(outcome, message, times));
  }

  #ended(held: HeldAttempt, ending: AttemptEnding): void {
    if (held.phase === 'ended' || this.#held.get(held.key) !== held) return;
    held.phase = 'ended';
    this.#waiting.delete(held);
    held.spec = undefined;
    if (held.outdated) {
      this.#forget(held.key);
    } else {
      const report = endReport(held.ref, ending, this.modules.files.tails(held.key));
      this.outbox.add(report);
      // The guard keeps the ending until the spool has it.
      void this.modules.spool.put(held.key, { ...spooled(held), report }).then((kept) => {
        if (kept) this.modules.guard.send({ type: 'forget', keys: [held.key] });
      });
      this.modules.onReports();
    }
    this.modules.onEnded();
    this.#startWaiting();
    this.#held.changed();
  }

  #acknowledged(key: string): void {
    if (this.#held.get(key)?.phase === 'ended') this.#forget(key);
  }

  #forget(key: string): void {
    void this.modules.spool.delete(key);
    this.modules.guard.send({ type: 'forget', keys: [key] });
    this.#held.remove(key);
  }
}

function spooled({ ref, leaseMs, atMostOnce }: HeldAttempt): Omit<SpoolRecord, 'report'> {
  return { ref, leaseMs, ...(atMostOnce ? { atMostOnce } : {}) };
}
