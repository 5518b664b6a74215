import type { CancelTimer, Clock, Logger, Timers } from '@synod/base';
import type { AttemptDirectory } from '../shared/data-directory.js';
import type {
  AttemptEnding,
  AttemptProcess,
  AttemptSnapshot,
  StartOrder,
  StopOrder,
} from '../shared/guard-protocol.js';
import { messageOf } from '../shared/platform.js';
import type { AttemptHost, StartedProcess } from './attempt-host.js';
import type { Containment } from './cgroups.js';
import type { AttemptListener, GuardedWork } from './guarded-work.js';
import type { LaunchRefused } from './launch.js';
import { ProcessGroup } from './process-group.js';

export interface AttemptModules {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Logger;
  readonly host: AttemptHost;
}

/** How the leader of the group ended. */
interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/**
 * One attempt: starting, running, ending (its leader has exited or is being ended), ended. It has ended when no process of
 * its group lives, its output is in its files and `ended.json` says how; only then does the listener hear of it, because the
 * job may run elsewhere from that moment on.
 */
export class GuardedAttempt implements GuardedWork {
  #process: AttemptProcess | null = null;
  #ending: AttemptEnding | null = null;
  #group: ProcessGroup | undefined;
  #contained: Containment | undefined;
  #stop: StopOrder | undefined;
  #exited = false;
  #timeout: CancelTimer | undefined;
  #resolveEnded: () => void = () => undefined;

  /** Resolves when the attempt has ended. */
  readonly untilEnded = new Promise<void>((resolve) => (this.#resolveEnded = resolve));

  constructor(
    readonly order: StartOrder,
    readonly files: AttemptDirectory,
    readonly modules: AttemptModules,
    readonly listener: AttemptListener,
  ) {}

  get ended(): boolean {
    return this.#ending !== null;
  }

  snapshot(): AttemptSnapshot {
    const { key, jobId, attempt, fencingToken, leaseMs } = this.order;
    return { key, jobId, attempt, fencingToken, leaseMs, process: this.#process, ending: this.#ending };
  }

  /** Resolves when the attempt has ended; never rejects. */
  async run(): Promise<void> {
    let ending: AttemptEnding;
    try {
      const launched = this.#stop === undefined ? await this.#launch() : undefined;
      if (launched === undefined) ending = this.#never({ outcome: 'lost', exitCode: null, message: '' });
      else if (launched.kind === 'refused') ending = this.#never(launched);
      else ending = await this.#watch(launched);
    } catch (error) {
      // Such as a full disk while `started.json` was written. What was started has to go before anything is said.
      this.#group?.kill();
      await this.#group?.gone;
      await this.#contained?.end();
      ending = this.#never({ outcome: 'lost', exitCode: null, message: `the guard failed: ${messageOf(error)}` });
    }
    this.#timeout?.();
    this.#ending = ending;
    this.#keep(ending);
    this.listener.ended(this.order.key, ending);
    this.#resolveEnded();
  }

  /**
   * Ends the attempt. The first order says how it ended; a later one can only make it faster. After the leader's own exit
   * the outcome stands, and what is left of its group is ended.
   */
  stop(order: StopOrder): void {
    if (this.ended) return;
    if (!this.#exited) this.#stop ??= order;
    if (order.immediate) {
      this.#group?.kill();
      this.#contained?.kill();
    } else {
      this.#group?.terminate();
    }
  }

  #launch(): Promise<StartedProcess | LaunchRefused> {
    return this.modules.host.launch(this.order, this.files);
  }

  async #watch(launched: StartedProcess): Promise<AttemptEnding> {
    const exit = new Promise<Exit>((resolve) => {
      launched.child.once('exit', (code, signal) => {
        this.#exited = true;
        this.#group?.leaderExited();
        resolve({ code, signal });
      });
    });
    const { host } = this.modules;
    const group = new ProcessGroup(launched.pid, this.order.killGraceMs, { ...this.modules, signals: host.signals });
    this.#group = group;
    this.#contained = launched.contained;
    const outputs = host.keepOutput(launched, this.files);
    this.#announce(launched.pid);
    const { code, signal } = await exit;
    await group.gone;
    // What left its group: nobody of it lives on when this attempt has ended.
    await launched.contained?.end();
    for (const output of outputs) output.finish();
    await Promise.all(outputs.map((output) => output.closed));
    return this.#ended(code, signal);
  }

  #announce(pid: number): void {
    const { key, jobId, attempt, fencingToken, leaseMs, timeoutMs } = this.order;
    const startedAtMs = this.modules.clock.wallMs();
    const identity = this.modules.host.identity(pid);
    const cgroup = this.#contained?.path;
    const named = cgroup === undefined ? {} : { cgroup };
    this.#process = { key, jobId, attempt, fencingToken, leaseMs, pid, identity, startedAtMs, ...named };
    this.modules.host.writeFile(this.files.startedFile, this.#process);
    // An order to stop may have come while the command was being started.
    if (this.#stop !== undefined) this.stop(this.#stop);
    if (timeoutMs > 0) {
      const message = `it ran longer than ${timeoutMs} ms`;
      this.#timeout = this.modules.timers.after(timeoutMs, () =>
        this.stop({ outcome: 'timedOut', message, immediate: false }),
      );
    }
    this.listener.started(this.#process);
  }

  #ended(code: number | null, signal: NodeJS.Signals | null): AttemptEnding {
    const facts = {
      exitCode: code,
      signal: signal ?? '',
      startedAtMs: this.#process?.startedAtMs ?? null,
      finishedAtMs: this.modules.clock.wallMs(),
    };
    if (this.#stop !== undefined) return { outcome: this.#stop.outcome, message: this.#stop.message, ...facts };
    if (signal !== null) return { outcome: 'failed', message: `ended by ${signal}`, ...facts };
    if (code !== 0) return { outcome: 'failed', message: `exit status ${code}`, ...facts };
    return { outcome: 'succeeded', message: '', ...facts };
  }

  #never(why: Pick<AttemptEnding, 'outcome' | 'exitCode' | 'message'>): AttemptEnding {
    const { outcome, message } = this.#stop ?? why;
    const finishedAtMs = this.modules.clock.wallMs();
    const startedAtMs = this.#process?.startedAtMs ?? null;
    return {
      outcome,
      message,
      exitCode: this.#stop === undefined ? why.exitCode : null,
      signal: '',
      startedAtMs,
      finishedAtMs,
    };
  }

  #keep(ending: AttemptEnding): void {
    try {
      this.modules.host.writeFile(this.files.endedFile, ending);
    } catch (error) {
      this.modules.log.error({ key: this.order.key, error: messageOf(error) }, 'an ending could not be written');
    }
  }
}
