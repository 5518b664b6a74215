import type { Logger } from '@synod/base';

export interface SignalSettings {
  /** Called once, at the first SIGTERM or SIGINT; then the process exits with 0, or with 1 when it failed or took too long. */
  stop(): Promise<void>;
  readonly deadlineMs: number;
  readonly logger: Logger;
}

/** Begins the same stop without a signal. */
export interface Stopper {
  /** `status` is called at once, for the exit status of a stop that succeeds. Does nothing when a stop has begun. */
  stop(status: () => number): void;
}

/** Exit status of a process that a second signal ends at once. */
const IMPATIENT_STATUS = 130;

/** Handles SIGTERM and SIGINT: the first stops gracefully within a deadline, the second ends the process at once. */
export function onSignals(settings: SignalSettings): Stopper {
  const { logger, deadlineMs } = settings;
  let stopping = false;
  const begin = (status: number): void => {
    stopping = true;
    const late = setTimeout(() => {
      logger.error({ deadlineMs }, 'did not stop in time');
      process.exit(1);
    }, deadlineMs);
    settings.stop().then(
      () => {
        clearTimeout(late);
        logger.info({}, 'stopped');
        process.exit(status);
      },
      (error: unknown) => {
        logger.error({ error }, 'stop failed');
        process.exit(1);
      },
    );
  };
  const handle = (signal: NodeJS.Signals): void => {
    if (stopping) process.exit(IMPATIENT_STATUS);
    logger.info({ signal }, 'stopping');
    begin(0);
  };
  process.on('SIGTERM', handle);
  process.on('SIGINT', handle);
  return {
    stop(status) {
      if (!stopping) begin(status());
    },
  };
}
