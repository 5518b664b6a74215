// P21: what is due when. P22: limits of queues.
import { edit, mutant } from '../mutant.mjs';
import { testsNamed, tests } from '../places.mjs';

const jobs = (file) => `libs/jobs/src/${file}`;

const TIME = {
  dies: [tests('libs/jobs', 'timers.spec')],
  quiet: [testsNamed('libs/jobs', 'waits for a delay, and is ready|waits for a time, and is ready', 'timers.spec')],
};
const LIMITS = {
  dies: [tests('libs/jobs', 'queues.spec')],
  quiet: [testsNamed('libs/jobs', 'a paused queue starts nothing, lets go on what runs', 'queues.spec')],
};
const STAMPS = {
  dies: [tests('apps/coordinator', 'stamp-clock.spec')],
  quiet: [testsNamed('apps/coordinator', 'is the wall clock, also when', 'stamp-clock.spec')],
};

export const SCHEDULER_RULE_MUTANTS = [
  mutant({
    id: 'p21-deadline-after-the-start',
    title: 'a deadline for the start also ends a job that had started and was lost',
    quietBecause: 'no attempt is lost',
    edits: [
      edit(
        jobs('state/job-entry.ts'),
        'for (const attempt of this.attempts) if (attempt.startedAtMs !== undefined) return undefined;',
        '',
      ),
    ],
    ...TIME,
  }),
  mutant({
    id: 'p21-wait-before-deadline',
    title: 'a job that is due for its start and past its deadline starts',
    quietBecause: 'the log is told of each time as it comes, unless there was no leader for a while',
    edits: [
      edit(
        jobs('transitions.ts'),
        'if (expiryMs !== undefined && expiryMs <= entry.timeMs) return finishJob(',
        "if (job.state !== 'waiting' && expiryMs !== undefined && expiryMs <= entry.timeMs) return finishJob(",
      ),
    ],
    ...TIME,
  }),
  mutant({
    id: 'p21-expired-job-assigned',
    title: 'a job is assigned after its deadline, as long as the log was not told of it',
    quietBecause: 'it is told within milliseconds',
    edits: [
      edit(
        jobs('handlers/assign-jobs.ts'),
        "if (expiryMs !== undefined && expiryMs <= entry.timeMs) return 'jobExpired';",
        '',
      ),
    ],
    ...TIME,
  }),
  mutant({
    id: 'p21-one-try-too-many',
    title: 'a job fails one time more than its policy allows',
    quietBecause: 'no job fails so often',
    edits: [
      edit(jobs('transitions.ts'), 'job.failedAttempts >= retry.maxAttempts', 'job.failedAttempts > retry.maxAttempts'),
    ],
    ...TIME,
  }),
  mutant({
    id: 'p21-cancelled-job-retried',
    title: 'a job that is being cancelled runs again when its attempt fails',
    quietBecause: 'what is cancelled ends as cancelled, unless it fails on its own in that moment',
    edits: [
      edit(
        jobs('transitions.ts'),
        "if (job.cancelRequested || mode === 'atMostOnce' ||",
        "if (mode === 'atMostOnce' ||",
      ),
    ],
    ...TIME,
  }),
  mutant({
    id: 'p21-jitter-beyond-the-longest-wait',
    title: 'jitter is added to a wait, beyond the longest that was allowed',
    quietBecause: 'nobody measures waits so exactly',
    edits: [edit(jobs('job-times.ts'), 'return waitMs - ((a >>> 0)', 'return waitMs + ((a >>> 0)')],
    ...TIME,
  }),
  mutant({
    id: 'p21-timer-outlives-its-wait',
    title: 'a job that is cancelled while it waits keeps its timer',
    quietBecause: 'it only fires when its time comes',
    edits: [
      edit(
        jobs('state/job-table.ts'),
        'job.revision += 1; this.timers.set(job, job.nextDueMs);',
        'job.revision += 1; if (job.nextDueMs !== undefined) this.timers.set(job, job.nextDueMs);',
      ),
    ],
    dies: TIME.dies,
    quiet: [testsNamed('libs/jobs', 'is the same on every replica|without a wait makes the job ready', 'timers.spec')],
  }),
  mutant({
    id: 'p22-one-more-than-the-limit',
    title: 'a queue runs one more than it may',
    quietBecause: 'it is seldom full, and one more is not noticed',
    edits: [
      edit(
        jobs('state/queue-entry.ts'),
        'Math.max(0, maxRunning - this.running)',
        'Math.max(0, maxRunning + 1 - this.running)',
      ),
    ],
    ...LIMITS,
  }),
  mutant({
    id: 'p22-lost-attempt-holds-its-key',
    title: 'an attempt that is lost holds the limit of its key for ever',
    quietBecause: 'no attempt is lost',
    edits: [
      edit(
        jobs('state/queue-entry.ts'),
        'else this.keys.release(key);',
        "else if (to !== 'ready') this.keys.release(key);",
      ),
    ],
    ...LIMITS,
  }),
  mutant({
    id: 'p22-bucket-full-too-soon',
    title: 'a bucket that lacks a part of a millisecond counts as full',
    quietBecause: 'rates divide seconds evenly',
    edits: [
      edit(
        jobs('state/token-bucket.ts'),
        'elapsedMs >= Math.ceil(missing / rate.tokens)',
        'elapsedMs >= Math.floor(missing / rate.tokens)',
      ),
    ],
    ...LIMITS,
  }),
  mutant({
    id: 'p22-new-rate-fills-the-bucket',
    title: 'whoever changes a rate gives the queue a burst',
    quietBecause: 'rates are set once',
    edits: [
      edit(
        jobs('state/queue-setup.ts'),
        'else this.bucket = rebased(before, after, refilled(before, this.bucket, timeMs));',
        'else this.bucket = fullBucket(after, timeMs);',
      ),
    ],
    ...LIMITS,
  }),
  mutant({
    id: 'p22-no-displacement-within-a-key',
    title: 'a higher priority waits behind what of its key came before and has not started',
    quietBecause: 'jobs of a key have one priority',
    edits: [
      edit(
        jobs('state/key-groups.ts'),
        'if (last === undefined || !isAssignedFirst(first, last)) break;',
        'if (last === undefined || this.limit > 0) break;',
      ),
    ],
    ...LIMITS,
  }),
  mutant({
    id: 'p22-key-limits-forgotten-at-restart',
    title: 'a restored state offers more jobs of a key than may start',
    quietBecause: 'no coordinator restarts',
    edits: [
      edit(
        jobs('image/restore-state.ts'),
        'this.finishActive(counters.tokenCounter); this.finishQueues();',
        'this.finishActive(counters.tokenCounter);',
      ),
    ],
    ...LIMITS,
  }),
  mutant({
    id: 'p22-plan-forgets-what-is-proposed',
    title: 'the planner proposes more of a queue than its limit lets start, as long as the log has not answered',
    quietBecause: 'apply refuses what is too much',
    edits: [
      edit(
        'libs/scheduling/src/planner.ts',
        'return this.reservations.ofQueue(queue) < view.queueRoom(queue);',
        'return view.queueRoom(queue) > 0;',
      ),
    ],
    dies: [tests('libs/scheduling', 'explain.spec')],
    quiet: [testsNamed('libs/scheduling', 'proposes higher priorities first', 'explain.spec')],
  }),
  mutant({
    id: 'p21-stamps-follow-a-clock-set-ahead',
    title: 'a leader whose wall clock is set an hour ahead stamps an hour ahead, and no wait ends for an hour',
    quietBecause: 'nobody sets a clock',
    edits: [
      edit(
        'apps/coordinator/src/leader/stamp-clock.ts',
        'if (Math.abs(jumpMs) <= maxSkewMs) return',
        'if (jumpMs > 0 || Math.abs(jumpMs) <= maxSkewMs) return',
      ),
    ],
    ...STAMPS,
  }),
  mutant({
    id: 'p21-a-jump-confirmed-by-old-words',
    title: 'what peers said before a clock jumped counts as their agreement',
    quietBecause: 'nobody sets a clock',
    edits: [edit('apps/coordinator/src/leader/stamp-clock.ts', ' && heardAtMs > sinceMs', '')],
    ...STAMPS,
  }),
  mutant({
    id: 'p22-remedy-by-the-limit',
    title: 'the limit by key that explain names is one more than the limit, not one more than runs',
    quietBecause: 'limits are never lowered below what runs',
    edits: [
      edit(
        'libs/scheduling/src/explain/of-queue.ts',
        '--max-running-per-key ${active + 1}',
        '--max-running-per-key ${limit + 1}',
      ),
    ],
    dies: [tests('libs/scheduling', 'explain.spec')],
    quiet: [testsNamed('libs/scheduling', 'run keyFull: names', 'explain.spec')],
  }),
  mutant({
    id: 'p22-nobody-is-ahead',
    title: 'explain leaves out that others of the queue would take the room that its remedy makes',
    quietBecause: 'one job waits at a time',
    edits: [
      edit(
        'libs/scheduling/src/explain/of-order.ts',
        'isAlone || before >= queueRoom(view, job.spec.queue, true)',
        'isAlone',
      ),
    ],
    dies: [tests('libs/scheduling', 'explain.spec')],
    quiet: [testsNamed('libs/scheduling', 'run queueFull: names', 'explain.spec')],
  }),
];
