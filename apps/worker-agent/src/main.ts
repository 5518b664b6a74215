import { dirname, join } from 'node:path';
import { runApp } from '@synod/observability';
import { bootstrap } from './bootstrap.js';

/** The build puts the guard beside the agent. */
const guardEntry = join(dirname(process.argv[1] ?? ''), 'guard.cjs');

/** Above the longest `--stop-timeout`; a drain may wait longer for what may run at most once. */
const STOP_DEADLINE_MS = 24 * 3_600_000;

void runApp({
  name: 'worker-agent',
  start: ({ signal }) => bootstrap(process.argv.slice(2), process.env, { signal, guardEntry }),
  stopDeadlineMs: STOP_DEADLINE_MS,
});
