import { compareFencingTokens } from '@synod/contracts';
import type { AttemptRef } from '@synod/jobs';
import { heldAttempt, type HeldAttempt } from './held-attempt.js';

/** All attempts that the agent is answerable for, in the order in which they came. */
export class HeldAttempts {
  readonly #byKey = new Map<string, HeldAttempt>();
  readonly #waiters = new Set<() => void>();

  get(key: string): HeldAttempt | undefined {
    return this.#byKey.get(key);
  }

  has(key: string): boolean {
    return this.#byKey.has(key);
  }

  all(): HeldAttempt[] {
    return [...this.#byKey.values()];
  }

  /** Those that the guard answers for. */
  withGuard(): HeldAttempt[] {
    return this.all().filter((it) => it.phase === 'ordered' || it.phase === 'running');
  }

  /** Undefined also when it is held under another token. */
  find(ref: AttemptRef): HeldAttempt | undefined {
    const held = this.#byKey.get(heldAttempt(ref, 0, 'waiting').key);
    return held !== undefined && compareFencingTokens(held.ref.fencingToken, ref.fencingToken) === 0 ? held : undefined;
  }

  add(held: HeldAttempt): HeldAttempt {
    this.#byKey.set(held.key, held);
    return held;
  }

  /** A guard has it, though this incarnation of the agent never heard of it. */
  adopt(ref: AttemptRef, leaseMs: number): HeldAttempt {
    return this.add(heldAttempt(ref, leaseMs, 'ordered'));
  }

  remove(key: string): void {
    this.#byKey.delete(key);
    this.changed();
  }

  /** To be called when the phase of one has changed. */
  changed(): void {
    for (const check of [...this.#waiters]) check();
  }

  /** Resolves when the condition holds. */
  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (!condition()) return;
        this.#waiters.delete(check);
        resolve();
      };
      this.#waiters.add(check);
      check();
    });
  }
}
