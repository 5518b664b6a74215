import type { JobSpec, JobState } from './job.js';
import type { JobFilter } from './state-machine-port.js';

/** Whether a job, or what is known of one, is among those that a filter wants. */
export function matchesFilter(
  { state, spec }: { readonly state: JobState; readonly spec: Pick<JobSpec, 'queue' | 'labels'> },
  { states, queue, labels = {} }: JobFilter,
): boolean {
  if (states.length > 0 && !states.includes(state)) return false;
  if (queue !== '' && queue !== spec.queue) return false;
  for (const label in labels) {
    if (!Object.hasOwn(spec.labels, label) || spec.labels[label] !== labels[label]) return false;
  }
  return true;
}
