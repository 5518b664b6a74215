import { EXIT } from './failure.js';
import type { CliIo } from './io.js';

/** The real process. */
export function processIo(): CliIo {
  const pipeListeners = new Set<() => void>();
  const onPipeError = (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') return;
    if (pipeListeners.size === 0) process.exit(EXIT.brokenPipe);
    for (const listener of [...pipeListeners]) listener();
  };
  process.stdout.on('error', onPipeError);
  process.stderr.on('error', onPipeError);
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    stdin: process.stdin,
    env: process.env,
    onInterrupt(listener) {
      process.on('SIGINT', listener);
      process.on('SIGTERM', listener);
      return () => {
        process.off('SIGINT', listener);
        process.off('SIGTERM', listener);
      };
    },
    onBrokenPipe(listener) {
      pipeListeners.add(listener);
      return () => pipeListeners.delete(listener);
    },
  };
}
