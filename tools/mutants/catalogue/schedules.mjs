// P23: a nominal time that is lost, or decided twice; jobs of a schedule side by side.
import { edit, mutant } from '../mutant.mjs';
import { tests, testsNamed } from '../places.mjs';

const jobs = (file) => `libs/jobs/src/${file}`;
const FIRE = jobs('handlers/fire-schedules.ts');
const IN_JOBS = {
  dies: [tests('libs/jobs', 'schedules.spec', 'schedules-model.spec')],
  quiet: [testsNamed('libs/jobs', 'submits a job for a nominal time that is due|is skipped by skip', 'schedules.spec')],
};
const IN_CRON = { dies: [tests('libs/cron', 'dst.spec')], quiet: [tests('libs/cron', 'cron.spec')] };

export const SCHEDULE_MUTANTS = [
  mutant({
    id: 'p23-proposal-of-a-past-state',
    title: 'a proposal counts although other times were decided since it was computed',
    quietBecause: 'one leader proposes, and waits for each answer',
    edits: [edit(FIRE, ' && schedule.decidedThroughMs === due.afterMs', '')],
    ...IN_JOBS,
  }),
  mutant({
    id: 'p23-proposal-of-another-definition',
    title: 'times of a definition that was replaced are decided by the new one',
    quietBecause: 'nobody changes a schedule in the moment at which it is due',
    edits: [edit(FIRE, 'schedule.revision === due.revision && ', '')],
    ...IN_JOBS,
  }),
  mutant({
    id: 'p23-ahead-of-time',
    title: 'a leader whose clock is ahead decides times that have not come',
    quietBecause: 'clocks agree',
    edits: [edit(FIRE, 'if (firingTimeMs(schedule.scheduleId, schedule.rules, time) > timeMs) return false;', '')],
    ...IN_JOBS,
  }),
  mutant({
    id: 'p23-latest-in-each-portion',
    title: 'of a long past, the newest time of each portion is caught up with, not the newest of all',
    quietBecause: 'a leader is never away for so long that its past has two portions',
    edits: [edit(FIRE, 'at === due.nominalMs.length - 1 && !due.more', 'at === due.nominalMs.length - 1')],
    ...IN_JOBS,
  }),
  mutant({
    id: 'p23-retry-is-no-run',
    title: 'a job that failed and waits for its next try does not count as one that runs',
    quietBecause: 'no job fails',
    edits: [edit(jobs('state/schedule-table.ts'), "job.waitReason === 'overlap'", 'job.waitReason !== undefined')],
    ...IN_JOBS,
  }),
  mutant({
    id: 'p23-next-beside-another',
    title: 'what waits begins at the end of any job of its schedule, though another still runs',
    quietBecause: 'there is never more than one, unless somebody triggers one beside it',
    edits: [edit(jobs('transitions.ts'), ' || state.schedules.activeCount(firing.scheduleId) > 0', '')],
    ...IN_JOBS,
  }),
  mutant({
    id: 'p23-active-ended-first',
    title: 'a newer firing ends what runs before what waits, which so begins',
    quietBecause: 'nothing waits where firings end each other, unless the policy was another before',
    edits: [
      edit(
        jobs('firing.ts'),
        'for (const job of state.schedules.waiting(scheduleId)) end(job);\n  for (const job of state.schedules.active(scheduleId)) end(job);',
        'for (const job of state.schedules.active(scheduleId)) end(job);\n  for (const job of state.schedules.waiting(scheduleId)) end(job);',
      ),
    ],
    ...IN_JOBS,
  }),
  mutant({
    id: 'p23-repeated-hour-twice',
    title: 'a time that the clock shows twice fires twice, whatever the rule',
    quietBecause: 'no clock jumps',
    edits: [
      edit(
        'libs/cron/src/cron-times.ts',
        'this.repeats(segment) ? -Infinity : startMs + previousOffsetMs',
        '-Infinity',
      ),
    ],
    ...IN_CRON,
  }),
  mutant({
    id: 'p23-skipped-hour-lost',
    title: 'a daily job whose time the clock skips does not run that day',
    quietBecause: 'no clock jumps',
    edits: [edit('libs/cron/src/cron-times.ts', 'if (this.isMadeUpFor(segment, fromMs)) return fromMs;', '')],
    ...IN_CRON,
  }),
  mutant({
    id: 'p23-skipped-times-together',
    title: 'of several times that one jump skips, cron runs one',
    quietBecause: 'no clock jumps',
    edits: [edit('libs/cron/src/cron-times.ts', 'atMs - startMs < minutes + own', 'atMs === startMs')],
    ...IN_CRON,
  }),
];
