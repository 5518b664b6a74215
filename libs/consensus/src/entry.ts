import type { Entry } from './types.js';

/** What fills a true hole, and what a new leader proposes to have a slot of its own ballot. */
export const NOOP: Entry = Object.freeze({ kind: 'noop' });

/** Bytes that one entry or command costs beyond its payload: an estimate for windows, not the encoded size. */
export const ENTRY_OVERHEAD_BYTES = 32;
export const COMMAND_OVERHEAD_BYTES = 8;

/** Size of an entry as windows and caches count it. */
export function entrySizeBytes(entry: Entry): number {
  if (entry.kind === 'noop') return ENTRY_OVERHEAD_BYTES;
  let bytes = ENTRY_OVERHEAD_BYTES;
  for (const command of entry.commands) bytes += command.length + COMMAND_OVERHEAD_BYTES;
  return bytes;
}

export function equalEntries(left: Entry, right: Entry): boolean {
  if (left === right) return true;
  if (left.kind === 'noop' || right.kind === 'noop') return left.kind === right.kind;
  if (left.commands.length !== right.commands.length) return false;
  return left.commands.every((command, index) => equalBytes(command, right.commands[index]));
}

function equalBytes(left: Uint8Array, right: Uint8Array | undefined): boolean {
  if (right === undefined || left.length !== right.length) return false;
  for (let index = 0; index < left.length; index += 1) if (left[index] !== right[index]) return false;
  return true;
}
