import { setTimeout as pause } from 'node:timers/promises';

const LOOK_EVERY_MS = 50;
const DEFAULT_LIMIT_MS = 30_000;

/**
 * Looks until `look` gives something, for processes that tell of a state only when asked. Errors count as "not yet"; after the
 * limit the last of them says why.
 */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
  limitMs = DEFAULT_LIMIT_MS,
): Promise<T> {
  const deadline = Date.now() + limitMs;
  let cause: unknown;
  while (Date.now() < deadline) {
    try {
      const found = await look();
      if (found !== undefined) return found;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    await pause(LOOK_EVERY_MS);
  }
  throw new Error(`waited ${String(limitMs)} ms in vain for ${what}`, { cause });
}
