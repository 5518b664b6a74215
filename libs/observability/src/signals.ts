import type { Logger } from '@synod/base';

export interface SignalSettings {
  /** Called once, at the first SIGTERM or SIGINT; then the process exits with 0, or with 1 when it failed or took too long. */
  stop(): Promise<void>;
  readonly deadlineMs: number;
  readonly logger: Logger;
}

/** Exit status of a process that a second signal ends at once. */
const IMPATIENT_STATUS = 130;

/** Handles SIGTERM and SIGINT: the first stops gracefully within a deadline, the second ends the process at once. */
export function onSignals(settings: SignalSettings): void {
  let stopping = false;
  const handle = (signal: NodeJS.Signals): void => {
    if (stopping) process.exit(IMPATIENT_STATUS);
    stopping = true;
    settings.logger.info({ signal }, 'stopping');
    const late = setTimeout(() => {
      settings.logger.error({ deadlineMs: settings.deadlineMs }, 'did not stop in time');
      process.exit(1);
    }, settings.deadlineMs);
    settings.stop().then(
      () => {
        clearTimeout(late);
        settings.logger.info({}, 'stopped');
        process.exit(0);
      },
      (error: unknown) => {
        settings.logger.error({ error }, 'stop failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', handle);
  process.on('SIGINT', handle);
}
