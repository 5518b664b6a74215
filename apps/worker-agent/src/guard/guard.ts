import type { CancelTimer } from '@synod/base';
import { attemptDirectory, type DataDirectory } from '../shared/data-directory.js';
import {
  GUARD_FEATURES,
  GUARD_PROTOCOL_VERSION,
  type AgentMessage,
  type AttemptEnding,
  type AttemptProcess,
  type AttemptSnapshot,
  type GuardMessage,
  type ReportTarget,
  type StartOrder,
  type StopOrder,
} from '../shared/guard-protocol.js';
import { GuardedAttempt, type AttemptModules } from './attempt.js';
import type { GuardedWork } from './guarded-work.js';
import { GuardedRequest, type Requester } from './request-attempt.js';

/** A connection to an agent. */
export interface AgentLink {
  send(message: GuardMessage): void;
  close(): void;
}

/** What ran when the agent died, told to a coordinator. Resolves when it is known there or there is no hope. */
export interface FinalReport {
  readonly workerId: string;
  readonly incarnation: number;
  readonly target: ReportTarget;
  /** Ended because the agent died. */
  readonly ended: readonly AttemptSnapshot[];
  /** Ended otherwise, and nobody has been told. */
  readonly results: readonly AttemptSnapshot[];
}

export interface GuardOptions {
  readonly directory: DataDirectory;
  /** How long it waits for a restarted agent. Default 2,000: the jobs run elsewhere the sooner, the lower it is. */
  readonly orphanGraceMs: number;
}

export interface GuardModules extends AttemptModules {
  /** Without it, http attempts fail. */
  readonly requests?: Requester;
  report(report: FinalReport, signal: AbortSignal): Promise<void>;
  /** The guard has nothing left to do. */
  exit(): void;
}

interface Agent {
  readonly link: AgentLink;
  readonly workerId: string;
  readonly incarnation: number;
}

const LAPSED: StopOrder = { outcome: 'lost', message: 'its worker lease lapsed', immediate: true };
const ORPHANED: StopOrder = { outcome: 'lost', message: 'its agent died', immediate: true };
const RETIRED: StopOrder = { outcome: 'lost', message: 'its agent stopped', immediate: true };

/**
 * The guard of an agent: parent of its attempts, and their end when nobody may vouch for them any more.
 *
 *   attended   an agent is connected: orders are carried out, endings told.
 *   orphaned   no agent: for `orphanGraceMs` everything goes on, and an agent that comes back takes over what runs.
 *   ending     none came: all attempts are ended by SIGKILL, then a coordinator is told, then the guard exits. An agent that
 *              comes now is attended as ever and learns that its attempts are lost.
 *
 * In every state an attempt with a lease is ended when `heardAtMs` + its `leaseMs` has passed.
 */
export class Guard {
  readonly #attempts = new Map<string, GuardedWork>();
  #agent: Agent | undefined;
  /** The last agent that was connected, for the final report. */
  #last: { workerId: string; incarnation: number } = { workerId: '', incarnation: 0 };
  #target: ReportTarget | undefined;
  #heardAtMs = Number.NEGATIVE_INFINITY;
  #lapse: CancelTimer | undefined;
  #orphan: CancelTimer | undefined;
  #reporting: AbortController | undefined;
  #retired = false;

  constructor(
    readonly options: GuardOptions,
    readonly modules: GuardModules,
  ) {
    this.#awaitAgent();
  }

