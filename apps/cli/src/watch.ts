import { option } from '@synod/config';
import type { Command } from 'commander';
import { EXIT } from './failure.js';
import { checked } from './flags.js';
import type { CliSession } from './session.js';

const every = option.durationMs({ summary: '', minMs: 200, maxMs: 3_600_000 });
const DEFAULT_EVERY_MS = 2_000;

/** The value of the flag `--watch`: a time, or true without one. */
export interface WatchFlags {
  readonly watch?: number | true;
}

export function addWatchFlag(command: Command): Command {
  return command.option(
    '--watch [duration]',
    'show it again and again, each 2s or so often, until Ctrl-C',
    (text: string) => checked('--watch', every)(text),
  );
}

/**
 * Calls `look`, which prints what there is: once, or with `--watch` until Ctrl-C. On a terminal each look takes the place of the last
 * one; with JSON each is a line, with YAML a document.
 */
export async function watching(session: CliSession, { watch }: WatchFlags, look: () => Promise<void>): Promise<void> {
  if (watch === undefined) return look();
  session.beginWatch();
  const everyMs = watch === true ? DEFAULT_EVERY_MS : watch;
  let stop: () => void = () => undefined;
  const stopped = new Promise<'stopped'>((resolve) => (stop = () => resolve('stopped')));
  const stopListening = session.io.onInterrupt(stop);
  try {
    for (;;) {
      const looked = look();
      looked.catch(() => undefined);
      if ((await Promise.race([stopped, looked])) === 'stopped') break;
      if ((await Promise.race([stopped, pause(everyMs, stopped)])) === 'stopped') break;
    }
    session.exitStatus = EXIT.interrupted;
  } finally {
    stopListening();
  }
}

/** Leaves no timer behind when it is given up. */
function pause(ms: number, givenUp: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    void givenUp.then(() => clearTimeout(timer));
  });
}
