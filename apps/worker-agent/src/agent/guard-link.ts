import { spawn } from 'node:child_process';
import { closeSync, openSync, renameSync, statSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Logger, Timers } from '@synod/base';
import { guardArguments, type GuardArguments } from '../guard/options.js';
import { guardSocketPath, readJsonFile, type DataDirectory } from '../shared/data-directory.js';
import {
  encodeLine,
  GUARD_PROTOCOL_VERSION,
  LineReader,
  type AgentMessage,
  type AttemptEnding,
  type AttemptProcess,
  type AttemptSnapshot,
  type GuardFeature,
  type GuardMessage,
  type ReportTarget,
} from '../shared/guard-protocol.js';
import { errnoOf, messageOf } from '../shared/platform.js';
import { isSameProcess } from '../shared/process-table.js';
import { AgentError } from './errors.js';

export interface GuardLinkOptions {
  readonly directory: DataDirectory;
  /** Script of the guard. */
  readonly guardEntry: string;
  readonly guard: Omit<GuardArguments, 'data'>;
  readonly workerId: string;
  readonly incarnation: number;
  readonly target: ReportTarget;
}

export interface GuardListener {
  welcomed(attempts: readonly AttemptSnapshot[]): void;
  started(process: AttemptProcess): void;
  ended(key: string, ending: AttemptEnding): void;
}

/** A guard that answers nothing for so long is frozen, or isn't one. */
const WELCOME_TIMEOUT_MS = 5_000;

/** Between two tries to get a guard; only a guard that can't start comes to the second. */
const RETRY_MS = 250;
const MAX_RETRY_MS = 5_000;

/** A guard that can't be started at first is a matter of configuration. */
const START_TRIES = 3;

const MAX_LOG_BYTES = 1024 * 1024;

/** The agent's end of the socket to its guard: connects to the one that runs or starts one, again and again. */
export class GuardLink {
  #socket: Socket | undefined;
  #target: ReportTarget;
  #stopped = false;
  #features: ReadonlySet<string> = new Set();
  #welcome: (() => void) | undefined;

  constructor(
    readonly options: GuardLinkOptions,
    readonly modules: { readonly timers: Timers; readonly log: Logger },
    readonly listener: GuardListener,
  ) {
    this.#target = options.target;
  }

  /** Whether a guard has welcomed this agent. */
  get connected(): boolean {
    return this.#socket !== undefined;
  }

  /** Whether the guard that is there can do what a later release began; one may be older than its agent. */
  supports(feature: GuardFeature): boolean {
    return this.#features.has(feature);
  }

  /** Resolves when a guard has welcomed the agent. Throws `guardUnusable` when none can be had. */
  async start(): Promise<void> {
    await this.#obtain(START_TRIES);
  }

  /** Does nothing while there is no guard. */
  send(message: AgentMessage): void {
    this.#socket?.write(encodeLine(message));
  }

  /** Where the guard reports when the agent has died. */
  setTarget(target: ReportTarget): void {
    this.#target = target;
    this.send({ type: 'target', target });
  }

