import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { CancelTimer, Clock, Timers } from '@synod/base';
import type { WireHelloInput, WireSessionResponse, WireWelcome } from '@synod/wire';
import { clientError, type SynodClientError } from '../errors.js';
import { toClientError } from '../faults.js';
import { systemTime } from '../system-time.js';
import type { ClientSecurity } from '../channels.js';
import { addressesOr } from '../addresses.js';
import { Backoff } from '../backoff.js';
import { AgentConnections } from './connections.js';
import { Heartbeats } from './heartbeats.js';
import { WorkerLease } from './lease.js';
import { LogTails } from './log-tails.js';
import { ReportQueue } from './reports.js';
import { AttemptRunner, type Handler } from './runner.js';
import { AgentSession } from './session.js';

const SWEEP_INTERVAL_MS = 100;
/** For handlers that heed their signal, when the grace of `stop` is over. */
const LAST_WORDS_MS = 1_000;
const VERSION = '0.1.0';
const DEFAULT_CAPACITY = 10;

export interface SynodWorkerOptions {
  /** Coordinators as host:port; any of them will do. Default: as of a {@link SynodClient}. */
  readonly addresses?: readonly string[];
  readonly security?: ClientSecurity;
  /** Unique in the cluster; two processes with one id end the older one. Default: host name and a random part. */
  readonly workerId?: string;
  /** Attempts at the same time, 1 to 10,000; default 10. */
  readonly capacity?: number;
  readonly labels?: Readonly<Record<string, string>>;
  /** What it runs, by the name that jobs ask for. */
  readonly handlers: Readonly<Record<string, Handler>>;
  /** Told when a session breaks; the worker reconnects by itself. */
  readonly onDisconnected?: (error: SynodClientError) => void;
}

/** @internal For tests: another clock. */
export interface SynodWorkerModules {
  readonly time: Clock & Timers;
}

type Phase = 'idle' | 'running' | 'draining' | 'stopped';

/**
 * Runs handlers for jobs. It reconnects by itself, for ever, with what it holds; only a newer worker of the same id, refused
 * credentials or `stop` end it.
 */
export class SynodWorker {
  readonly workerId: string;
  /** Resolves when the worker has stopped; rejects when something other than `stop` ended it. */
  readonly stopped: Promise<void>;
  private readonly incarnation: number;
  private readonly time: Clock & Timers;
  private readonly connections: AgentConnections;
  private readonly lease = new WorkerLease();
  private readonly reports = new ReportQueue();
  private readonly runner: AttemptRunner;
  private readonly heartbeats: Heartbeats;
  private readonly tails: LogTails;
  private readonly backoff: Backoff;
  private session: AgentSession | undefined;
  private phase: Phase = 'idle';
  private goodbyeSaid = false;
  private stopSweep: CancelTimer = () => undefined;
  private resolveStopped: () => void = () => undefined;
  private rejectStopped: (error: SynodClientError) => void = () => undefined;
  private firstWelcome: { resolve: () => void; reject: (error: SynodClientError) => void } | undefined;
  private started: Promise<void> | undefined;

  private readonly options: SynodWorkerOptions;
  private readonly capacity: number;

  constructor(options: SynodWorkerOptions);
  /** @internal */
  constructor(options: SynodWorkerOptions, modules?: SynodWorkerModules);
  constructor(options: SynodWorkerOptions, { time }: SynodWorkerModules = { time: systemTime }) {
    const addresses = addressesOr(options.addresses);
    this.capacity = options.capacity ?? DEFAULT_CAPACITY;
    checkOptions({ ...options, addresses, capacity: this.capacity });
    this.options = options;
    this.time = time;
    this.workerId = options.workerId ?? `${hostname()}-${randomUUID().slice(0, 8)}`;
    this.incarnation = time.wallMs();
    this.stopped = new Promise((resolve, reject) => {
      this.resolveStopped = resolve;
      this.rejectStopped = reject;
    });
    this.stopped.catch(() => undefined);
    this.connections = new AgentConnections(addresses, options.security);
    this.backoff = new Backoff(time);
    this.runner = new AttemptRunner(new Map(Object.entries(options.handlers)), {
      clock: time,
      lease: this.lease,
      report: (report) => this.reports.add(report),
      onDoubt: () => this.session?.cancel(),
      onChange: () => this.session?.planFlush(),
    });
    this.tails = new LogTails({
      logOf: (jobId, attempt) => this.runner.logOf(jobId, attempt),
      open: (over) => this.connections.openPushLogs(over),
    });
    this.heartbeats = new Heartbeats(
      { workerId: this.workerId, incarnation: this.incarnation },
      { time, lease: this.lease, open: (where) => this.connections.openHeartbeats(where) },
    );
  }

  /** Resolves when a coordinator has taken the worker in; keeps trying until then. */
  start(): Promise<void> {
    this.started ??= new Promise<void>((resolve, reject) => {
      this.firstWelcome = { resolve, reject };
      this.phase = 'running';
      this.stopSweep = this.time.every(SWEEP_INTERVAL_MS, () => {
        this.runner.sweep();
        this.session?.planFlush();
        this.endWhenDrained();
      });
      this.holdSessions().catch((error: unknown) => this.finish(toClientError(error)));
    });
    return this.started;
  }

