import { assert } from '@synod/base';
import type { JobEntry } from './state/job-entry.js';
import type { JobsState } from './state/jobs-state.js';
import { isAssignedFirst } from './state/ordered-jobs.js';
import type { QueueEntry } from './state/queue-entry.js';

interface Counted {
  readonly queue: string;
  readonly counts: Partial<Record<JobEntry['state'], number>>;
  /** By key: jobs with an attempt under way, open and parked ones. */
  readonly keys: Map<string, { active: number; open: JobEntry[]; parked: JobEntry[] }>;
}

/** J11: what queues count is what their jobs say, and of each key the first are open, as many as its limit leaves room for. */
export function checkQueues(state: JobsState): void {
  const counted = countAll(state);
  for (const { queue, counts, keys } of counted.values()) {
    const entry = state.queues.find(queue);
    assert(entry !== undefined, 'J11 a queue with jobs is known', () => queue);
    for (const [jobState, count] of Object.entries(entry.counts)) {
      assert((counts[jobState as JobEntry['state']] ?? 0) === count, 'J11 jobs are counted by queue', () => queue);
    }
    checkKeys(entry, keys);
  }
  for (const entry of state.queues.entries()) {
    assert(counted.has(entry.queue) || entry.setup !== undefined, 'J11 an empty queue is none', () => entry.queue);
    const setup = entry.setup;
    const hasKeys = (setup?.settings.maxRunningPerKey ?? 0) > 0;
    assert(hasKeys === (entry.keys !== undefined), 'J11 keys are grouped while there is a limit', () => entry.queue);
    const isWithin = setup === undefined || setup.bucket.units >= 0;
    assert(isWithin, 'J11 a rate is never exceeded', () => entry.queue);
  }
}

function countAll(state: JobsState): Map<string, Counted> {
  const all = new Map<string, Counted>();
  for (const job of state.jobs.values()) {
    const { queue, limitKey } = job.interned.spec;
    let counted = all.get(queue);
    if (counted === undefined) all.set(queue, (counted = { queue, counts: {}, keys: new Map() }));
    counted.counts[job.state] = (counted.counts[job.state] ?? 0) + 1;
    assert(!job.parked || job.state === 'ready', 'J11 only ready jobs are parked', () => job.jobId);
    const isActive = job.state === 'assigned' || job.state === 'running';
    if (limitKey === undefined || !(isActive || job.state === 'ready')) {
      assert(!job.parked, 'J11 a job without a key waits for no other', () => job.jobId);
      continue;
    }
    let key = counted.keys.get(limitKey);
    if (key === undefined) counted.keys.set(limitKey, (key = { active: 0, open: [], parked: [] }));
    if (isActive) key.active += 1;
    else (job.parked ? key.parked : key.open).push(job);
  }
  return all;
}

function checkKeys({ keys, queue }: QueueEntry, counted: Counted['keys']): void {
  if (keys === undefined) {
    for (const { parked } of counted.values()) assert(parked.length === 0, 'J11 no limit parks no job', () => queue);
    return;
  }
  const groups = new Map(keys.groups());
  assert(groups.size === counted.size, 'J11 the groups are those of the jobs', () => queue);
  let waiting = 0;
  for (const [key, { active, open, parked }] of counted) {
    const at = () => `${queue} ${key}`;
    const group = groups.get(key);
    assert(group?.active === active && group.open.length === open.length, 'J11 limits are held by attempts', at);
    assert((group.parked?.size ?? 0) === parked.length, 'J11 parked jobs are counted', at);
    const room = Math.max(0, keys.limit - active);
    assert(open.length <= room, 'J11 no more jobs of a key are open than may start', at);
    assert(parked.length === 0 || open.length === room, 'J11 a job of a key is parked only when it must be', at);
    for (const waits of parked) {
      assert(
        open.every((job) => isAssignedFirst(job, waits)),
        'J11 the first jobs of a key are open',
        at,
      );
    }
    waiting += parked.length;
  }
  assert(waiting === keys.waiting, 'J11 parked jobs are counted', () => queue);
}
