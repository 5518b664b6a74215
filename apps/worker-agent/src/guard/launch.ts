import { spawn, type ChildProcess } from 'node:child_process';
import { chownSync, closeSync, fchownSync, mkdirSync, openSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import type { Logger } from '@synod/base';
import type { AttemptDirectory } from '../shared/data-directory.js';
import type { StartOrder } from '../shared/guard-protocol.js';
import { errnoOf, messageOf } from '../shared/platform.js';
import type { FifoPool, PipeEnds } from './fifo-pool.js';
import type { Cgroups, Containment } from './cgroups.js';
import { cgroupLimits } from './cgroups.js';
import { commandLine, findExecutable, isAllowed, type CommandLine } from './command-line.js';
import { findUser, type HostUser } from './user.js';

/** A process that runs. */
export interface Launched {
  readonly kind: 'launched';
  readonly child: ChildProcess;
  readonly pid: number;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly contained: Containment | undefined;
}

/** A command that could not be started: with the exit status that a shell would give, or `lost` when the host is to blame. */
export interface LaunchRefused {
  readonly kind: 'refused';
  readonly outcome: 'failed' | 'lost';
  readonly exitCode: number | null;
  readonly message: string;
}

const NOT_EXECUTABLE = 126;
const NOT_FOUND = 127;

/** The host is short of something; the attempt may well run elsewhere. */
const HOST_ERRORS = new Set(['EAGAIN', 'EMFILE', 'ENFILE', 'ENOMEM', 'ENOSPC', 'EROFS', 'EIO']);

export interface LaunchModules {
  readonly fifos: FifoPool;
  readonly cgroups: Cgroups | undefined;
  readonly log: Logger;
}

/** Starts the command of an order as the leader of a session and process group of its own. */
export async function launch(
  order: StartOrder,
  files: AttemptDirectory,
  { fifos, cgroups, log }: LaunchModules,
): Promise<Launched | LaunchRefused> {
  const handedOver: number[] = [];
  const outputs: Output[] = [];
  let launched: Launched | undefined;
  let contained: Containment | undefined;
  try {
    const user = order.user === '' ? undefined : await findUser(order.user);
    // Only root becomes another; anybody else is asked for as himself only.
    const becomes = process.getuid?.() === 0 ? user : undefined;
    makeDirectories(files, becomes);
    const cwd = order.cwd === '' ? files.work : order.cwd;
    const badCwd = refuseCwd(cwd);
    if (badCwd !== undefined) return badCwd;
    const env = attemptEnvironment(process.env, order, user);
    const forbidden = refuseCommand(order, env, cwd);
    if (forbidden !== undefined) return forbidden;
    const group = cgroups?.create(order.key, order.limits);
    contained = group?.group;
    const missing = group?.missing ?? cgroupLimits(order.limits).map(({ name }) => name);
    const unlimited = refuseMissing(order, missing, log);
    if (unlimited !== undefined) return unlimited;
    const line = lineOf(order, env, cwd, becomes, contained);
    if ('kind' in line) return line;
    for (let stream = 0; stream < 2; stream++) outputs.push(openOutput(await fifos.take(), handedOver));
    if (becomes !== undefined) for (const fd of handedOver) fchownSync(fd, becomes.uid, becomes.gid);
    const child = spawn(line.command, line.args, {
      cwd,
      env,
      stdio: [openStdin(order, files, handedOver), ...outputs.map((it) => it.stdio)],
      detached: true,
      ...(becomes === undefined || line.becomesUser ? {} : { uid: becomes.uid, gid: becomes.gid }),
    });
    if (child.pid === undefined) {
      return refusedBy(await new Promise<Error>((resolve) => child.once('error', resolve)), order.command);
    }
    // Later errors (a signal that could not be sent) are of no interest: exits are what counts.
    child.on('error', () => undefined);
    const stdout = outputs[0]?.reader ?? (child.stdout as Readable);
    launched = {
      kind: 'launched',
      child,
      pid: child.pid,
      stdout,
      stderr: outputs[1]?.reader ?? (child.stderr as Readable),
      contained,
    };
    return launched;
  } catch (error) {
    return refusedBy(error, order.command);
  } finally {
    for (const fd of handedOver) closeSync(fd);
    if (launched === undefined) {
      for (const output of outputs) output.reader?.destroy();
      void contained?.end();
    }
  }
}

/** An agent that allows some commands only allows no preloaded code either. */
function refuseCommand(order: StartOrder, env: NodeJS.ProcessEnv, cwd: string): LaunchRefused | undefined {
  const { allowCommands: allowed, command } = order;
  if (allowed === undefined) return undefined;
  const preloads = Object.keys(order.env).find((name) => name.startsWith('LD_'));
  const file = findExecutable(command, env.PATH ?? '', cwd);
  if (file === undefined) return undefined;
  const message = !isAllowed(file, allowed)
    ? `this host does not allow ${file}; allowed are: ${allowed.join(', ')}`
    : preloads === undefined
      ? undefined
      : `this host allows some commands only, and so no ${preloads} in their environment`;
  return message === undefined ? undefined : notExecutable(message);
}

function refuseMissing(
  { key, limits }: StartOrder,
  missing: readonly string[],
  log: Logger,
): LaunchRefused | undefined {
  if (missing.length === 0 || limits === undefined) return undefined;
  if (limits.policy === 'require') {
    return notExecutable(
      `this host can't limit ${missing.join(' and ')}: its agent has no control group that can (--cgroup)`,
    );
  }
  log.warn({ key, missing }, 'an attempt runs without limits that it would rather have');
  return undefined;
}

/** Plain when there is nothing to set up. Else what can't be found is refused here: the tools before it would say so by a status only. */
function lineOf(
  order: StartOrder,
  env: NodeJS.ProcessEnv,
  cwd: string,
  user: HostUser | undefined,
  contained: Containment | undefined,
): CommandLine | LaunchRefused {
  const { command, args, limits } = order;
  const setting = { limits, user, cgroup: contained?.path, path: process.env.PATH ?? '' };
  const line = commandLine(command, args, setting);
  if ('missing' in line) return notExecutable(`this host has no ${line.missing}, which limits need`);
  if (line.command === command) return line;
  const found = findExecutable(command, env.PATH ?? '', cwd);
  if (found === undefined) return refusedBy(Object.assign(new Error(command), { code: whyNot(command, cwd) }), command);
  return line;
}

function whyNot(command: string, cwd: string): 'EACCES' | 'ENOENT' {
  return command.includes('/') && statSync(resolve(cwd, command), { throwIfNoEntry: false }) ? 'EACCES' : 'ENOENT';
}

function notExecutable(message: string): LaunchRefused {
  return { kind: 'refused', outcome: 'failed', exitCode: NOT_EXECUTABLE, message };
}

interface Output {
  readonly stdio: number | 'pipe';
  /** Undefined: Node makes a socket for the child. */
  readonly reader: Readable | undefined;
}

function openOutput(ends: PipeEnds | undefined, handedOver: number[]): Output {
  if (ends === undefined) return { stdio: 'pipe', reader: undefined };
  handedOver.push(ends.writeFd);
  return { stdio: ends.writeFd, reader: new Socket({ fd: ends.readFd, readable: true, writable: false }) };
}

/** Of the agent's environment these are not for jobs. */
const AGENT_SECRETS: ReadonlySet<string> = new Set(['SYNOD_CONSUL_TOKEN', 'SYNOD_TOKEN']);

/** The agent's environment, the user's, the task's, and what no task may change. */
export function attemptEnvironment(
  base: NodeJS.ProcessEnv,
  order: StartOrder,
  user: HostUser | undefined,
): NodeJS.ProcessEnv {
  return {
    ...Object.fromEntries(Object.entries(base).filter(([name]) => !AGENT_SECRETS.has(name))),
    ...(user === undefined ? {} : { HOME: user.home, USER: user.name, LOGNAME: user.name }),
    ...order.env,
    SYNOD_JOB_ID: order.jobId,
    SYNOD_ATTEMPT: String(order.attempt),
    SYNOD_FENCING_TOKEN: order.fencingToken,
    SYNOD_WORKER_ID: order.workerId,
  };
}

function makeDirectories(files: AttemptDirectory, user: HostUser | undefined): void {
  mkdirSync(files.root, { recursive: true, mode: 0o711 });
  mkdirSync(files.work, { recursive: true, mode: 0o700 });
  if (user !== undefined) chownSync(files.work, user.uid, user.gid);
}

function refuseCwd(cwd: string): LaunchRefused | undefined {
  const stat = statSync(cwd, { throwIfNoEntry: false });
  if (stat?.isDirectory() === true) return undefined;
  const what = stat === undefined ? 'does not exist' : 'is not a directory';
  return { kind: 'refused', outcome: 'failed', exitCode: NOT_EXECUTABLE, message: `working directory ${cwd} ${what}` };
}

/** A file rather than a pipe: it needs nobody to feed it, and `/dev/stdin` can be opened. */
function openStdin(order: StartOrder, files: AttemptDirectory, open: number[]): 'ignore' | number {
  if (order.stdin === '') return 'ignore';
  const path = join(files.root, 'stdin');
  writeFileSync(path, Buffer.from(order.stdin, 'base64'), { mode: 0o600 });
  const fd = openSync(path, 'r');
  open.push(fd);
  unlinkSync(path);
  return fd;
}

function refusedBy(error: unknown, command: string): LaunchRefused {
  const code = errnoOf(error);
  if (HOST_ERRORS.has(code)) {
    return {
      kind: 'refused',
      outcome: 'lost',
      exitCode: null,
      message: `the host could not start it: ${messageOf(error)}`,
    };
  }
  const [exitCode, message] =
    code === 'ENOENT' || code === 'ENOTDIR'
      ? [NOT_FOUND, `command not found: ${command}`]
      : code === 'EACCES' || code === 'EPERM' || code === 'ENOEXEC'
        ? [NOT_EXECUTABLE, `cannot execute ${command}: ${messageOf(error)}`]
        : [NOT_EXECUTABLE, messageOf(error)];
  return { kind: 'refused', outcome: 'failed', exitCode, message };
}