  /** Leaves the guard. With `retire` it ends what it has and exits; else it waits for the next agent. */
  async stop(how: 'leave' | 'retire'): Promise<void> {
    this.#stopped = true;
    const socket = this.#socket;
    if (socket === undefined) return;
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    if (how === 'retire') this.send({ type: 'retire' });
    // A retired guard closes the connection by exiting.
    if (how === 'leave') socket.end();
    await Promise.race([closed, this.#wait(WELCOME_TIMEOUT_MS)]);
    socket.destroy();
  }

  async #obtain(maxTries: number): Promise<void> {
    for (let tries = 1; !this.#stopped; tries++) {
      try {
        return await this.#connect();
      } catch (error) {
        const code = errnoOf(error);
        if (code !== 'ENOENT' && code !== 'ECONNREFUSED') this.#replace(error);
      }
      try {
        await this.#spawn();
      } catch (error) {
        this.modules.log.error({ error: messageOf(error) }, 'the guard could not be started');
        if (tries >= maxTries) throw error;
        await this.#wait(Math.min(RETRY_MS * tries, MAX_RETRY_MS));
      }
    }
  }

  async #connect(): Promise<void> {
    const socket = await new Promise<Socket>((resolve, reject) => {
      const made = connect(guardSocketPath(this.options.directory), () => resolve(made.off('error', reject)));
      made.once('error', reject);
    });
    const lines = new LineReader();
    const { workerId, incarnation } = this.options;
    await new Promise<void>((resolve, reject) => {
      const cancel = this.modules.timers.after(WELCOME_TIMEOUT_MS, () =>
        reject(new Error('the guard does not answer')),
      );
      this.#welcome = () => {
        cancel();
        this.#socket = socket;
        resolve();
      };
      socket.on('error', () => undefined);
      socket.on('close', () => {
        cancel();
        reject(new Error('the guard closed the connection'));
        if (this.#socket === socket) this.#lost();
      });
      socket.on('data', (chunk) => {
        for (const line of lines.push(chunk)) this.#receive(JSON.parse(line) as GuardMessage, reject);
      });
      const hello = { version: GUARD_PROTOCOL_VERSION, workerId, incarnation, target: this.#target };
      socket.write(encodeLine({ type: 'hello', ...hello }));
    }).catch((error: unknown) => {
      socket.destroy();
      throw error;
    });
  }

  #receive(message: GuardMessage, refuse: (error: Error) => void): void {
    switch (message.type) {
      case 'welcome':
        this.#features = new Set(message.features ?? []);
        this.#welcome?.();
        this.modules.log.info({ guardPid: message.pid, attempts: message.attempts.length }, 'guard connected');
        return this.listener.welcomed(message.attempts);
      case 'started':
        return this.listener.started(message.process);
      case 'ended':
        return this.listener.ended(message.key, message.ending);
      case 'refused':
        return refuse(new AgentError({ code: 'guardUnusable', reason: message.code }, message.message));
    }
  }

  #lost(): void {
    this.#socket = undefined;
    if (this.#stopped) return;
    this.modules.log.warn({}, 'connection to the guard lost');
    // What ran is ended by the agent when the next guard doesn't know of it, so there has to be a next one.
    void this.#obtain(Number.POSITIVE_INFINITY);
  }

  /** A guard that is there but of no use is killed: what it ran is lost, and ended by the agent. */
  #replace(error: unknown): void {
    const holder = readJsonFile(join(this.options.directory.guard, 'guard.lock')) as
      { readonly pid: number; readonly identity: string } | undefined;
    this.modules.log.error(
      { error: messageOf(error), guardPid: holder?.pid },
      'the guard is of no use and is replaced',
    );
    if (holder !== undefined && isSameProcess(holder.pid, holder.identity)) process.kill(holder.pid, 'SIGKILL');
  }

  async #spawn(): Promise<void> {
    const { directory, guardEntry, guard } = this.options;
    if ((statSync(directory.guardLog, { throwIfNoEntry: false })?.size ?? 0) > MAX_LOG_BYTES) {
      renameSync(directory.guardLog, `${directory.guardLog}.old`);
    }
    const log = openSync(directory.guardLog, 'a', 0o600);
    const child = spawn(process.execPath, [guardEntry, ...guardArguments({ data: directory.root, ...guard })], {
      stdio: ['ignore', 'pipe', log],
      detached: true,
    });
    closeSync(log);
    child.unref();
    const { stdout } = child;
    await new Promise<void>((resolve, reject) => {
      // Ready, or ended: with status 75 when there is a guard already, and the next connection finds it.
      stdout?.once('data', () => resolve());
      child.once('error', reject);
      child.once('exit', (code) => {
        if (code === 75) return resolve();
        const message = `the guard ended with status ${code} when it started: see ${directory.guardLog}`;
        reject(new AgentError({ code: 'guardUnusable', reason: 'start' }, message));
      });
    });
    child.removeAllListeners();
    stdout?.destroy();
  }

  #wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.modules.timers.after(delayMs, () => resolve()));
  }
}
