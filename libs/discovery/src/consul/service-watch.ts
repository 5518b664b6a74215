import type { CancelTimer } from '@synod/base';
import type { NodeRecord } from '@synod/jobs';
import type { DriverContext } from '../driven-node-store.js';
import { backoffMs, fraction } from '../jitter.js';
import { asDiscoveryError } from '../node-store.js';
import type { NodeKind } from '../node-store.js';
import type { ConsulClient } from './consul-client.js';
import { serviceName, serviceToNode } from './consul-records.js';

/** Waits after a failure: first, and longest. */
const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 5_000;

/**
 * Least time between two answers of one watch, plus up to as much of jitter: a service that flaps costs ten queries a second at
 * most, and watchers don't come back in one wave.
 */
const PAUSE_MS = 50;

/**
 * Follows one service by blocking queries. The index is given back with each query; when it falls (servers restored or wiped) or
 * is 0, it starts again from nothing, as Consul asks its clients to do.
 */
export class ServiceWatch {
  private index = 0n;
  private failures = 0;
  private cancelTimer: CancelTimer = () => undefined;
  private closed = false;

  constructor(
    private readonly settings: { readonly kind: NodeKind; readonly prefix: string; readonly waitMs: number },
    private readonly client: ConsulClient,
    private readonly context: DriverContext,
  ) {
    void this.query();
  }

  close(): void {
    this.closed = true;
    this.cancelTimer();
  }

  private async query(): Promise<void> {
    const { kind, prefix, waitMs } = this.settings;
    const { health, membership, modules } = this.context;
    const part = `watch of ${kind}`;
    try {
      const name = serviceName(prefix, kind);
      // After a failure the first question is answered at once, so that recovery is seen at once.
      const known = this.failures > 0 ? 0n : this.index;
      const answer = await (known === 0n ? this.client.passing(name) : this.client.passingSince(name, known, waitMs));
      if (this.closed) return;
      this.index = answer.index < this.index ? 0n : answer.index;
      this.failures = 0;
      health.recovered(part);
      const nodes = answer.services.map((service) => serviceToNode(service, kind));
      membership.setKind(
        kind,
        nodes.filter((node): node is NodeRecord => node !== undefined),
      );
      this.again(PAUSE_MS * (1 + fraction(modules.random)));
    } catch (caught) {
      if (this.closed) return;
      const { facts, message } = asDiscoveryError('consul', caught);
      this.failures += 1;
      health.failed(part, facts.code === 'storeUnavailable' ? facts.reason : message);
      this.again(backoffMs(this.failures, FIRST_RETRY_MS, LONGEST_RETRY_MS, modules.random));
    }
  }

  private again(delayMs: number): void {
    this.cancelTimer = this.context.modules.timers.after(delayMs, () => void this.query());
  }
}
