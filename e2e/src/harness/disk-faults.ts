import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statfsSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endWithThis, whenThisEnds } from './leftovers.js';

/** A small file system of its own in memory, that can be made full. Needs the right to mount. */
export class SmallDisk {
  private readonly forget: () => void;

  private constructor(readonly directory: string) {
    this.forget = whenThisEnds(() => this.unmount());
  }

  static mount(directory: string, sizeMib: number): SmallDisk {
    mkdirSync(directory, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${String(sizeMib)}m`, 'synod-e2e', directory], { stdio: 'pipe' });
    return new SmallDisk(directory);
  }

  get freeBytes(): number {
    const { bsize, bfree } = statfsSync(this.directory);
    return bsize * bfree;
  }

  /** Fills the disk, or empties it, until so much is free, as far as what fills it goes. */
  leaveFree(bytes: number): void {
    const filler = join(this.directory, 'filler');
    const present = existsSync(filler) ? statSync(filler).size : 0;
    const wanted = Math.max(0, present + this.freeBytes - bytes);
    if (wanted < present) return truncateSync(filler, wanted);
    try {
      writeFileSync(filler, Buffer.alloc(wanted - present, 1), { flag: 'a' });
    } catch (error) {
      // Whoever else writes here took the last of it.
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }

  unmount(): void {
    this.forget();
    try {
      execFileSync('umount', ['--lazy', this.directory], { stdio: 'pipe' });
    } catch {
      // Not mounted any more.
    }
  }
}

/** Why a file system can't be mounted here; undefined when it can. */
export function mountMissing(): string | undefined {
  const directory = mkdtempSync(join(tmpdir(), 'synod-mount-'));
  try {
    const disk = SmallDisk.mount(directory, 1);
    disk.unmount();
    return undefined;
  } catch (error) {
    return `a file system can't be mounted (${error instanceof Error ? (error.message.split('\n')[0] ?? '') : ''})`;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** What becomes of a process's flushes. */
export type FlushFaultKind = { readonly fails: 'EIO' } | { readonly delayMs: number };

const FLUSHES = 'fdatasync,fsync';

/** A tracer that makes all flushes of a running process fail, or late. Needs strace. */
export class FlushFault {
  private constructor(private readonly tracer: ChildProcess) {}

  /** Resolves when the tracer has all threads of the process. */
  static async inject(pid: number, kind: FlushFaultKind): Promise<FlushFault> {
    const what = 'fails' in kind ? `error=${kind.fails}` : `delay_enter=${String(kind.delayMs * 1000)}`;
    const args = [
      '-f',
      '-p',
      String(pid),
      '-o',
      '/dev/null',
      '-e',
      `trace=${FLUSHES}`,
      '-e',
      `inject=${FLUSHES}:${what}`,
    ];
    const tracer = spawn('strace', args, { stdio: ['ignore', 'ignore', 'pipe'] });
    endWithThis(tracer);
    let said = '';
    await new Promise<void>((resolve, reject) => {
      tracer.stderr.on('data', (data: Buffer) => {
        said += data.toString();
        if (said.includes('attached')) resolve();
      });
      tracer.once('error', reject);
      tracer.once('exit', () => {
        reject(new Error(`strace did not attach: ${said}`));
      });
    });
    return new FlushFault(tracer);
  }

  /** Flushes are what they were, those under way included. Also when the process has ended meanwhile. */
  async end(): Promise<void> {
    if (this.tracer.exitCode !== null || this.tracer.signalCode !== null) return;
    const ended = new Promise((resolve) => this.tracer.once('exit', resolve));
    // A tracer in the middle of a delay hears of no other signal; its end sets the traced threads free.
    this.tracer.kill('SIGKILL');
    await ended;
  }
}

/** Why flushes can't be tampered with; undefined when they can. */
export function straceMissing(): string | undefined {
  try {
    execFileSync('strace', ['-V'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'strace is not installed';
  }
}
