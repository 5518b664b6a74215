import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { CliError } from '../failure.js';

/** Variables of a job that `dev` may itself run in, and settings meant for the command line: not for its processes. */
const NOT_INHERITED = [
  'SYNOD_JOB_ID',
  'SYNOD_ATTEMPT',
  'SYNOD_FENCING_TOKEN',
  'SYNOD_ARRAY_INDEX',
  'SYNOD_WORKER_ID',
].concat(['SYNOD_ADDRESS', 'SYNOD_OUTPUT', 'SYNOD_DATA', 'SYNOD_CONFIG', 'SYNOD_COORDINATORS', 'SYNOD_ID']);

export interface ChildOptions {
  readonly id: string;
  readonly main: string;
  readonly args: readonly string[];
  readonly logFile: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** How a process ended: `exit status 2`, `SIGKILL`. */
export type ChildEnd = string;

/** A process of the cluster. It has a process group of its own: Ctrl-C in the terminal reaches `dev` alone, which stops in order. */
export class Child {
  readonly pid: number;
  /** Resolves when it has printed its ready line; rejects with `childFailed` when it ends before. */
  readonly ready: Promise<void>;
  readonly ended: Promise<ChildEnd>;
  private readonly process: ChildProcess;
  private end: ChildEnd | undefined;

  constructor(private readonly options: ChildOptions) {
    const { main, args, logFile, env } = options;
    const logFd = openSync(logFile, 'a');
    const logStart = statSync(logFile).size;
    const child = spawn(process.execPath, [main, ...args], {
      detached: true,
      stdio: ['ignore', 'pipe', logFd],
      env: Object.fromEntries(Object.entries(env).filter(([name]) => !NOT_INHERITED.includes(name))),
    });
    closeSync(logFd);
    this.process = child;
    this.pid = child.pid ?? 0;
    this.ended = new Promise((resolve) => {
      const finish = (end: ChildEnd) => {
        this.end ??= end;
        resolve(end);
      };
      child.once('error', (error) => finish(error.message));
      child.once('exit', (code, signal) => finish(signal ?? `exit status ${code}`));
    });
    this.ready = this.watchReady(logStart);
    this.ready.catch(() => undefined);
  }

  get hasEnded(): boolean {
    return this.end !== undefined;
  }

  private watchReady(logStart: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const { stdout } = this.process;
      if (stdout !== null) createInterface({ input: stdout }).on('line', (line) => isReadyLine(line) && resolve());
      void this.ended.then((end) => {
        const said = lastWords(this.options.logFile, logStart);
        const { id, logFile } = this.options;
        reject(
          new CliError(
            'childFailed',
            `${id} did not start (${end})${said === '' ? '' : `: ${said}`}; its log: ${logFile}`,
          ),
        );
      });
    });
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.hasEnded) this.process.kill(signal);
  }

  /** SIGTERM, and SIGKILL when it has not ended after `deadlineMs`. True when it ended by itself. */
  async stop(deadlineMs: number): Promise<boolean> {
    if (this.hasEnded) return true;
    this.signal('SIGTERM');
    let inTime = true;
    const timer = setTimeout(() => {
      inTime = false;
      this.signal('SIGKILL');
    }, deadlineMs);
    await this.ended;
    clearTimeout(timer);
    return inTime;
  }
}

function isReadyLine(line: string): boolean {
  try {
    return (JSON.parse(line) as { ready?: unknown }).ready === true;
  } catch {
    return false;
  }
}

/** The last thing that a process said: a plain line, or the message of a JSON log line. */
function lastWords(logFile: string, from: number): string {
  const lines = linesOf(logFile, from);
  const plain = lines.filter((line) => !line.startsWith('{')).at(-1);
  if (plain !== undefined) return plain;
  try {
    const { message, error } = JSON.parse(lines.at(-1) ?? '') as {
      message?: string;
      error?: string | { message?: string };
    };
    const why = typeof error === 'string' ? error : error?.message;
    return [message, why].filter((part) => part !== undefined).join(': ');
  } catch {
    return lines.at(-1) ?? '';
  }
}

/** Nothing when the file can't be read: somebody may have removed the directory meanwhile. */
function linesOf(logFile: string, from: number): string[] {
  try {
    const text = readFileSync(logFile).subarray(from).toString('utf8');
    return text.split('\n').filter((line) => line.trim() !== '');
  } catch {
    return [];
  }
}
