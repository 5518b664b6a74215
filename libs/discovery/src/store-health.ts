import type { Clock, Logger } from '@synod/base';
import type { StoreHealth } from './node-store.js';

/** Health of a store, from its parts (renewals, watches): unhealthy while one of them fails. */
export class HealthTracker {
  private readonly failing = new Map<string, string>();
  private readonly listeners = new Set<(health: StoreHealth) => void>();
  private current: StoreHealth = { healthy: true };
  private closed = false;

  constructor(
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  get(): StoreHealth {
    return this.current;
  }

  onChange(listener: (health: StoreHealth) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  failed(part: string, reason: string): void {
    this.failing.set(part, reason);
    this.update();
  }

  /** The part works again, or is no more. */
  recovered(part: string): void {
    if (this.failing.delete(part)) this.update();
  }

  /** From now on nothing changes: parts that end are no recovery. */
  close(): void {
    this.closed = true;
    this.listeners.clear();
  }

  private update(): void {
    if (this.closed) return;
    const before = this.current;
    const [reason] = this.failing.values();
    if (reason === undefined) this.current = { healthy: true };
    else if (before.healthy) this.current = { healthy: false, reason, sinceMs: this.clock.wallMs() };
    else this.current = { ...before, reason };
    if (before.healthy === this.current.healthy) return;
    if (this.current.healthy) this.logger.info({}, 'node store is reachable again');
    else this.logger.warn({ reason }, 'node store is not reachable: the last known membership stays');
    for (const listener of [...this.listeners]) listener(this.current);
  }
}
