import { linkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJsonFile } from '../shared/data-directory.js';
import { errnoOf } from '../shared/platform.js';
import { isSameProcess, processIdentity } from '../shared/process-table.js';
import { GuardError } from './errors.js';

interface Holder {
  readonly pid: number;
  readonly identity: string;
}

/**
 * At most one guard for a directory. The lock is a file that names its holder; it is taken by link(2), which fails when the
 * name exists, and a dead holder's is moved away first. The guard has this instead of the store's lock because it loads no
 * native module. Returns the release.
 */
export function lockGuardDirectory(directory: string): () => void {
  const path = join(directory, 'guard.lock');
  const mine = join(directory, `guard.lock.${process.pid}`);
  writeFileSync(mine, JSON.stringify({ pid: process.pid, identity: processIdentity(process.pid) } satisfies Holder));
  try {
    for (;;) {
      try {
        linkSync(mine, path);
        return () => rmSync(path, { force: true });
      } catch (error) {
        if (errnoOf(error) !== 'EEXIST') throw error;
      }
      removeStale(directory, path);
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

function removeStale(directory: string, path: string): void {
  const holder = readJsonFile(path) as Holder | undefined;
  if (holder !== undefined && isSameProcess(holder.pid, holder.identity)) throw running(directory, holder);
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return;
    throw error;
  }
  // Another guard may have replaced the stale lock by its own between the two steps: then that one is put back.
  const moved = readJsonFile(aside) as Holder | undefined;
  if (moved !== undefined && isSameProcess(moved.pid, moved.identity)) {
    renameSync(aside, path);
    throw running(directory, moved);
  }
  rmSync(aside, { force: true });
}

function running(directory: string, holder: Holder): GuardError {
  return new GuardError(
    { code: 'guardRunning', directory, pid: holder.pid },
    `process ${holder.pid} is the guard of ${directory} already; stop it or use another data directory`,
  );
}
