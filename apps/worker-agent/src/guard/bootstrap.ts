import { writeSync } from 'node:fs';
import { dataDirectory, guardSocketPath } from '../shared/data-directory.js';
import { hostClock, hostTimers, jsonLogger, messageOf } from '../shared/platform.js';
import { localHost } from './attempt-host.js';
import { Cgroups } from './cgroups.js';
import { FifoPool } from './fifo-pool.js';
import { httpRequester } from './http/requester.js';
import { Guard } from './guard.js';
import { lockGuardDirectory } from './lock.js';
import type { GuardArguments } from './options.js';
import { listenForAgents } from './server.js';

const STDERR = 2;

/** Segments of a stream: so many files, so that what is dropped at a time is an eighth. */
const SEGMENTS = 8;

/** Starts a guard that serves until it has nothing to do; resolves when its socket takes connections. */
export async function runGuard(given: GuardArguments): Promise<void> {
  const directory = dataDirectory(given.data);
  const log = jsonLogger((line) => void writeSync(STDERR, line), { name: 'guard', pid: process.pid });
  const unlock = lockGuardDirectory(directory.guard);
  const fifos = new FifoPool(directory.guard, { log });
  const exit = (): void => {
    fifos.dispose();
    unlock();
    log.info({}, 'guard stops');
    process.exit(0);
  };
  const segmentBytes = Math.max(1, Math.floor(given.streamBytes / SEGMENTS));
  const limits = { streamBytes: given.streamBytes, segmentBytes };
  const cgroups =
    given.cgroup === undefined ? undefined : Cgroups.open(given.cgroup, directory.root, { timers: hostTimers, log });
  const guard = new Guard(
    { directory, orphanGraceMs: given.orphanGraceMs },
    {
      clock: hostClock,
      timers: hostTimers,
      log,
      host: localHost({ fifos, cgroups, limits, clock: hostClock, timers: hostTimers, log }),
      requests: httpRequester({ timers: hostTimers, directory }),
      exit,
      // Only now, when an agent has died, is gRPC loaded: the guard of an agent that is well never needs it.
      report: async (report, signal) => {
        const { reportGuardEnded } = await import('./final-report.js');
        await reportGuardEnded(report, signal, { log, directory });
      },
    },
  );
  process.on('uncaughtException', (error) => {
    // The agent sees the guard die and ends what it had started.
    log.error({ error: error.stack ?? messageOf(error) }, 'guard failed');
    process.kill(process.pid, 'SIGKILL');
  });
  // A terminal's Ctrl-C and a service manager's SIGTERM are for the agent; the guard follows it.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  await listenForAgents(guardSocketPath(directory), guard, { log });
}
