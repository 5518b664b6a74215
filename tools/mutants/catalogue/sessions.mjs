// P9: what is applied twice.
import { edit, mutant } from '../mutant.mjs';
import { tests, testsNamed } from '../places.mjs';

const SESSIONS = 'libs/jobs/src/state/client-sessions.ts';
const IN_JOBS = [tests('libs/jobs', 'client-sessions.spec', 'model.spec', 'image.spec', 'recorded-log.spec')];
const QUIET_JOBS = [tests('libs/jobs', 'submit-jobs.spec', 'assign-jobs.spec', 'report-attempts.spec')];

export const SESSION_MUTANTS = [
  mutant({
    id: 'p9-forgotten-reply-applies-again',
    title: 'a command whose reply was forgotten is applied again when its copy comes late',
    quietBecause: 'no copy comes that late',
    edits: [edit(SESSIONS, 'if (sequence < session.forgottenBelow) return EVICTED;', '')],
    dies: IN_JOBS,
    quiet: QUIET_JOBS,
  }),
  mutant({
    id: 'p9-evicted-session-goes-on',
    title: 'a command of an older incarnation of a node is applied',
    quietBecause: 'no coordinator restarts while its commands are under way',
    edits: [
      edit(SESSIONS, 'if (session !== undefined && origin.incarnation < session.incarnation) return undefined;', ''),
    ],
    dies: IN_JOBS,
    quiet: QUIET_JOBS,
  }),
  mutant({
    id: 'p9-refusals-not-remembered',
    title: 'a reply that refuses is not stored, so that its copy may be granted',
    quietBecause: 'no command is in the log twice',
    edits: [
      edit(
        SESSIONS,
        "return { kind: 'new', store: (reply) => this.store(session, sequence, reply) };",
        "return { kind: 'new', store: (reply) => { if (reply.type !== 'refused') this.store(session, sequence, reply); } };",
      ),
    ],
    dies: IN_JOBS,
    quiet: QUIET_JOBS,
  }),
  mutant({
    id: 'p9-image-without-replies',
    title:
      'an image of the state holds the sessions and none of their replies: what comes again after a restart is applied again',
    quietBecause: 'nothing restarts from an image',
    edits: [
      edit(
        SESSIONS,
        'return { sessions, replies: sessions.flatMap((session) => [...session.replies.values()]) };',
        'return { sessions, replies: [] };',
      ),
    ],
    dies: IN_JOBS,
    quiet: QUIET_JOBS,
  }),
  mutant({
    id: 'p9-acknowledges-the-unsettled',
    title: 'a coordinator acknowledges replies that it still waits for, and the state machine forgets them',
    quietBecause: 'no command is sent twice',
    edits: [
      edit(
        'apps/coordinator/src/commands/command-gateway.ts',
        'acknowledgedBelow: this.lowestPending() }',
        'acknowledgedBelow: sequence }',
      ),
    ],
    dies: [tests('apps/coordinator', 'command-gateway.spec', 'group.spec')],
    quiet: [testsNamed('apps/coordinator', 'a job submitted anywhere reaches a worker anywhere', 'group.spec')],
  }),
];
