import { writeSync } from 'node:fs';
import type { Logger, Timers } from '@synod/base';
import type { Discovery, RegisteredWorker } from './discovery.js';
import { AgentError } from './errors.js';
import type { GuardLink } from './guard-link.js';
import type { HeartbeatClient } from './heartbeat-client.js';
import type { LogPusher } from './log-pusher.js';
import type { Pruner } from './pruner.js';
import type { SessionClient } from './session-client.js';
import type { WorkerAgent } from './worker-agent.js';

export interface AgentProcessOptions {
  /**
   * `drain`: what runs has `stopTimeoutMs` to end by itself; what hasn't is ended and runs elsewhere, except that attempts which may
   * run at most once are left to finish. `end`: all is ended at once
   * and runs elsewhere. `keep`: the guard keeps it for an agent that is started in this one's place.
   */
  readonly onStop: 'drain' | 'end' | 'keep';
  readonly stopTimeoutMs: number;
  readonly worker: RegisteredWorker;
}

export interface AgentProcessModules {
  readonly agent: WorkerAgent;
  readonly guard: Pick<GuardLink, 'start' | 'stop'>;
  readonly session: SessionClient;
  readonly heartbeats: HeartbeatClient;
  readonly logs: Pick<LogPusher, 'stop'>;
  readonly pruner: Pick<Pruner, 'start' | 'stop'>;
  readonly discovery: Pick<Discovery, 'start' | 'stop'>;
  readonly timers: Timers;
  readonly log: Logger;
  /** Closes the spool and gives the data directory up. */
  readonly close: () => Promise<void>;
}

/** After the attempts have ended: for their reports to be acknowledged. What isn't stays in the spool. */
const ACKNOWLEDGE_TIMEOUT_MS = 5_000;

/** For the cluster to decide that no more is assigned. Without a leader it can't; then nothing is assigned either. */
const DECIDED_TIMEOUT_MS = 2_000;

/** For what was assigned last to be given to the guard: it may wait for a heartbeat. */
const BEGUN_TIMEOUT_MS = 1_500;

/** After SIGKILL: for the processes to be gone. */
const KILL_TIMEOUT_MS = 5_000;

const STDERR = 2;

/** The life of the process: the order in which the parts start and stop. */
export class AgentProcess {
  #usable: () => void = () => undefined;
  #stopping: Promise<void> | undefined;

  constructor(
    readonly options: AgentProcessOptions,
    readonly modules: AgentProcessModules,
  ) {}

  /** Resolves when the first session stands, or when `signal` aborts. */
  async start(signal: AbortSignal): Promise<void> {
    const { agent, guard, session, pruner, discovery } = this.modules;
    const usable = new Promise<void>((resolve) => {
      this.#usable = resolve;
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    // What an earlier incarnation left has to be known before a Hello says what is held.
    agent.recover();
    await guard.start();
    pruner.start();
    discovery.start(this.options.worker);
    session.start();
    await usable;
  }

  welcomed(heartbeatIntervalMs: number, address: string): void {
    this.modules.heartbeats.start(heartbeatIntervalMs, address);
    this.#usable();
  }

  /** A newer incarnation has this worker's id: what runs here no longer counts, and must not run on beside it. */
  outdated(): void {
    if (this.#stopping !== undefined) return;
    const { workerId } = this.options.worker;
    const error = new AgentError(
      { code: 'incarnationOutdated', workerId },
      `another worker with the id '${workerId}' has registered after this one: give each its own --id`,
    );
    this.modules.log.error({ code: error.code }, 'this worker is outdated: it ends what runs and stops');
    this.#stopping = this.#shutDown(async () => {
      this.modules.session.stop();
      await this.modules.guard.stop('retire');
    }).finally(() => {
      writeSync(STDERR, `worker-agent: ${error.message}\n`);
      process.exit(1);
    });
  }

  /** Twice is fine. */
  stop(): Promise<void> {
    this.#stopping ??= this.#shutDown(() => (this.options.onStop === 'keep' ? this.#leave() : this.#end()));
    return this.#stopping;
  }

  async #shutDown(how: () => Promise<void>): Promise<void> {
    const { heartbeats, logs, pruner, discovery, close } = this.modules;
    await how();
    heartbeats.stop();
    logs.stop();
    await pruner.stop();
    await discovery.stop(this.options.worker, this.options.onStop !== 'keep');
    await close();
  }

  /**
   * What the cluster assigned and no agent began would be lost to the next one, and for good if it may run at most once. So no more is
   * assigned first, and what is on its way is begun.
   */
  async #leave(): Promise<void> {
    const { agent, guard, session } = this.modules;
    await this.#within(DECIDED_TIMEOUT_MS, session.drain('its agent is replaced'));
    await this.#within(BEGUN_TIMEOUT_MS, agent.untilAllBegun());
    session.stop();
    await guard.stop('leave');
  }

  async #end(): Promise<void> {
    const { agent, guard, session, log } = this.modules;
    const drains = this.options.onStop === 'drain';
    if (drains) await this.#drain();
    agent.endAll(false);
    if (!(await this.#within(this.options.stopTimeoutMs, agent.untilAllEnded()))) {
      agent.endAll(true);
      await this.#within(KILL_TIMEOUT_MS, agent.untilAllEnded());
    }
    if (drains && agent.running > 0) {
      log.warn(
        { attempts: agent.running },
        'waiting for attempts that may run at most once; a second signal ends them',
      );
      await agent.untilEnded();
    }
    // A goodbye says that all that was begun is reported: what the cluster can't have heard of would run again.
    if (await this.#within(ACKNOWLEDGE_TIMEOUT_MS, agent.untilAcknowledged())) await session.goodbye();
    else session.stop();
    await guard.stop('retire');
  }

  /** Resolves when nothing runs or the time is over. */
  async #drain(): Promise<void> {
    const { agent, session, log } = this.modules;
    log.info({ stopTimeoutMs: this.options.stopTimeoutMs }, 'draining: no more work is taken');
    // First the word, then what is given back: so it counts as drained.
    const decided = session.drain('its agent stops');
    agent.drain();
    await this.#within(DECIDED_TIMEOUT_MS, decided);
    await this.#within(this.options.stopTimeoutMs, agent.untilEnded());
  }

  async #within(deadlineMs: number, work: Promise<void>): Promise<boolean> {
    let cancel: () => void = () => undefined;
    const late = new Promise<boolean>((resolve) => {
      cancel = this.modules.timers.after(deadlineMs, () => resolve(false));
    });
    const inTime = await Promise.race([work.then(() => true), late]);
    cancel();
    return inTime;
  }
}