  receive(link: AgentLink, message: AgentMessage): void {
    if (message.type === 'hello') return this.#hello(link, message);
    if (this.#agent?.link !== link) return link.close();
    switch (message.type) {
      case 'target':
        this.#target = message.target;
        return;
      case 'start':
        return this.#start(message.order, message.heardAtMs);
      case 'stop':
        return this.#attempts.get(message.key)?.stop(message.stop);
      case 'heard':
        return this.#heard(message.heardAtMs);
      case 'forget':
        for (const key of message.keys) if (this.#attempts.get(key)?.ended === true) this.#attempts.delete(key);
        return;
      case 'retire':
        this.#retired = true;
        for (const attempt of this.#attempts.values()) attempt.stop(RETIRED);
        return this.#exitIfDone();
    }
  }

  disconnected(link: AgentLink): void {
    if (this.#agent?.link !== link) return;
    this.#agent = undefined;
    this.modules.log.info({ attempts: this.#live().length }, 'agent gone');
    if (!this.#retired) this.#awaitAgent();
  }

  #hello(link: AgentLink, hello: Extract<AgentMessage, { type: 'hello' }>): void {
    if (hello.version !== GUARD_PROTOCOL_VERSION) {
      const message = `this guard speaks version ${GUARD_PROTOCOL_VERSION}, not ${hello.version}`;
      link.send({ type: 'refused', code: 'version', message });
      return link.close();
    }
    if (hello.incarnation < this.#last.incarnation) {
      link.send({
        type: 'refused',
        code: 'outdated',
        message: `incarnation ${this.#last.incarnation} was here already`,
      });
      return link.close();
    }
    const replaced = this.#agent;
    this.#agent = { link, workerId: hello.workerId, incarnation: hello.incarnation };
    if (replaced !== undefined && replaced.link !== link) replaced.link.close();
    this.#last = { workerId: hello.workerId, incarnation: hello.incarnation };
    this.#target = hello.target;
    this.#orphan?.();
    this.#reporting?.abort();
    this.#retired = false;
    const attempts = [...this.#attempts.values()].map((attempt) => attempt.snapshot());
    link.send({
      type: 'welcome',
      version: GUARD_PROTOCOL_VERSION,
      pid: process.pid,
      attempts,
      features: GUARD_FEATURES,
    });
    this.modules.log.info({ incarnation: hello.incarnation, attempts: attempts.length }, 'agent connected');
  }

  #start(order: StartOrder, heardAtMs: number): void {
    if (this.#attempts.has(order.key)) return;
    const files = attemptDirectory(this.options.directory, order.key);
    const listener = {
      started: (process: AttemptProcess) => this.#started(process),
      ended: (key: string, ending: AttemptEnding) => this.#ended(key, ending),
    };
    const { request } = order;
    const attempt =
      request === undefined
        ? new GuardedAttempt(order, files, this.modules, listener)
        : new GuardedRequest({ ...order, request }, files, this.modules, listener);
    this.#heard(heardAtMs);
    this.#attempts.set(order.key, attempt);
    // An order that lay in the socket while this process was frozen may have outlived its lease: then it never runs.
    this.#endLapsed(this.modules.clock.monotonicMs());
    void attempt.run();
  }

  #started(process: AttemptProcess): void {
    this.#agent?.link.send({ type: 'started', process });
  }

  #ended(key: string, ending: AttemptEnding): void {
    this.#agent?.link.send({ type: 'ended', key, ending });
    if (this.#retired) this.#exitIfDone();
  }

  #live(): GuardedWork[] {
    return [...this.#attempts.values()].filter((attempt) => !attempt.ended);
  }

  #heard(atMs: number): void {
    // A lease that has lapsed by now has lapsed for good, also if this process was frozen and looks only now: the cluster may
    // have given the work to others, whenever that heartbeat was sent.
    this.#endLapsed(Math.max(atMs, this.modules.clock.monotonicMs()));
    this.#heardAtMs = Math.max(this.#heardAtMs, atMs);
    this.#endLapsed(this.modules.clock.monotonicMs());
  }

  /** One timer for all leases: it is set to the first that lapses unless the leader is heard again. */
  #endLapsed(nowMs: number): void {
    this.#lapse?.();
    let nextMs = Number.POSITIVE_INFINITY;
    for (const attempt of this.#attempts.values()) {
      if (attempt.ended || attempt.order.leaseMs === 0) continue;
      const untilMs = this.#heardAtMs + attempt.order.leaseMs;
      if (untilMs <= nowMs) attempt.stop(LAPSED);
      else nextMs = Math.min(nextMs, untilMs);
    }
    if (nextMs === Number.POSITIVE_INFINITY) this.#lapse = undefined;
    else
      this.#lapse = this.modules.timers.after(Math.max(1, nextMs - nowMs), () =>
        this.#endLapsed(this.modules.clock.monotonicMs()),
      );
  }

  #awaitAgent(): void {
    this.#orphan?.();
    this.#orphan = this.modules.timers.after(this.options.orphanGraceMs, () => void this.#endOrphaned());
  }

  async #endOrphaned(): Promise<void> {
    const live = this.#live();
    this.modules.log.warn({ attempts: live.length }, 'no agent came back: ending its attempts');
    for (const attempt of live) attempt.stop(ORPHANED);
    const reporting = new AbortController();
    this.#reporting = reporting;
    await Promise.all(live.map((attempt) => attempt.untilEnded));
    if (reporting.signal.aborted) return;
    if (this.#target !== undefined) {
      const all = [...this.#attempts.values()].map((attempt) => attempt.snapshot());
      const ended = all.filter((it) => it.ending?.outcome === 'lost');
      const results = all.filter((it) => it.ending?.outcome !== 'lost');
      await this.modules.report({ ...this.#last, target: this.#target, ended, results }, reporting.signal);
    }
    if (!reporting.signal.aborted) this.modules.exit();
  }

  #exitIfDone(): void {
    if (this.#live().length === 0) this.modules.exit();
  }
}
