import type { CancelTimer } from '@synod/base';
import type { AttemptDirectory } from '../shared/data-directory.js';
import type {
  AttemptEnding,
  AttemptProcess,
  AttemptSnapshot,
  RequestOrder,
  StartOrder,
  StopOrder,
} from '../shared/guard-protocol.js';
import { messageOf } from '../shared/platform.js';
import type { AttemptModules } from './attempt.js';
import type { AttemptListener, GuardedWork } from './guarded-work.js';

/** What came of a request. */
export interface RequestOutcome {
  readonly outcome: 'succeeded' | 'failed' | 'timedOut';
  /** Empty on success. */
  readonly message: string;
  /** Base64 of the answer as JSON; empty when none came. */
  readonly result: string;
}

/** Makes requests. When `signal` aborts, the connection is closed at once, and what is returned counts no more. */
export interface Requester {
  /** Makes the attempt's directory. */
  prepare(order: StartOrder): void;
  send(order: StartOrder & { readonly request: RequestOrder }, signal: AbortSignal): Promise<RequestOutcome>;
}

/**
 * One `http` attempt. It lives in the guard itself, so that the guard's rules hold for it as for a process: a lapsed lease, a
 * cancellation and a dead agent close its connection at once. What the other side has read by then it may carry out: against
 * that only the fencing token protects.
 */
export class GuardedRequest implements GuardedWork {
  readonly #abort = new AbortController();
  #process: AttemptProcess | null = null;
  #ending: AttemptEnding | null = null;
  #stop: StopOrder | undefined;
  #resolveEnded: () => void = () => undefined;
  readonly untilEnded = new Promise<void>((resolve) => (this.#resolveEnded = resolve));

  constructor(
    readonly order: StartOrder & { readonly request: RequestOrder },
    readonly files: AttemptDirectory,
    readonly modules: AttemptModules & { readonly requests?: Requester },
    readonly listener: AttemptListener,
  ) {}

  get ended(): boolean {
    return this.#ending !== null;
  }

  snapshot(): AttemptSnapshot {
    const { key, jobId, attempt, fencingToken, leaseMs } = this.order;
    return { key, jobId, attempt, fencingToken, leaseMs, process: this.#process, ending: this.#ending };
  }

  async run(): Promise<void> {
    const ending = await this.#end();
    this.#ending = ending;
    try {
      this.modules.host.writeFile(this.files.endedFile, ending);
    } catch (error) {
      this.modules.log.error({ key: this.order.key, error: messageOf(error) }, 'an ending could not be written');
    }
    this.listener.ended(this.order.key, ending);
    this.#resolveEnded();
  }

  stop(order: StopOrder): void {
    if (this.ended) return;
    this.#stop ??= order;
    this.#abort.abort();
  }

  async #end(): Promise<AttemptEnding> {
    const { requests, clock } = this.modules;
    let timeout: CancelTimer | undefined;
    try {
      if (this.#stop !== undefined) return this.#ended({ ...this.#stop, result: '' });
      if (requests === undefined)
        return this.#ended({ outcome: 'failed', message: 'this guard makes no requests', result: '' });
      requests.prepare(this.order);
      timeout = this.#announce(clock.wallMs());
      const outcome = await requests.send(this.order, this.#abort.signal);
      return this.#ended(this.#stopped() ?? outcome);
    } catch (error) {
      const lost = { outcome: 'lost', message: `the guard failed: ${messageOf(error)}`, result: '' } as const;
      return this.#ended(this.#stopped() ?? lost);
    } finally {
      timeout?.();
    }
  }

  #stopped():
    { readonly outcome: StopOrder['outcome']; readonly message: string; readonly result: string } | undefined {
    return this.#stop === undefined ? undefined : { ...this.#stop, result: '' };
  }

  /** Returns how to cancel the time limit. */
  #announce(startedAtMs: number): CancelTimer | undefined {
    const { key, jobId, attempt, fencingToken, leaseMs, timeoutMs } = this.order;
    this.#process = { key, jobId, attempt, fencingToken, leaseMs, pid: 0, identity: '', startedAtMs };
    this.modules.host.writeFile(this.files.startedFile, this.#process);
    this.listener.started(this.#process);
    if (timeoutMs === 0) return undefined;
    const message = `it ran longer than ${timeoutMs} ms`;
    return this.modules.timers.after(timeoutMs, () => this.stop({ outcome: 'timedOut', message, immediate: true }));
  }

  #ended(how: Pick<AttemptEnding, 'outcome' | 'message'> & { readonly result: string }): AttemptEnding {
    return {
      outcome: how.outcome,
      message: how.message,
      exitCode: null,
      signal: '',
      startedAtMs: this.#process?.startedAtMs ?? null,
      finishedAtMs: this.modules.clock.wallMs(),
      ...(how.result === '' ? {} : { result: how.result }),
    };
  }
}
