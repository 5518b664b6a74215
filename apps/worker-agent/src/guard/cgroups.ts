import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Logger, Timers } from '@synod/base';
import type { ExecLimits } from '@synod/jobs';
import { messageOf } from '../shared/platform.js';
import { GuardError } from './errors.js';

const POLL_MS = 20;
const CPU_PERIOD_US = 100_000;
/** What `DelegateSubgroup=` of a systemd unit should be: processes may not lie in a group that hands out controllers. */
const AGENT_SUBGROUP = 'agent';
const CONTROLLERS = ['memory', 'cpu', 'pids'] as const;

/** Everything that an attempt started, wherever it put itself. */
export interface Containment {
  /** Directory of its control group. */
  readonly path: string;
  /** SIGKILL to all, at once. */
  kill(): void;
  /** Kills what is left; resolves when nobody lives in it and it is gone. */
  end(): Promise<void>;
}

/** Control groups (v2) of attempts, below one that was given to this agent. */
export class Cgroups {
  private constructor(
    private readonly root: string,
    private readonly modules: { readonly timers: Timers; readonly log: Logger },
  ) {}

  /**
   * `setting` is the directory of a group that is delegated to this agent, or `auto`: the agent's own, or its parent when its own
   * is called `agent`. Ends what an earlier guard left in it. Throws `cgroupUnusable`.
   */
  static open(setting: string, data: string, modules: { readonly timers: Timers; readonly log: Logger }): Cgroups {
    const base = setting === 'auto' ? ownCgroup() : setting;
    if (base === undefined || !existsSync(join(base, 'cgroup.procs'))) {
      throw new GuardError({ code: 'cgroupUnusable', path: base ?? '' }, `${base ?? 'auto'} is no control group (v2)`);
    }
    const root = join(base, `synod-${createHash('sha1').update(data).digest('hex').slice(0, 12)}`);
    try {
      enableControllers(base, modules.log);
      mkdirSync(root, { recursive: true });
      enableControllers(root, modules.log);
    } catch (error) {
      throw new GuardError(
        { code: 'cgroupUnusable', path: base },
        `the control group ${base} can't be used: ${messageOf(error)}; delegate one to the agent`,
      );
    }
    const cgroups = new Cgroups(root, modules);
    for (const name of readdirSync(root, { withFileTypes: true })) {
      if (!name.isDirectory()) continue;
      modules.log.warn({ attempt: name.name }, 'a control group of an earlier guard is ended');
      void cgroups.containment(name.name).end();
    }
    return cgroups;
  }

  /** A group for this attempt, with those of the limits that can be set; `missing` names the others. */
  create(key: string, limits: ExecLimits | undefined): { readonly group: Containment; readonly missing: string[] } {
    const path = join(this.root, key);
    mkdirSync(path, { recursive: true });
    const missing = cgroupLimits(limits).flatMap(({ name, file, value }) => {
      try {
        // Opened only if it is there: what is created beside it would be no limit.
        if (existsSync(join(path, file))) writeFileSync(join(path, file), value);
        else return [name];
        return [];
      } catch (error) {
        this.modules.log.warn({ key, limit: name, error: messageOf(error) }, 'a limit could not be set');
        return [name];
      }
    });
    return { group: this.containment(key), missing };
  }

  private containment(key: string): Containment {
    const path = join(this.root, key);
    return {
      path,
      kill: () => killCgroup(path),
      end: () =>
        new Promise((resolve) => {
          const look = (): void => {
            killCgroup(path);
            if (removed(path)) resolve();
            else this.modules.timers.after(POLL_MS, look);
          };
          look();
        }),
    };
  }
}

/** SIGKILL to all in this group and below. A group that is gone is fine. */
export function killCgroup(path: string): void {
  try {
    if (existsSync(join(path, 'cgroup.kill'))) return writeFileSync(join(path, 'cgroup.kill'), '1');
    // Before Linux 5.14.
    for (const pid of readFileSync(join(path, 'cgroup.procs'), 'utf8').split('\n')) {
      if (pid !== '') process.kill(Number(pid), 'SIGKILL');
    }
  } catch {
    // Somebody of it, or all of it, has gone meanwhile: the caller looks again.
  }
}

/** The limits of a control group that are asked for. */
export function cgroupLimits(limits: ExecLimits | undefined): { name: string; file: string; value: string }[] {
  if (limits === undefined) return [];
  const { memoryMaxBytes, cpuMaxPercent, pidsMax } = limits;
  const quota = Math.max(1_000, Math.round((cpuMaxPercent * CPU_PERIOD_US) / 100));
  return [
    ...(memoryMaxBytes > 0 ? [{ name: 'memory', file: 'memory.max', value: String(memoryMaxBytes) }] : []),
    ...(cpuMaxPercent > 0 ? [{ name: 'cpu', file: 'cpu.max', value: `${quota} ${CPU_PERIOD_US}` }] : []),
    ...(pidsMax > 0 ? [{ name: 'pids', file: 'pids.max', value: String(pidsMax) }] : []),
  ];
}

function removed(path: string): boolean {
  try {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (entry.isDirectory()) removed(join(path, entry.name));
    }
    rmdirSync(path);
    return true;
  } catch {
    return !existsSync(path);
  }
}

/** Hands the controllers that are there down to the groups below; those that aren't are missed when they are asked for. */
function enableControllers(path: string, log: Logger): void {
  const there = readFileSync(join(path, 'cgroup.controllers'), 'utf8').trim().split(' ');
  for (const controller of CONTROLLERS.filter((name) => there.includes(name))) {
    try {
      writeFileSync(join(path, 'cgroup.subtree_control'), `+${controller}`);
    } catch (error) {
      log.warn(
        { path, controller, error: messageOf(error) },
        'a controller is not handed down: its limits are not to be had',
      );
    }
  }
}

function ownCgroup(): string | undefined {
  try {
    const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
    const mount = mounts.find((line) => line.includes(' - cgroup2 '))?.split(' ')[4];
    const own = /^0::(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1];
    if (mount === undefined || own === undefined) return undefined;
    const path = join(mount, own);
    return basename(path) === AGENT_SUBGROUP ? dirname(path) : path;
  } catch {
    return undefined;
  }
}
