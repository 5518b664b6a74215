import type { Logger } from '@synod/base';
import type { AttemptProcess } from '../shared/guard-protocol.js';
import { killCgroup } from '../guard/cgroups.js';
import { messageOf } from '../shared/platform.js';
import { allPids, environmentOf, isGroupAlive, isSameProcess, signalGroup } from '../shared/process-table.js';

const POLL_MS = 20;

/** Longer than the kernel needs for any process that isn't stuck in a device. */
const MAX_POLLS = 250;

/** An attempt whose guard died; `process` null when no trace of its process is on disk. */
export interface Orphan {
  readonly key: string;
  readonly jobId: string;
  readonly fencingToken: string;
  readonly process: AttemptProcess | null;
}

/**
 * Kills what a dead guard left behind, and resolves when it is gone. A pid may belong to somebody else by now, so a process
 * is ours only if it is the very one that the guard noted (then its whole group is), or if its environment names the
 * attempt's job and token, which no other attempt has. The latter finds also processes that left the group.
 */
export async function endOrphans(orphans: readonly Orphan[], modules: { readonly log: Logger }): Promise<void> {
  for (let poll = 0; poll < MAX_POLLS; poll++) {
    const left = killOnce(orphans);
    if (left === 0) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  modules.log.error({ attempts: orphans.map((it) => it.key) }, 'processes of a dead guard could not be ended');
}

function killOnce(orphans: readonly Orphan[]): number {
  let left = 0;
  for (const { process: leader } of orphans) {
    if (leader?.cgroup !== undefined) killCgroup(leader.cgroup);
    if (leader === null || !isSameProcess(leader.pid, leader.identity)) continue;
    signalGroup(leader.pid, 'SIGKILL');
    if (isGroupAlive(leader.pid, true)) left += 1;
  }
  const marks = new Set(orphans.map((it) => `${it.jobId} ${it.fencingToken}`));
  for (const pid of allPids()) {
    if (pid === process.pid || !marks.has(markOf(pid))) continue;
    try {
      process.kill(pid, 'SIGKILL');
      left += 1;
    } catch (error) {
      if (messageOf(error).includes('EPERM')) left += 1;
    }
  }
  return left;
}

function markOf(pid: number): string {
  const environment = environmentOf(pid);
  if (environment === undefined) return '';
  const value = (name: string): string =>
    environment.findLast((it) => it.startsWith(`${name}=`))?.slice(name.length + 1) ?? '';
  return `${value('SYNOD_JOB_ID')} ${value('SYNOD_FENCING_TOKEN')}`;
}
