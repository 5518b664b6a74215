import type { AttemptReport, ReportAttempts, ReportOutcome } from '../commands.js';
import type { EntryContext } from '../entry-context.js';
import type { AttemptEnd } from '../job.js';
import type { AttemptEntry, JobEntry } from '../state/job-entry.js';
import type { JobsState } from '../state/jobs-state.js';
import type { CompactReply } from '../state/reply-hash.js';
import { finishAttempt, loseAttempt, startAttempt } from '../transitions.js';
import { refersTo } from './attempt-ref.js';

/**
 * What a worker says of its attempts, one by one. The fencing token decides, not the worker's incarnation: a report that an
 * older incarnation sent is true as long as its attempt was not lost.
 */
export function reportAttempts(state: JobsState, entry: EntryContext, command: ReportAttempts): CompactReply {
  const { workerId } = command;
  const outcomes = command.reports.map((report) => {
    const outcome = applyReport(state, entry, workerId, report);
    if (outcome === 'stale') {
      entry.events.push({ type: 'reportRefused', jobId: report.jobId, attempt: report.attempt, workerId });
    }
    return outcome;
  });
  return { type: 'attemptsReported', outcomes };
}

function applyReport(state: JobsState, entry: EntryContext, workerId: string, report: AttemptReport): ReportOutcome {
  const job = state.jobs.find(report.jobId);
  const attempt = job?.attempts.find((candidate) => candidate.workerId === workerId && refersTo(report, candidate));
  if (job === undefined || attempt === undefined) return 'stale';
  if (!attempt.isActive) return isRepeated(report, attempt) ? 'duplicate' : 'stale';
  return applyToActive(state, entry, job, attempt, report);
}

function applyToActive(
  state: JobsState,
  entry: EntryContext,
  job: JobEntry,
  attempt: AttemptEntry,
  report: AttemptReport,
): ReportOutcome {
  const { startedAtMs, finishedAtMs, end } = report;
  // Without an end the report says that the attempt started, with or without the time.
  const starts = job.state === 'assigned' && (end === undefined || startedAtMs !== undefined);
  if (starts) startAttempt(state, entry, job, attempt, startedAtMs ?? entry.timeMs);
  if (end === undefined) return starts ? 'applied' : 'duplicate';
  if (end.outcome === 'lost') {
    // A worker that drains ends what it can't wait for.
    const drained = state.workers.get(attempt.workerId)?.scheduled.scheduling === 'draining';
    loseAttempt(state, entry, job, end, finishedAtMs, drained);
  } else {
    finishAttempt(state, entry, job, end, finishedAtMs);
  }
  return 'applied';
}

/** Whether an ended attempt's report says nothing new: its start, or the very end that was reported before. */
function isRepeated({ end }: AttemptReport, attempt: AttemptEntry): boolean {
  const known = attempt.end as AttemptEnd;
  if (end === undefined) return known.outcome !== 'lost';
  return (
    end.outcome === known.outcome &&
    end.exitCode === known.exitCode &&
    end.signal === known.signal &&
    // The state machine adds to the message of a lost attempt what follows from the loss.
    (known.message === end.message || (end.outcome === 'lost' && known.message.startsWith(`${end.message}; `))) &&
    end.result === known.result &&
    end.stdoutTail === known.stdoutTail &&
    end.stderrTail === known.stderrTail
  );
}
