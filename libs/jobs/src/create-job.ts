import type { EntryContext } from './entry-context.js';
import type { Firing } from './schedule.js';
import type { InternedSpec } from './state/interned-spec.js';
import { JobEntry } from './state/job-entry.js';
import type { JobsState } from './state/jobs-state.js';

/** A new job of this entry, in no state that it could run from yet: `beginJob` follows. */
export function createJob(
  state: JobsState,
  entry: EntryContext,
  interned: InternedSpec,
  principal: string,
  firing?: Firing,
): JobEntry {
  const { slot, nextJobIndex: index } = entry;
  entry.nextJobIndex += 1;
  const job = new JobEntry(state.options.groupId, slot, index, interned, entry.timeMs, principal, firing);
  state.jobs.add(job);
  entry.events.push({ type: 'jobSubmitted', jobId: job.jobId });
  return job;
}
