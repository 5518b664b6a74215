import { readFileSync, readdirSync } from 'node:fs';
import { errnoOf } from './platform.js';

/**
 * Who a process is beyond its pid, which the kernel gives out again: its start in clock ticks and the boot it belongs to.
 * Empty where there is no /proc; such an identity equals nothing, so nothing is ever signalled on a guess.
 */
export type ProcessIdentity = string;

interface ProcessFacts {
  readonly state: string;
  readonly group: number;
  readonly startTicks: string;
}

let bootId: string | undefined;

function currentBoot(): string {
  if (bootId === undefined) {
    try {
      bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    } catch {
      bootId = '';
    }
  }
  return bootId;
}

function processFacts(pid: number): ProcessFacts | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The command's name is in parentheses and may hold anything; what follows the last one are numbers.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', group: Number(fields[2]), startTicks: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}

function isEnded(facts: ProcessFacts): boolean {
  return facts.state === 'Z' || facts.state === 'X';
}

export function processIdentity(pid: number): ProcessIdentity {
  const facts = processFacts(pid);
  return facts === undefined ? '' : `${currentBoot()}/${facts.startTicks}`;
}

/** Whether this very process lives (a zombie doesn't). */
export function isSameProcess(pid: number, identity: ProcessIdentity): boolean {
  const facts = processFacts(pid);
  return (
    facts !== undefined && !isEnded(facts) && identity !== '' && identity === `${currentBoot()}/${facts.startTicks}`
  );
}

/** All pids there are; empty without /proc. */
export function allPids(): number[] {
  try {
    return readdirSync('/proc')
      .map(Number)
      .filter((pid) => Number.isInteger(pid));
  } catch {
    return [];
  }
}

/** Sends a signal to a whole group; false when the group is gone. */
export function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-group, signal);
    return true;
  } catch (error) {
    // EPERM: there are members, but of another user; they live.
    return errnoOf(error) === 'EPERM';
  }
}

/**
 * Whether a member of the group lives. `thorough` also asks whether they are more than zombies: those of processes whose
 * parent has died stay for ever on a host whose first process doesn't reap them.
 */
export function isGroupAlive(group: number, thorough: boolean): boolean {
  if (!signalGroup(group, 0)) return false;
  const pids = thorough ? allPids() : [];
  if (pids.length === 0) return true;
  return pids.some((pid) => {
    const facts = processFacts(pid);
    return facts !== undefined && facts.group === group && !isEnded(facts);
  });
}

/** Environment that a live process was started with; undefined when it may not be read or is gone. */
export function environmentOf(pid: number): string[] | undefined {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return undefined;
  }
}
