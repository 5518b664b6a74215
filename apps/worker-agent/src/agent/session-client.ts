import type { CancelTimer, Logger, Random, Timers } from '@synod/base';
import { attemptRefFromWire, attemptReportToWire, attemptRefToWire, jobSpecFromWire } from '@synod/contracts';
import type { AttemptRef } from '@synod/jobs';
import { backoffMs, toRpcError, type RpcError } from '@synod/rpc';
import type { WireAssignment, WireSessionRequestInput, WireSessionResponse } from '@synod/wire';
import { messageOf } from '../shared/platform.js';
import type { CoordinatorAddresses } from './coordinators.js';
import type { TailRequest } from './log-pusher.js';
import type { ReportOutbox } from './report-outbox.js';
import type { Assignment } from './worker-agent.js';

/** What this worker says of itself in each Hello. */
export interface WorkerFacts {
  readonly workerId: string;
  readonly incarnation: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly capacity: number;
  readonly version: string;
  readonly host: string;
}

export interface SessionListener {
  held(): readonly AttemptRef[];
  welcomed(welcome: { clusterId: string; heartbeatIntervalMs: number; outdated: AttemptRef[]; address: string }): void;
  assigned(assignments: readonly Assignment[]): void;
  /** To be ended and to run elsewhere. */
  evicted?(refs: readonly AttemptRef[]): void;
  /** `withoutGrace`: those of them that end at once. */
  cancelled(refs: readonly AttemptRef[], withoutGrace: readonly AttemptRef[]): void;
  tail(request: TailRequest, address: string): void;
  closed(): void;
  /** A newer incarnation of this worker has registered. */
  outdated(): void;
}

export interface SessionModules {
  readonly timers: Timers;
  readonly random: Random;
  readonly log: Logger;
  readonly coordinators: CoordinatorAddresses;
  readonly outbox: ReportOutbox;
  /** Whether its guard makes requests; asked with each Hello. Without it: no. */
  readonly runsHttp?: () => boolean;
  /** A connection to the coordinator at this address; throws when there can be none. */
  readonly connect: (address: string) => SessionChannel;
}

/** The session call, as its client needs it. `status` is its last event, whether it failed or not. */
export interface SessionStream {
  on(event: 'data', listener: (message: WireSessionResponse) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'status', listener: () => void): unknown;
  write(message: WireSessionRequestInput): unknown;
  end(): unknown;
  cancel(): void;
}

export interface SessionChannel {
  session(): SessionStream;
  close(): void;
}

/** From the call to Welcome: opening a session is a decision of the cluster, and there may be an election on the way. */
const WELCOME_TIMEOUT_MS = 5_000;

/** A coordinator that acknowledges no report for so long is cut off from the others. */
const ACKNOWLEDGE_TIMEOUT_MS = 10_000;

const GOODBYE_TIMEOUT_MS = 3_000;

/** When a coordinator dies, its agents don't come to the next one in the same instant. */
const RECONNECT_JITTER_MS = 200;

/** The agent's session: at one coordinator at a time, opened again at the next whenever it breaks. States: agent_service.proto. */
export class SessionClient {
  #client: SessionChannel | undefined;
  #stream: SessionStream | undefined;
  #open = false;
  #failures = 0;
  #address: string | undefined;
  #stopped = false;
  #flushing = false;
  #draining: string | undefined;
  /** Acknowledged once the word that the worker drains is in the log. */
  #drainSequence = 0;
  #drained: (() => void)[] = [];
  #retry: CancelTimer | undefined;
  #silence: CancelTimer | undefined;

  constructor(
    readonly facts: WorkerFacts,
    readonly modules: SessionModules,
    readonly listener: SessionListener,
  ) {}