  /**
   * Drains: takes nothing new, lets what runs end, hands its results over and says goodbye. After `graceMs` (default: no
   * limit) what still runs is told to end by its signal and left: the cluster runs it again.
   */
  async stop({ graceMs }: { readonly graceMs?: number } = {}): Promise<void> {
    if (this.phase === 'idle') this.finish(undefined);
    if (this.phase === 'running') {
      this.phase = 'draining';
      // A session that serves no handler is given no work; what is on its way still comes and is run.
      this.session?.cancel();
      if (graceMs !== undefined) this.time.after(graceMs, () => this.giveUp());
    }
    await this.stopped.catch(() => undefined);
  }

  private giveUp(): void {
    if (this.phase !== 'draining') return;
    this.runner.endAll('stopped');
    // What heeds its signal is handed back at once; the rest is run elsewhere when its worker counts as lost.
    this.time.after(LAST_WORDS_MS, () => this.finish(undefined));
  }

  private async holdSessions(): Promise<void> {
    while (!this.hasStopped) {
      const drainingBefore = this.isDraining;
      const helloSentAtMs = this.time.monotonicMs();
      this.lease.helloSent(helloSentAtMs);
      const { stream, error: wordError } = this.connections.openSession();
      const session = new AgentSession(
        stream,
        this.hello(),
        this.reports,
        this.sessionHandlers(helloSentAtMs),
        this.time,
      );
      this.session = session;
      const cause = await session.ended;
      this.session = undefined;
      this.tails.stop();
      if (this.hasStopped) return;
      if (this.goodbyeSaid) return this.finish(undefined);
      if (cause === undefined && !drainingBefore && this.isDraining) continue;
      const error = wordError(cause);
      if (isFatal(error)) return this.finish(error);
      if (this.isDraining && this.runner.isEmpty && this.reports.isEmpty) return this.finish(undefined);
      this.options.onDisconnected?.(error);
      await this.backoff.pause();
    }
  }

  private get isDraining(): boolean {
    return this.phase === 'draining';
  }

  private get hasStopped(): boolean {
    return this.phase === 'stopped';
  }

  private hello(): WireHelloInput {
    return {
      workerId: this.workerId,
      incarnation: this.incarnation,
      labels: this.options.labels ?? {},
      capacity: this.capacity,
      runsExec: false,
      handlers: this.phase === 'draining' ? [] : Object.keys(this.options.handlers).sort(),
      version: VERSION,
      host: hostname(),
      held: this.runner.refs(),
    };
  }

  private sessionHandlers(helloSentAtMs: number) {
    return {
      welcome: (welcome: WireWelcome) => {
        this.backoff.reset();
        this.lease.begin(helloSentAtMs);
        this.runner.welcomed();
        this.heartbeats.start(welcome.heartbeatIntervalMs || 1_000);
        for (const ref of welcome.outdated) this.runner.dropOutdated(ref);
        this.firstWelcome?.resolve();
      },
      message: (response: WireSessionResponse) => this.receive(response),
    };
  }

  private receive(response: WireSessionResponse): void {
    const { assignments, cancellations, evictions, reportsAcknowledged, tailLogs } = response;
    if (tailLogs) this.tails.push(tailLogs);
    // By its goodbye the worker has given back what it had not begun.
    if (assignments && !this.goodbyeSaid) for (const it of assignments.assignments) this.runner.assign(it);
    if (cancellations) for (const ref of cancellations.attempts) this.runner.cancel(ref);
    if (evictions) for (const ref of evictions.attempts) this.runner.evict(ref);
    if (reportsAcknowledged)
      for (const sequence of reportsAcknowledged.sequences)
        this.runner.acknowledged(this.reports.acknowledge(Number(sequence)));
    this.session?.planFlush();
  }

  private endWhenDrained(): void {
    if (this.phase !== 'draining' || this.goodbyeSaid || this.session === undefined) return;
    if (!this.session.isOpen || !this.runner.isEmpty || !this.reports.isEmpty) return;
    this.goodbyeSaid = true;
    this.session.goodbye();
  }

  private finish(error: SynodClientError | undefined): void {
    if (this.phase === 'stopped') return;
    this.phase = 'stopped';
    this.stopSweep();
    this.heartbeats.stop();
    this.session?.cancel();
    this.connections.close();
    if (error === undefined) {
      this.firstWelcome?.reject(clientError('closed', 'the worker was stopped before a coordinator took it in'));
      this.resolveStopped();
      return;
    }
    this.runner.endAll('stopped');
    this.firstWelcome?.reject(error);
    this.rejectStopped(error);
  }
}

function checkOptions({
  addresses,
  capacity,
  handlers,
}: Required<Pick<SynodWorkerOptions, 'addresses' | 'capacity' | 'handlers'>>): void {
  const problem = (field: string, description: string) =>
    clientError('invalidArgument', description, { violations: [{ field, description }] });
  if (addresses.length === 0) throw problem('addresses', 'give a worker the address of one coordinator at least');
  if (!Number.isInteger(capacity) || capacity < 1 || capacity > 10_000)
    throw problem('capacity', `a worker's capacity is a whole number from 1 to 10,000, not ${capacity}`);
  if (Object.keys(handlers).length === 0) throw problem('handlers', 'give a worker one handler at least');
}

/** Errors that no other coordinator would answer differently. */
function isFatal(error: SynodClientError): boolean {
  return ['incarnationOutdated', 'invalidArgument', 'unauthenticated', 'permissionDenied', 'unimplemented'].includes(
    error.code,
  );
}
