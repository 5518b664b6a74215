import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CliError } from '../failure.js';
import type { DevOptions, DevRole } from './plan.js';

/** What `DIR/cluster.json` says of a process. */
export interface ListedProcess {
  readonly role: DevRole;
  readonly id: string;
  readonly pid: number;
  readonly address: string;
}

/** A log that has grown beyond this is set aside at the next start, so that two of them are all that a process leaves. */
const MAX_LOG_BYTES = 16 * 1024 * 1024;

/** The files of a development cluster, besides the data of its processes. */
export class DevFiles {
  private readonly lockFile: string;
  private readonly listFile: string;
  private readonly shapeFile: string;

  constructor(readonly directory: string) {
    this.lockFile = join(directory, 'dev.lock');
    this.listFile = join(directory, 'cluster.json');
    this.shapeFile = join(directory, 'dev.json');
    try {
      mkdirSync(join(directory, 'logs'), { recursive: true });
    } catch (error) {
      const why = (error as NodeJS.ErrnoException).code ?? String(error);
      throw new CliError('fileUnreadable', `${directory} can't be made or written to (${why}); choose another --data`);
    }
  }

  /** @throws CliError `directoryInUse` while another `synod dev` works here. */
  lock(): void {
    for (let attempt = 0; ; attempt += 1) {
      try {
        writeFileSync(this.lockFile, `${process.pid}\n`, { flag: 'wx' });
        return;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || attempt > 0) throw error;
        const holder = Number(readFileSync(this.lockFile, 'utf8'));
        if (holder !== process.pid && isOurs(holder))
          throw new CliError(
            'directoryInUse',
            `${this.directory} is in use by another synod dev (pid ${holder}); stop that one, or choose another --data`,
          );
        // It was left behind by one that was killed.
        rmSync(this.lockFile, { force: true });
      }
    }
  }

  unlock(): void {
    rmSync(this.lockFile, { force: true });
  }

  /** Processes of an earlier `dev` that still run: it was killed and could not stop them. */
  leftovers(): readonly ListedProcess[] {
    return this.listed().filter(({ pid }) => isOurs(pid));
  }

  private listed(): readonly ListedProcess[] {
    try {
      const { processes } = JSON.parse(readFileSync(this.listFile, 'utf8')) as { processes?: ListedProcess[] };
      return Array.isArray(processes) ? processes : [];
    } catch {
      return [];
    }
  }

  /** Replaces the list as a whole: a reader sees the old one or the new one. */
  list(processes: readonly ListedProcess[]): void {
    writeAtomically(this.listFile, `${JSON.stringify({ processes }, null, 2)}\n`);
  }

  /** A cluster keeps its members and addresses; @throws CliError `directoryDiffers` when these options have others. */
  checkShape({ coordinators, basePort }: DevOptions): void {
    if (!existsSync(this.shapeFile)) return;
    const made = JSON.parse(readFileSync(this.shapeFile, 'utf8')) as Pick<DevOptions, 'coordinators' | 'basePort'>;
    if (made.coordinators === coordinators && made.basePort === basePort) return;
    throw new CliError(
      'directoryDiffers',
      `${this.directory} holds a cluster of --coordinators ${made.coordinators} --base-port ${made.basePort}; ` +
        'start it with these, choose another --data, or remove the directory',
    );
  }

  /** From now on the directory is that of a cluster with these members and addresses. */
  recordShape({ coordinators, basePort }: DevOptions): void {
    writeAtomically(this.shapeFile, `${JSON.stringify({ coordinators, basePort })}\n`);
  }

  /** Where the output of a process goes. */
  logFile(id: string): string {
    const file = join(this.directory, 'logs', `${id}.log`);
    if (existsSync(file) && statSync(file).size > MAX_LOG_BYTES) renameSync(file, `${file}.1`);
    return file;
  }
}

function writeAtomically(file: string, text: string): void {
  const fresh = `${file}.${process.pid}.new`;
  writeFileSync(fresh, text);
  renameSync(fresh, file);
}

/** Whether this process lives and, as far as the system tells, is one of Synod's: ids are used again. */
function isOurs(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  try {
    return /main\.cjs|synod/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  } catch {
    return true;
  }
}
