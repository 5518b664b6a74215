/**
 * One process at a time may hold a data directory, and a lock must not outlive its holder: not after SIGKILL, not when the
 * pid is used again, not when the holder ran in another container.
 *
 * Node has no call for kernel locks. But flock(2) locks belong to the open file, not to the process: the `flock` program
 * (util-linux, busybox) locks a descriptor that it inherits from us and ends, and the lock stays ours until our descriptor
 * closes, which the kernel sees to. Where there is no such program (macOS), the record in the file decides: pid, start time
 * of that pid and boot id. It can't see into other containers, as the kernel's lock can, and two processes that find a dead
 * holder's record in the same instant may both take it.
 */
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  realpathSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { directoryLocked } from './storage-error.js';

export interface DirectoryLock {
  /** Gives the directory up. Twice is fine. */
  release(): void;
}

export interface LockDirectoryOptions {
  /** Program that takes a kernel lock on an inherited descriptor. Default `flock`; tests name one that doesn't exist. */
  readonly flockProgram?: string;
}

interface Holder {
  readonly pid: number;
  /** Start time of the process in clock ticks since boot; empty where there is no /proc. */
  readonly startTime: string;
  readonly bootId: string;
  /** Whether the kernel knows of this lock too; then the record is only there to name the holder. */
  readonly kernelLock: boolean;
}

const LOCK_FILE = 'lock';
/** Exit status that we ask of flock(1) for "held by another". */
const HELD = 75;

const heldHere = new Set<string>();

/** Takes `directory` (made if missing) for this process. Throws `directoryLocked` with the holder's pid. */
export function lockDirectory(directory: string, options: LockDirectoryOptions = {}): DirectoryLock {
  mkdirSync(directory, { recursive: true });
  const path = realpathSync(directory);
  if (heldHere.has(path)) throw directoryLocked(directory, process.pid);
  const descriptor = openSync(join(path, LOCK_FILE), 'a+');
  const holder = readHolder(descriptor);
  const kernel = takeKernelLock(descriptor, options.flockProgram ?? 'flock');
  const heldByRecord = holder !== undefined && !holder.kernelLock && isAlive(holder);
  if (kernel === 'held' || heldByRecord || (kernel === 'unavailable' && holder !== undefined && isAlive(holder))) {
    closeSync(descriptor);
    throw directoryLocked(directory, holder?.pid);
  }
  try {
    writeHolder(descriptor, kernel === 'taken');
  } catch (error) {
    // A full disk: the kernel's lock must not stay with a descriptor that nobody knows any more.
    closeSync(descriptor);
    throw error;
  }
  heldHere.add(path);
  return { release: () => release(path, descriptor) };
}

function release(path: string, descriptor: number): void {
  if (!heldHere.delete(path)) return;
  ftruncateSync(descriptor);
  closeSync(descriptor);
}

function takeKernelLock(descriptor: number, program: string): 'taken' | 'held' | 'unavailable' {
  const run = spawnSync(program, ['-x', '-n', '-E', String(HELD), '3'], {
    stdio: ['ignore', 'ignore', 'ignore', descriptor],
  });
  if (run.status === 0) return 'taken';
  return run.status === HELD ? 'held' : 'unavailable';
}

function readHolder(descriptor: number): Holder | undefined {
  const bytes = Buffer.alloc(1024);
  const length = readSync(descriptor, bytes, 0, bytes.length, 0);
  try {
    return JSON.parse(bytes.toString('utf8', 0, length)) as Holder;
  } catch {
    return undefined;
  }
}

function writeHolder(descriptor: number, kernelLock: boolean): void {
  const holder: Holder = { pid: process.pid, startTime: startTimeOf(process.pid), bootId: bootId(), kernelLock };
  ftruncateSync(descriptor);
  writeSync(descriptor, JSON.stringify(holder));
}

function isAlive(holder: Holder): boolean {
  if (holder.bootId !== bootId()) return false;
  if (holder.startTime !== '') return startTimeOf(holder.pid) === holder.startTime;
  try {
    process.kill(holder.pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Field 22 of /proc/<pid>/stat, or nothing for a zombie: killed, though its parent hasn't asked yet. The name in field 2 may
 * hold spaces and parentheses, so count from the last one.
 */
function startTimeOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? '' : (fields[19] ?? '');
  } catch {
    return '';
  }
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}
