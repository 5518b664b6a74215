import type { AttemptEnd, FencingToken, JobId, JobState } from './job.js';
import type { WorkerScheduling, WorkerState } from './worker.js';

/** What a command changed. Every replica produces the same events at the same place: cursor = (slot, index). */
export type JobEvent =
  | { readonly type: 'jobSubmitted'; readonly jobId: JobId }
  | {
      readonly type: 'attemptAssigned';
      readonly jobId: JobId;
      readonly attempt: number;
      readonly fencingToken: FencingToken;
      readonly workerId: string;
      readonly workerIncarnation: number;
    }
  | { readonly type: 'attemptStarted'; readonly jobId: JobId; readonly attempt: number; readonly workerId: string }
  | {
      readonly type: 'attemptFinished';
      readonly jobId: JobId;
      readonly attempt: number;
      readonly fencingToken: FencingToken;
      readonly workerId: string;
      readonly end: AttemptEnd;
    }
  /** The job will run again, because its attempt was lost, or ended where it was drained. */
  | {
      readonly type: 'jobRetried';
      readonly jobId: JobId;
      readonly lostAttempts: number;
      readonly drainedAttempts: number;
    }
  | {
      readonly type: 'cancelRequested';
      readonly jobId: JobId;
      /** The attempt to end; undefined when none was under way. */
      readonly attempt: number | undefined;
      readonly workerId: string | undefined;
      readonly fencingToken: FencingToken | undefined;
    }
  /** The job reached its final state. */
  | { readonly type: 'jobFinished'; readonly jobId: JobId; readonly state: JobState }
  | { readonly type: 'reportRefused'; readonly jobId: JobId; readonly attempt: number; readonly workerId: string }
  | {
      readonly type: 'workerChanged';
      readonly workerId: string;
      readonly incarnation: number;
      readonly state: WorkerState;
    }
  | {
      readonly type: 'workerSchedulingChanged';
      readonly workerId: string;
      readonly scheduling: WorkerScheduling;
      readonly evictAtMs: number | undefined;
      readonly reason: string;
    }
  /** The worker is drained, and its time is over: the attempt is to end there and to run elsewhere. */
  | {
      readonly type: 'evictionRequested';
      readonly jobId: JobId;
      readonly attempt: number;
      readonly workerId: string;
      readonly fencingToken: FencingToken;
    }
  | { readonly type: 'nodeChanged'; readonly nodeId: string; readonly present: boolean };
