import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { errnoOf } from './platform.js';

/** A unix socket's path has 108 bytes at most on Linux and 104 elsewhere, one of them the closing zero. */
const MAX_SOCKET_PATH_BYTES = 100;

/** Where things lie in an agent's data directory. */
export interface DataDirectory {
  readonly root: string;
  readonly attempts: string;
  readonly guard: string;
  readonly guardLog: string;
  readonly spool: string;
  readonly incarnationFile: string;
}

export function dataDirectory(path: string): DataDirectory {
  const root = resolve(path);
  return {
    root,
    attempts: join(root, 'attempts'),
    guard: join(root, 'guard'),
    guardLog: join(root, 'guard', 'guard.log'),
    spool: join(root, 'spool'),
    incarnationFile: join(root, 'incarnation.json'),
  };
}

/**
 * Makes what is missing. Attempts may run as other users, who must be able to pass through to their own directory but see
 * nothing else; the spool and the guard's socket are the agent's alone.
 */
export function makeDataDirectory(directory: DataDirectory): void {
  mkdirSync(directory.root, { recursive: true, mode: 0o711 });
  mkdirSync(directory.attempts, { recursive: true, mode: 0o711 });
  mkdirSync(directory.guard, { recursive: true, mode: 0o700 });
  mkdirSync(directory.spool, { recursive: true, mode: 0o700 });
}

/**
 * Path of the guard's socket: in the data directory, or where that is too deep for a socket, in a directory of the user's
 * own under the system's temporary one. Both sides compute it; the fallback is noted in `guard/socket` for people.
 */
export function guardSocketPath(directory: DataDirectory, temporary: string = tmpdir()): string {
  const preferred = join(directory.guard, 'guard.sock');
  if (Buffer.byteLength(preferred) <= MAX_SOCKET_PATH_BYTES) return preferred;
  const digest = createHash('sha256').update(directory.root).digest('hex').slice(0, 16);
  const short = join(temporary, `synod-${process.getuid?.() ?? 0}-${digest}`);
  mkdirSync(short, { recursive: true, mode: 0o700 });
  const path = join(short, 'g.sock');
  writeFileSync(join(directory.guard, 'socket'), `${path}\n`);
  return path;
}

/** Files of one attempt. `work` is its default working directory. */
export interface AttemptDirectory {
  readonly root: string;
  readonly work: string;
  readonly startedFile: string;
  readonly endedFile: string;
}

export function attemptKey(jobId: string, attempt: number): string {
  return `${jobId}.${attempt}`;
}

export function attemptDirectory(directory: DataDirectory, key: string): AttemptDirectory {
  // A job id is made of letters and digits; whatever else came, it stays one path element below `attempts`.
  const root = join(directory.attempts, encodeURIComponent(key));
  return {
    root,
    work: join(root, 'work'),
    startedFile: join(root, 'started.json'),
    endedFile: join(root, 'ended.json'),
  };
}

/** Whole or not at all, also when the process dies in between. Not flushed: a lost host means a lost attempt anyway. */
export function writeJsonFile(path: string, value: unknown): void {
  const temporary = join(dirname(path), `.${process.pid}.tmp`);
  writeFileSync(temporary, JSON.stringify(value), { mode: 0o600 });
  renameSync(temporary, path);
}

/** Undefined when it is missing or not JSON (written by a host that lost power). */
export function readJsonFile(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
