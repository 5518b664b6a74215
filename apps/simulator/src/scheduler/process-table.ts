import { EventEmitter } from 'node:events';
import type { StartOrder } from '@synod/worker-agent';
import type { SeededRandom, VirtualClock } from '@synod/testkit';

/** A command that runs, as the world sees it. */
export interface JobProcess {
  readonly pid: number;
  readonly workerId: string;
  readonly jobId: string;
  readonly attempt: number;
  readonly fencingToken: string;
  readonly startedAtMs: number;
  /** Undefined while it lives. */
  end: { readonly atMs: number; readonly code: number | null; readonly signal: NodeJS.Signals | null } | undefined;
}

export interface ProcessListener {
  started(process: JobProcess): void;
  ended(process: JobProcess): void;
}

interface Entry {
  readonly process: JobProcess;
  readonly exits: EventEmitter;
  readonly code: number;
  readonly ignoresTerm: boolean;
  /** Of its work, while frozen. */
  remainingMs: number;
  resumedAtMs: number;
  cancel: () => void;
}

/** The command line of a simulated job. */
export function commandLine(durationMs: number, exitCode: number, ignoresTerm: boolean): string[] {
  return [String(durationMs), String(exitCode), ignoresTerm ? 'ignore' : 'obey'];
}

/** The processes of the jobs on one machine. They outlive their guard; they end with the machine. */
export class ProcessTable {
  frozen = false;
  private readonly entries = new Map<number, Entry>();
  private nextPid = 100;

  constructor(
    private readonly workerId: string,
    private readonly time: VirtualClock,
    private readonly random: SeededRandom,
    private readonly listener: ProcessListener,
  ) {}

  get live(): readonly JobProcess[] {
    return [...this.entries.values()].map(({ process }) => process);
  }

  spawn(order: StartOrder): { readonly pid: number; readonly exits: EventEmitter } {
    const [durationMs = '0', code = '0', term = 'obey'] = order.args;
    const pid = this.nextPid++;
    const { jobId, attempt, fencingToken } = order;
    const startedAtMs = this.time.nowMs;
    const process = { pid, workerId: this.workerId, jobId, attempt, fencingToken, startedAtMs, end: undefined };
    const entry: Entry = {
      ...{ process, exits: new EventEmitter(), code: Number(code), ignoresTerm: term === 'ignore' },
      ...{ remainingMs: Number(durationMs), resumedAtMs: startedAtMs, cancel: () => undefined },
    };
    this.entries.set(pid, entry);
    this.listener.started(process);
    if (!this.frozen) this.work(entry);
    return { pid, exits: entry.exits };
  }

  signal(pid: number, signal: NodeJS.Signals | 0): boolean {
    const entry = this.entries.get(pid);
    if (entry === undefined) return false;
    if (signal === 'SIGKILL') this.endSoon(entry, 0.1, 15, signal);
    if (signal === 'SIGTERM' && !entry.ignoresTerm) this.endSoon(entry, 0.5, 60, signal);
    return true;
  }

  isAlive(pid: number): boolean {
    return this.entries.has(pid);
  }

  /** The machine does not run for a while. */
  freeze(): void {
    this.frozen = true;
    for (const entry of this.entries.values()) {
      entry.cancel();
      entry.remainingMs -= this.time.nowMs - entry.resumedAtMs;
    }
  }

  thaw(): void {
    this.frozen = false;
    for (const entry of this.entries.values()) this.work(entry);
  }

  /** The machine is gone, and all that ran on it. */
  powerOff(): void {
    for (const entry of [...this.entries.values()]) this.end(entry, null, 'SIGKILL');
    this.frozen = false;
  }

  private work(entry: Entry): void {
    entry.resumedAtMs = this.time.nowMs;
    entry.cancel = this.time.after(Math.max(0, entry.remainingMs), () => this.end(entry, entry.code, null));
  }

  private endSoon(entry: Entry, minMs: number, maxMs: number, signal: NodeJS.Signals): void {
    this.time.after(this.random.between(minMs, maxMs), () => this.end(entry, null, signal));
  }

  private end(entry: Entry, code: number | null, signal: NodeJS.Signals | null): void {
    const { process, exits } = entry;
    if (process.end !== undefined) return;
    entry.cancel();
    this.entries.delete(process.pid);
    process.end = { atMs: this.time.nowMs, code, signal };
    this.listener.ended(process);
    exits.emit('exit', code, signal);
  }
}
