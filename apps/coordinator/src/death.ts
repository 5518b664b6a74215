import { writeSync } from 'node:fs';
import type { DeathCause } from './replica/replica-host.js';

/**
 * Exit statuses of a coordinator that must not go on, beside 0 to 2. 3: another data directory is known under its id. 4: its state
 * differs from the majority's. Whoever restarts processes should not restart one that ended with 3.
 */
export const EXIT_STATUS = { storageIdRefused: 3, stateDiffers: 4 } as const;

/**
 * Ends this process at once. Where it isn't known what is on the disk, or in memory, by SIGKILL: an exit hook could flush once
 * more and pass lost data off as safe (P16).
 */
export function endProcess(nodeId: string, reason: string, cause: DeathCause): void {
  tell(`coordinator: ${advice(nodeId, reason, cause)}\n`);
  if (cause === 'storageIdRefused' || cause === 'stateDiffers') process.exit(EXIT_STATUS[cause]);
  process.kill(process.pid, 'SIGKILL');
}

/** What happened and what to do, in one line. */
export function advice(nodeId: string, reason: string, cause: DeathCause): string {
  switch (cause) {
    case 'storageIdRefused':
      return (
        `the other members know ${nodeId} with another data directory (${reason}): this one must not take part under that id. ` +
        `If its disk was lost or replaced, start it with a new --id as a new member; if two processes share the id, give one its own`
      );
    case 'stateDiffers':
      return (
        `this member's state differs from the majority's (${reason}), so it stops: keep a copy of its data directory and report it, ` +
        `see that all members run the same version, then start it again: it makes its state anew`
      );
    case 'persistFailed':
      return `a write to the disk failed (${reason}): look at the disk and the kernel log, then start it again`;
    case 'invariantBroken':
      return `an invariant does not hold (${reason}): it stops rather than go on; keep its log output and report it`;
  }
}

function tell(text: string): void {
  try {
    writeSync(2, text);
  } catch {
    // Nobody listens.
  }
}
