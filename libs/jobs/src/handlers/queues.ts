import type { PauseQueue, RedriveQueue, ResetQueue, SetQueue } from '../commands.js';
import type { EntryContext } from '../entry-context.js';
import type { Placement } from '../placement.js';
import type { QueueSettings } from '../queue.js';
import type { JobEntry } from '../state/job-entry.js';
import type { JobsState } from '../state/jobs-state.js';
import type { QueueEntry } from '../state/queue-entry.js';
import type { CompactReply } from '../state/reply-hash.js';
import { reopenJob } from '../transitions.js';

export function setQueue(state: JobsState, entry: EntryContext, command: SetQueue): CompactReply {
  const { queue, ifRevision } = command;
  const refusal = refusalOf(state, queue, ifRevision);
  if (refusal !== undefined) return refusal;
  const known = state.queues.ensure(queue);
  state.queues.set(known, copyOf(command.settings), entry.timeMs, () => keyedJobs(state, queue));
  return changed(entry, known);
}

/** Pausing what is paused changes the reason; resuming what isn't paused changes nothing. */
export function pauseQueue(state: JobsState, entry: EntryContext, command: PauseQueue): CompactReply {
  const { queue, paused, reason } = command;
  const setup = state.queues.find(queue)?.setup;
  if (!paused && setup?.paused !== true) return { type: 'queueChanged', revision: setup?.revision ?? 0 };
  const refusal = refusalOf(state, queue, undefined);
  if (refusal !== undefined) return refusal;
  const known = state.queues.ensure(queue);
  state.queues.pause(known, paused, state.interner.text(reason));
  return changed(entry, known);
}

export function resetQueue(state: JobsState, entry: EntryContext, { queue, ifRevision }: ResetQueue): CompactReply {
  const known = state.queues.find(queue);
  const revision = known?.setup?.revision ?? 0;
  if (ifRevision !== undefined && ifRevision !== revision) {
    return { type: 'refused', refusal: { code: 'revisionMismatch', revision } };
  }
  if (known?.setup === undefined) return { type: 'queueChanged', revision: 0 };
  state.queues.reset(known, () => keyedJobs(state, queue));
  return changed(entry, known);
}

/** Those that ended first, first; cancelled ones are not among them, as somebody wanted them to end. */
export function redriveQueue(state: JobsState, entry: EntryContext, { queue, limit }: RedriveQueue): CompactReply {
  const { maxUnfinishedJobs, maxDeadLetters } = state.options;
  const room = Math.min(limit, maxUnfinishedJobs - state.jobs.unfinishedCount, maxDeadLetters);
  const found: JobEntry[] = [];
  let more = false;
  for (const job of state.jobs.finishedJobs.deadLetters.values()) {
    if (job.interned.spec.queue !== queue) continue;
    if (found.length >= room) {
      more = true;
      break;
    }
    found.push(job);
  }
  for (const job of found) reopenJob(state, entry, job);
  return { type: 'queueRedriven', redriven: found.length, more };
}

function refusalOf(state: JobsState, queue: string, ifRevision: number | undefined): CompactReply | undefined {
  const setup = state.queues.find(queue)?.setup;
  const revision = setup?.revision ?? 0;
  if (ifRevision !== undefined && ifRevision !== revision) {
    return { type: 'refused', refusal: { code: 'revisionMismatch', revision } };
  }
  const { maxQueues } = state.options;
  const isFull = setup === undefined && state.queues.setupCount >= maxQueues;
  return isFull ? { type: 'refused', refusal: { code: 'tooManyQueues', limit: maxQueues } } : undefined;
}

function changed(entry: EntryContext, { queue, setup }: QueueEntry): CompactReply {
  const revision = setup?.revision ?? 0;
  entry.events.push({ type: 'queueChanged', queue, revision, paused: setup?.paused ?? false });
  return { type: 'queueChanged', revision };
}

/** A copy of fixed shape: what a decoder made may carry more. */
function copyOf(settings: QueueSettings): QueueSettings {
  const { maxRunning, maxRunningPerKey, rate, placement, lostAfterMs } = settings;
  const limit = rate === undefined ? undefined : { tokens: rate.tokens, perMs: rate.perMs, burst: rate.burst };
  return { maxRunning, maxRunningPerKey, rate: limit, placement: placement && copyOfPlacement(placement), lostAfterMs };
}

/** Options of which none is set are none: they would be hashed as the same and imaged as another thing. */
function copyOfPlacement({ policy, options = {} }: Placement): Placement {
  const { choices, loadFactorPercent, spreadLabel } = options;
  const copy = {
    ...(choices === undefined ? {} : { choices }),
    ...(loadFactorPercent === undefined ? {} : { loadFactorPercent }),
    ...(spreadLabel === undefined ? {} : { spreadLabel }),
  };
  return Object.keys(copy).length === 0 ? { policy } : { policy, options: copy };
}

/** Looks through all jobs: a limit by key is set seldom, and only then is this called. */
export function* keyedJobs(state: JobsState, queue: string): IterableIterator<JobEntry> {
  for (const job of state.jobs.values()) {
    const { spec } = job.interned;
    if (spec.limitKey === undefined || spec.queue !== queue) continue;
    if (job.state === 'ready' || job.state === 'assigned' || job.state === 'running') yield job;
  }
}