  start(): void {
    this.#address = this.modules.coordinators.first(this.facts.workerId);
    this.modules.coordinators.onChange(() => {
      if (this.#address === undefined) this.#connectSoon(0);
    });
    this.#connectSoon(0);
  }

  /** Sends what the outbox has, together with what is added in this turn of the event loop. */
  flush(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    setImmediate(() => {
      this.#flushing = false;
      this.#sendReports();
    });
  }

  /** Gives the session up for another, whose Welcome says what is outdated. */
  renew(): void {
    if (this.#open) this.#stream?.cancel();
  }

  /**
   * The worker is about to stop: no more work, also not in a later session of this incarnation. Resolves when that is decided and all
   * that was assigned before has arrived; never while there is no session.
   */
  drain(reason: string): Promise<void> {
    this.#draining = reason;
    const decided = new Promise<void>((resolve) => this.#drained.push(resolve));
    this.#sayDraining(reason);
    return decided;
  }

  /** A coordinator deals with one message after the other, and what it has learned from the log by then it has sent. */
  #sayDraining(reason: string): void {
    if (!this.#open) return;
    this.#stream?.write({ draining: { reason } });
    this.#drainSequence = this.modules.outbox.barrier();
    this.#stream?.write({ reports: { sequence: this.#drainSequence, reports: [] } });
  }

  #acknowledged(sequence: number): void {
    this.modules.outbox.acknowledged(sequence);
    if (sequence !== this.#drainSequence) return;
    for (const decided of this.#drained.splice(0)) decided();
  }

  /** Resolves when the coordinator has ended the session, or doesn't in time. */
  async goodbye(): Promise<void> {
    const stream = this.#stream;
    this.#stopped = true;
    if (stream === undefined || !this.#open) return this.stop();
    await new Promise<void>((resolve) => {
      const cancel = this.modules.timers.after(GOODBYE_TIMEOUT_MS, resolve);
      stream.on('status', () => {
        cancel();
        resolve();
      });
      stream.write({ goodbye: {} });
      stream.end();
    });
    this.stop();
  }

  /** Leaves without a word: another incarnation goes on. */
  stop(): void {
    this.#stopped = true;
    this.#retry?.();
    this.#silence?.();
    this.#stream?.cancel();
    this.#client?.close();
  }

  #connectSoon(delayMs: number): void {
    this.#retry?.();
    if (!this.#stopped) this.#retry = this.modules.timers.after(delayMs, () => this.#connect());
  }

  #connect(): void {
    this.#address ??= this.modules.coordinators.first(this.facts.workerId);
    const address = this.#address;
    if (address === undefined) return;
    try {
      this.#client = this.modules.connect(address);
    } catch (error) {
      return this.#failed(toRpcError(error));
    }
    const stream = this.#client.session();
    this.#stream = stream;
    const cancelTimeout = this.modules.timers.after(WELCOME_TIMEOUT_MS, () => stream.cancel());
    let failure: RpcError | undefined;
    stream.on('data', (message: WireSessionResponse) => {
      if (message.message === 'welcome') cancelTimeout();
      if (!this.#stopped) this.#receive(message, address);
    });
    stream.on('error', (error) => (failure = toRpcError(error)));
    // The last event of a call, whether it failed or not.
    stream.on('status', () => {
      cancelTimeout();
      if (this.#stream === stream) this.#failed(failure);
    });
    stream.write(this.#hello());
  }

  #hello(): WireSessionRequestInput {
    const held = this.listener.held().map(attemptRefToWire);
    const { labels, ...facts } = this.facts;
    const { runsHttp = () => false } = this.modules;
    const abilities = { runsExec: true, runsHttp: runsHttp(), handlers: [] };
    return { hello: { ...facts, labels: { ...labels }, ...abilities, held } };
  }

  #receive(message: WireSessionResponse, address: string): void {
    try {
      this.#dispatch(message, address);
    } catch (error) {
      // What can't be understood is from a newer coordinator or a broken one: another may do better.
      this.modules.log.error({ address, error: messageOf(error) }, 'a message of the coordinator was not understood');
      this.#stream?.cancel();
    }
  }

  #dispatch(message: WireSessionResponse, address: string): void {
    switch (message.message) {
      case 'welcome': {
        const { clusterId = '', heartbeatIntervalMs = 0, outdated = [] } = message.welcome ?? {};
        this.#open = true;
        this.#failures = 0;
        if (this.#draining !== undefined) this.#sayDraining(this.#draining);
        this.modules.log.info({ address, coordinatorId: message.welcome?.coordinatorId }, 'session open');
        this.listener.welcomed({
          clusterId,
          heartbeatIntervalMs,
          outdated: outdated.map((it) => attemptRefFromWire(it)),
          address,
        });
        return this.flush();
      }
      case 'assignments':
        return this.listener.assigned((message.assignments?.assignments ?? []).map((it) => this.#assignment(it)));
      case 'evictions':
        return this.listener.evicted?.((message.evictions?.attempts ?? []).map((it) => attemptRefFromWire(it)));
      case 'cancellations':
        return this.listener.cancelled(
          (message.cancellations?.attempts ?? []).map((it) => attemptRefFromWire(it)),
          (message.cancellations?.withoutGrace ?? []).map((it) => attemptRefFromWire(it)),
        );
      case 'reportsAcknowledged':
        for (const sequence of message.reportsAcknowledged?.sequences ?? []) this.#acknowledged(Number(sequence));
        this.#listenForAcknowledgements(true);
        return this.flush();
      case 'tailLogs':
        if (message.tailLogs) this.#tail(message.tailLogs, address);
        return;
      case undefined:
        // A message that a newer coordinator added.
        return;
    }
  }

  #assignment(wire: WireAssignment): Assignment {
    const ref = attemptRefFromWire(wire);
    try {
      return { ref, spec: wire.spec === null ? undefined : jobSpecFromWire(wire.spec) };
    } catch (error) {
      this.modules.log.error({ jobId: ref.jobId, error: messageOf(error) }, 'a job was not understood');
      return { ref, spec: undefined };
    }
  }

  #tail(tail: NonNullable<WireSessionResponse['tailLogs']>, address: string): void {
    const { tailId, jobId, attempt, follow } = tail;
    const positions = { stdout: Number(tail.stdoutPosition), stderr: Number(tail.stderrPosition) };
    this.listener.tail({ tailId, jobId, attempt, follow, positions }, address);
  }

  #sendReports(): void {
    const stream = this.#stream;
    if (!this.#open || stream === undefined) return;
    for (let batch = this.modules.outbox.next(); batch !== undefined; batch = this.modules.outbox.next()) {
      stream.write({ reports: { sequence: batch.sequence, reports: batch.reports.map(attemptReportToWire) } });
    }
    this.#listenForAcknowledgements(false);
  }

  #listenForAcknowledgements(heard: boolean): void {
    if (heard) {
      this.#silence?.();
      this.#silence = undefined;
    }
    if (this.modules.outbox.inFlight === 0 || this.#silence !== undefined) return;
    this.#silence = this.modules.timers.after(ACKNOWLEDGE_TIMEOUT_MS, () => {
      this.modules.log.warn({ address: this.#address }, 'reports are not acknowledged: trying another coordinator');
      this.#stream?.cancel();
    });
  }

  #failed(error: RpcError | undefined): void {
    const wasOpen = this.#open;
    this.#open = false;
    this.#stream = undefined;
    this.#silence?.();
    this.#silence = undefined;
    this.#client?.close();
    this.modules.outbox.sessionLost();
    if (wasOpen) this.listener.closed();
    if (this.#stopped) return;
    if (error?.status === 'FAILED_PRECONDITION' && error.reason === 'INCARNATION_OUTDATED') {
      return this.listener.outdated();
    }
    this.#failures += 1;
    const { coordinators, log, random } = this.modules;
    const facts = { address: this.#address, status: error?.status ?? 'OK', error: error?.message };
    // The first tries, and now and then: an agent may wait for its coordinators for hours.
    if (this.#failures <= 3 || this.#failures % 30 === 0) log.warn(facts, 'no session');
    else log.debug(facts, 'no session');
    this.#address = coordinators.after(this.#address);
    const round = Math.floor(this.#failures / Math.max(1, coordinators.all.length));
    const jitterMs = (RECONNECT_JITTER_MS * random.nextUint32()) / 2 ** 32;
    this.#connectSoon(round === 0 ? jitterMs : backoffMs(round, random));
  }
}
