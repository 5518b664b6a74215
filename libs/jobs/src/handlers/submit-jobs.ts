import type { CommandEnvelope, SubmitJobs } from '../commands.js';
import { createJob } from '../create-job.js';
import type { EntryContext } from '../entry-context.js';
import { OWN_PLACEMENT_FEATURE_LEVEL } from '../feature-levels.js';
import type { JobSpec } from '../job.js';
import { HashLanes } from '../state/hash-lanes.js';
import type { InternedSpec } from '../state/interned-spec.js';
import type { JobsState } from '../state/jobs-state.js';
import type { CompactReply } from '../state/reply-hash.js';
import { beginJob } from '../transitions.js';
import { RECORD_KINDS } from '../state/state-hash.js';

/** All jobs of the command or none; a known idempotency key gives the jobs that were made under it. */
export function submitJobs(
  state: JobsState,
  entry: EntryContext,
  command: SubmitJobs,
  { principal }: CommandEnvelope,
): CompactReply {
  const { options, jobs, interner } = state;
  const { specs, idempotencyKey } = command;
  if (specs.length > options.maxJobsPerCommand) return tooManyJobs(options.maxJobsPerCommand);

  const ignoresOwnPlacement = state.featureLevel < OWN_PLACEMENT_FEATURE_LEVEL;
  const interned = specs.map((spec) => interner.intern(ignoresOwnPlacement ? withoutOwnPlacement(spec) : spec));
  const { a: specsHashA, b: specsHashB } = hashOf(interned);
  if (idempotencyKey !== '') {
    const known = state.keys.find(idempotencyKey, entry.timeMs);
    if (known !== undefined) {
      const equal = known.specsHashA === specsHashA && known.specsHashB === specsHashB && known.count === specs.length;
      if (!equal) return { type: 'refused', refusal: { code: 'idempotencyKeyReused', idempotencyKey } };
      const { slot, firstIndex, count } = known;
      return { type: 'submittedRange', slot, firstIndex, count, replayed: true };
    }
  }
  // After the key: an answer once given is given again, whatever the load is now.
  if (jobs.unfinishedCount + specs.length > options.maxUnfinishedJobs) return tooManyJobs(options.maxUnfinishedJobs);

  const { slot, nextJobIndex: firstIndex } = entry;
  const sharedPrincipal = interner.text(principal);
  for (const spec of interned) beginJob(state, entry, createJob(state, entry, spec, sharedPrincipal));
  const range = { slot, firstIndex, count: specs.length };
  if (idempotencyKey !== '') {
    const keyed = { key: idempotencyKey, specsHashA, specsHashB, ...range, atMs: entry.timeMs };
    state.keys.add({ ...keyed, lifetimeMs: command.idempotencyKeyLifetimeMs }, state.nextOrder());
  }
  return { type: 'submittedRange', ...range, replayed: false };
}

/** As a program of a lower level reads it. */
function withoutOwnPlacement(spec: JobSpec): JobSpec {
  if (spec.ownPlacement === undefined) return spec;
  const { ownPlacement: _, ...rest } = spec;
  return rest;
}

function hashOf(specs: readonly InternedSpec[]): HashLanes {
  const lanes = new HashLanes().begin(RECORD_KINDS.spec);
  for (const { hashA, hashB } of specs) lanes.word(hashA).word(hashB);
  return lanes.finish();
}

function tooManyJobs(limit: number): CompactReply {
  return { type: 'refused', refusal: { code: 'tooManyJobs', limit } };
}
