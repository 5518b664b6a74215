import type { FencingToken, JobRecord, JobState } from './job.js';

/** Whether a fencing token may still write. */
export interface FenceCheck {
  /** It is the token of the job's newest attempt, and that attempt has not ended. */
  readonly current: boolean;
  /** Of the newest attempt; undefined before the first. A resource that remembers the highest token it saw may refuse all below. */
  readonly newestToken: FencingToken | undefined;
  readonly jobState: JobState;
}

/** Of a job as it is now: linearizable if the record was read so. */
export function checkFence({ state, attempts }: JobRecord, token: FencingToken): FenceCheck {
  const newest = attempts.at(-1);
  const current =
    newest !== undefined &&
    newest.end === undefined &&
    newest.fencingToken.generation === token.generation &&
    newest.fencingToken.counter === token.counter;
  return { current, newestToken: newest?.fencingToken, jobState: state };
}
