import { randomUUID } from 'node:crypto';

/**
 * How long the cluster is to remember a key that this library made, to repeat a call whose answer was lost. Such keys are many; so
 * short a life keeps them apart from those that people give, which are remembered for a day.
 */
export const OWN_KEY_LIFETIME_MS = 3_600_000;

/** The key of a submission as the wire has it: what the caller gave, or one of this library's own. */
export function keyOf(
  idempotencyKey: string | undefined,
  idempotencyKeyLifetimeMs: number | undefined,
): { readonly idempotencyKey: string; readonly idempotencyKeyLifetimeMs: number } {
  if (idempotencyKey !== undefined) return { idempotencyKey, idempotencyKeyLifetimeMs: idempotencyKeyLifetimeMs ?? 0 };
  return { idempotencyKey: randomUUID(), idempotencyKeyLifetimeMs: OWN_KEY_LIFETIME_MS };
}
