import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';

/** What this process must not leave behind, however it ends; a SIGKILL alone leaves it. */
const leftovers = new Set<() => void>();

process.once('exit', () => {
  // The last first: processes before the directory in which they write.
  for (const remove of [...leftovers].reverse()) {
    try {
      remove();
    } catch {
      // The others go all the same.
    }
  }
});

/** Does this, which must not wait for anything, when the process ends. Call what it gives when that is no longer needed. */
export function whenThisEnds(remove: () => void): () => void {
  leftovers.add(remove);
  return () => leftovers.delete(remove);
}

/** A child that still runs when this process ends is killed. */
export function endWithThis(child: ChildProcess): void {
  const forget = whenThisEnds(() => child.kill('SIGKILL'));
  child.once('exit', forget);
  // One that could not be started never exits.
  child.once('error', forget);
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** For programs: a signal that would end them at once lets them take away what they began. */
export function endInOrderOnSignals(): void {
  for (const signal of SIGNALS) process.once(signal, () => process.exit(128 + constants.signals[signal]));
}
