import type { AttemptRef } from '../commands.js';
import type { AttemptEntry } from '../state/job-entry.js';

/** Whether this attempt of the job that `ref` names is the one meant. The token alone decides; a wrong number is a wrong ref. */
export function refersTo(ref: AttemptRef, attempt: AttemptEntry): boolean {
  const { generation, counter } = attempt.fencingToken;
  return (
    ref.attempt === attempt.attempt &&
    ref.fencingToken.counter === counter &&
    ref.fencingToken.generation === generation
  );
}
