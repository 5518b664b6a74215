// All mutants, in order of pitfalls, and the controls first: when the harness kills by accident, nothing else counts.
import { CONTROLS } from './catalogue/controls.mjs';
import { FLUSH_MUTANTS } from './catalogue/flushes.mjs';
import { LEASE_MUTANTS } from './catalogue/leases.mjs';
import { LIVENESS_MUTANTS } from './catalogue/liveness.mjs';
import { READ_MUTANTS } from './catalogue/reads.mjs';
import { RECOVERY_MUTANTS } from './catalogue/recovery.mjs';
import { SCHEDULE_MUTANTS } from './catalogue/schedules.mjs';
import { SCHEDULER_RULE_MUTANTS } from './catalogue/scheduler-rules.mjs';
import { SESSION_MUTANTS } from './catalogue/sessions.mjs';
import { SNAPSHOT_MUTANTS } from './catalogue/snapshots.mjs';
import { STORAGE_MUTANTS } from './catalogue/storage.mjs';

const number = ({ pitfall }) => Number(pitfall.slice(1));

export const MUTANTS = Object.freeze([
  ...CONTROLS,
  ...[
    ...FLUSH_MUTANTS,
    ...RECOVERY_MUTANTS,
    ...READ_MUTANTS,
    ...LEASE_MUTANTS,
    ...SCHEDULE_MUTANTS,
    ...SESSION_MUTANTS,
    ...SNAPSHOT_MUTANTS,
    ...STORAGE_MUTANTS,
    ...LIVENESS_MUTANTS,
    ...SCHEDULER_RULE_MUTANTS,
  ].sort((left, right) => number(left) - number(right)),
]);
