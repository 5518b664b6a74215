import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { basename, delimiter, dirname, isAbsolute, join } from 'node:path';
import type { ExecLimits, Ulimit } from '@synod/jobs';
import type { HostUser } from './user.js';

/** What is started, and whether it becomes the user by itself. */
export interface CommandLine {
  readonly command: string;
  readonly args: readonly string[];
  readonly becomesUser: boolean;
}

export interface Setting {
  readonly limits: ExecLimits | undefined;
  readonly user: HostUser | undefined;
  /** Directory of the control group to go into. */
  readonly cgroup: string | undefined;
  /** Of the guard itself, where the tools below are. */
  readonly path: string;
}

const SHELL = '/bin/sh';
/** In this order: into the group, before anything else is done; the mask; then the rest of the line in the same process. */
const SCRIPT = '[ -z "$1" ] || echo $$ > "$1" || exit 126; [ -z "$2" ] || umask "$2" || exit 126; shift 2; exec "$@"';

/**
 * The command behind what sets it up: `sh` for the control group and umask, `prlimit` for the limits, `setpriv` for the user with
 * all groups. Each becomes the next by `exec`, so that the process is the same from start to end. They are tools of every Debian
 * (util-linux); one that is needed and isn't there gives its name.
 */
export function commandLine(
  command: string,
  args: readonly string[],
  { limits, user, cgroup, path }: Setting,
): CommandLine | { readonly missing: string } {
  let line = [command, ...args];
  let becomesUser = false;
  if (user !== undefined) {
    const setpriv = findExecutable('setpriv', path, '/');
    // Without it the user has the primary group only, by what Node does itself.
    becomesUser = setpriv !== undefined;
    if (setpriv !== undefined) {
      line = [setpriv, `--reuid=${user.uid}`, `--regid=${user.gid}`, '--init-groups', '--', ...line];
    }
  }
  const ulimits = limits?.ulimits ?? [];
  if (ulimits.length > 0) {
    const prlimit = findExecutable('prlimit', path, '/');
    if (prlimit === undefined) return { missing: 'prlimit' };
    line = [prlimit, ...ulimits.map(optionOf), '--', ...line];
  }
  const umask = limits?.umask;
  if (cgroup !== undefined || umask !== undefined) {
    const procs = cgroup === undefined ? '' : join(cgroup, 'cgroup.procs');
    line = [SHELL, '-c', SCRIPT, 'synod', procs, umask === undefined ? '' : umask.toString(8), ...line];
  }
  const [first = command, ...rest] = line;
  return { command: first, args: rest, becomesUser };
}

function optionOf({ name, soft, hard }: Ulimit): string {
  const text = (value: number): string => (value < 0 ? 'unlimited' : String(value));
  return `--${name}=${text(soft)}:${text(hard)}`;
}

/** The file that a command means, as `execvp` finds it; undefined when there is none that may be executed. */
export function findExecutable(command: string, path: string, cwd: string): string | undefined {
  const candidates = command.includes('/')
    ? [isAbsolute(command) ? command : join(cwd, command)]
    : path.split(delimiter).map((folder) => join(isAbsolute(folder) ? folder : join(cwd, folder), command));
  return candidates.find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/**
 * Whether the file is one of those allowed. Links between directories (`/bin` to `/usr/bin`) make no difference; what the file
 * itself leads to says nothing, for one program may go by many names and do what its name says.
 */
export function isAllowed(file: string, allowed: readonly string[]): boolean {
  return allowed.some((it) => it === file || inRealDirectory(it) === inRealDirectory(file));
}

function inRealDirectory(file: string): string {
  try {
    return join(realpathSync(dirname(file)), basename(file));
  } catch {
    return file;
  }
}
