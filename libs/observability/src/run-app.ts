import { writeSync } from 'node:fs';
import { TypedError } from '@synod/base';
import type { Logger } from '@synod/base';
import { createLogger } from './logger.js';
import { onSignals } from './signals.js';

/** A process that is usable. */
export interface RunningApp {
  readonly id: string;
  /** Address that it listens on; undefined for one that listens on nothing. */
  readonly address?: string;
  /** Resolves when all is closed. Asked once. */
  stop(): Promise<void>;
}

/** What an app that starts is given. */
export interface AppContext {
  /** Aborts when SIGTERM or SIGINT comes before the app is usable. */
  readonly signal: AbortSignal;
  /** Ends a running app that can't go on: says why, as for a failed start, stops it gracefully and exits with that status. */
  fail(error: unknown): void;
}

export interface AppSettings {
  /** Name of the program, in front of what it says on stderr. */
  readonly name: string;
  /** Resolves when the app is usable. */
  start(context: AppContext): Promise<RunningApp>;
  /** Longest graceful stop, then the process exits with 1. Default 10,000 ms. */
  readonly stopDeadlineMs?: number;
}

const DEFAULT_STOP_DEADLINE_MS = 10_000;

/**
 * Runs an app as a process: prints the ready line on stdout, stops at SIGTERM or SIGINT, dies by SIGKILL when an error escapes.
 * Exit status: 0 stopped by a signal (or help was asked for), 1 failed, 2 usage error. Never returns before the process ends.
 */
export async function runApp(settings: AppSettings): Promise<void> {
  const { name } = settings;
  const logger = createLogger({ name });
  dieOnEscapedErrors(logger);
  // Whoever read the ready line may be gone later: that ends nothing.
  process.stdout.on('error', () => undefined);
  const starting = new AbortController();
  const fail = (error: unknown): void => stopper.stop(() => reportFailure(name, error, logger));
  const app = Promise.resolve().then(() => settings.start({ signal: starting.signal, fail }));
  const stopper = onSignals({
    deadlineMs: settings.stopDeadlineMs ?? DEFAULT_STOP_DEADLINE_MS,
    logger,
    stop: async () => {
      starting.abort();
      await app.then(
        (running) => running.stop(),
        () => undefined,
      );
    },
  });
  try {
    const running = await app;
    if (starting.signal.aborted) return;
    const address = running.address === undefined ? {} : { address: running.address };
    process.stdout.write(`${JSON.stringify({ ready: true, id: running.id, ...address })}\n`);
  } catch (error) {
    if (!starting.signal.aborted) process.exit(reportFailure(name, error, logger));
  }
}

/**
 * Says why a program ends, and gives its exit status. Help goes to stdout; usage errors and errors with a code are one line on
 * stderr; anything else is logged with its stack.
 */
export function reportFailure(name: string, error: unknown, logger: Logger): number {
  if (error instanceof Error && 'exitStatus' in error && typeof error.exitStatus === 'number') {
    if ('output' in error && typeof error.output === 'string') writeAll(1, error.output);
    else writeAll(2, `${name}: ${error.message}\n`);
    return error.exitStatus;
  }
  if (error instanceof TypedError) writeAll(2, `${name}: ${error.message.replace(/\s*\n\s*/g, ' ')}\n`);
  else logger.error({ error }, 'start failed');
  return 1;
}

/** Writes at once, because the process exits next; a reader that is gone or stuck is not waited for. */
function writeAll(fd: number, text: string): void {
  let rest = Buffer.from(text);
  try {
    while (rest.length > 0) rest = rest.subarray(writeSync(fd, rest));
  } catch {
    // Nobody listens.
  }
}

/**
 * An error that nobody caught means that the state of this process is unknown, and a failed durable commit shows as one: the
 * process kills itself, so that no exit hook passes lost data off as safe.
 */
export function dieOnEscapedErrors(logger: Logger): void {
  const die = (kind: string) => (error: unknown) => {
    logger.error({ error, kind }, 'error escaped: the process kills itself');
    process.kill(process.pid, 'SIGKILL');
  };
  process.on('uncaughtException', die('uncaughtException'));
  process.on('unhandledRejection', die('unhandledRejection'));
}
