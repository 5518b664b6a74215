import type { AttemptEnd, FencingToken, JobId, JobState, WaitReason } from './job.js';
import type { ScheduleChange } from './commands.js';
import type { FiringDecision } from './schedule.js';
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
  /** The job will run again: its attempt was lost, was ended where it was drained, or failed and its policy says so. */
  | {
      readonly type: 'jobRetried';
      readonly jobId: JobId;
      readonly lostAttempts: number;
      readonly drainedAttempts: number;
      readonly failedAttempts: number;
    }
  /** The job waits until this time; it is ready with the next `jobReady`. */
  | { readonly type: 'jobWaits'; readonly jobId: JobId; readonly reason: WaitReason; readonly untilMs: number }
  /** Somebody gave it another priority or queue. */
  | { readonly type: 'jobChanged'; readonly jobId: JobId; readonly priority: number; readonly queue: string }
  /** A job that had ended runs again, as somebody asked. */
  | { readonly type: 'jobReopened'; readonly jobId: JobId }
  /** `revision` 0: nothing is set of it any more. */
  | { readonly type: 'queueChanged'; readonly queue: string; readonly revision: number; readonly paused: boolean }
  /** The wait is over. Not told of a job that was ready from the first. */
  | { readonly type: 'jobReady'; readonly jobId: JobId }
  | {
      readonly type: 'cancelRequested';
      readonly jobId: JobId;
      /** The attempt to end; undefined when none was under way. */
      readonly attempt: number | undefined;
      readonly workerId: string | undefined;
      readonly fencingToken: FencingToken | undefined;
      /** There, and true, where it is to end without grace. */
      readonly terminate?: true;
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
  | {
      readonly type: 'scheduleChanged';
      readonly scheduleId: string;
      readonly revision: number;
      readonly change: Exclude<ScheduleChange, 'unchanged'>;
    }
  /** What became of one nominal time, or of several in a row: each is in one such event, and in no other. */
  | { readonly type: 'scheduleDecided'; readonly scheduleId: string; readonly decision: FiringDecision }
  /** The job waits for the others of its schedule to finish. */
  | { readonly type: 'jobWaitsForOthers'; readonly jobId: JobId }
  | { readonly type: 'nodeChanged'; readonly nodeId: string; readonly present: boolean };
