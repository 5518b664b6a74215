import type { CancelTimer } from '@synod/base';
import type { NodeRecord } from '@synod/jobs';
import { backoffMs, fraction } from './jitter.js';
import { asDiscoveryError, isFinal } from './node-store.js';
import type { DiscoveryModules, DiscoveryError } from './node-store.js';
import type { HealthTracker } from './store-health.js';

/** First wait after a failed renewal; later ones double, up to a third of the ttl. */
const FIRST_RETRY_MS = 100;

interface Registration {
  readonly node: NodeRecord;
  readonly onOutdated: (error: DiscoveryError) => void;
  /** Renewed once at least: before, errors go to the caller alone. */
  accepted: boolean;
  failures: number;
  cancelTimer: CancelTimer;
  /** The renewal that is under way, or the last one. Never rejects. */
  attempt: Promise<DiscoveryError | undefined>;
}

export interface RegistrationsOptions {
  readonly store: string;
  /** Registers or renews once. */
  readonly renew: (node: NodeRecord) => Promise<void>;
}

/**
 * Keeps registrations alive: renews each at a third of its ttl (less up to a tenth, so that thousands don't come together), and
 * after a failure with backoff. Two renewals of one node are never under way at once.
 */
export class Registrations {
  private readonly byId = new Map<string, Registration>();

  constructor(
    private readonly options: RegistrationsOptions,
    private readonly modules: DiscoveryModules,
    private readonly health: HealthTracker,
  ) {}

  /** Rejects when the first attempt fails; goes on by itself unless the failure is final. */
  async add(node: NodeRecord, onOutdated: (error: DiscoveryError) => void): Promise<void> {
    const replaced = this.byId.get(node.nodeId);
    if (replaced !== undefined) this.forget(replaced);
    const before = replaced?.node;
    if (before !== undefined && before.incarnation > node.incarnation) {
      this.modules.logger.warn({ nodeId: node.nodeId }, 'an older incarnation replaces a newer one of this process');
    }
    const registration: Registration = {
      node,
      onOutdated,
      accepted: false,
      failures: 0,
      cancelTimer: () => undefined,
      attempt: replaced?.attempt ?? Promise.resolve(undefined),
    };
    this.byId.set(node.nodeId, registration);
    const error = await this.attempt(registration);
    if (error !== undefined) throw error;
  }

  get(nodeId: string): NodeRecord | undefined {
    return this.byId.get(nodeId)?.node;
  }

  /** Stops renewing; resolves with what was registered, when no renewal is under way any more. */
  async remove(nodeId: string): Promise<NodeRecord | undefined> {
    const registration = this.byId.get(nodeId);
    if (registration === undefined) return undefined;
    this.forget(registration);
    await registration.attempt;
    return registration.node;
  }

  /** Tries all at once: for when the store is known to have forgotten them, or to be back. */
  renewNow(): void {
    for (const registration of this.byId.values()) {
      registration.cancelTimer();
      registration.cancelTimer = this.modules.timers.after(fraction(this.modules.random) * FIRST_RETRY_MS, () => {
        void this.attempt(registration);
      });
    }
  }

  async close(): Promise<void> {
    const all = [...this.byId.values()];
    for (const registration of all) this.forget(registration);
    await Promise.all(all.map((registration) => registration.attempt));
  }

  private forget(registration: Registration): void {
    registration.cancelTimer();
    if (this.byId.get(registration.node.nodeId) === registration) this.byId.delete(registration.node.nodeId);
    this.health.recovered(part(registration));
  }

  private attempt(registration: Registration): Promise<DiscoveryError | undefined> {
    const before = registration.attempt;
    registration.attempt = before.then(() => this.renewOnce(registration));
    return registration.attempt;
  }

  private async renewOnce(registration: Registration): Promise<DiscoveryError | undefined> {
    if (!this.active(registration)) return undefined;
    try {
      await this.options.renew(registration.node);
      if (this.active(registration)) this.succeeded(registration);
      return undefined;
    } catch (caught) {
      const error = asDiscoveryError(this.options.store, caught);
      if (this.active(registration)) this.failed(registration, error);
      return error;
    }
  }

  private active(registration: Registration): boolean {
    return this.byId.get(registration.node.nodeId) === registration;
  }

  private succeeded(registration: Registration): void {
    registration.accepted = true;
    registration.failures = 0;
    this.health.recovered(part(registration));
    this.schedule(registration, (registration.node.ttlMs / 3) * (1 - fraction(this.modules.random) / 10));
  }

  private failed(registration: Registration, error: DiscoveryError): void {
    if (isFinal(error)) {
      this.forget(registration);
      this.modules.logger.error({ nodeId: registration.node.nodeId, error }, 'registration refused');
      if (registration.accepted) registration.onOutdated(error);
      return;
    }
    registration.failures += 1;
    this.health.failed(
      part(registration),
      error.facts.code === 'storeUnavailable' ? error.facts.reason : error.message,
    );
    const longestMs = Math.max(FIRST_RETRY_MS, registration.node.ttlMs / 3);
    this.schedule(registration, backoffMs(registration.failures, FIRST_RETRY_MS, longestMs, this.modules.random));
  }

  private schedule(registration: Registration, delayMs: number): void {
    registration.cancelTimer();
    registration.cancelTimer = this.modules.timers.after(delayMs, () => void this.attempt(registration));
  }
}

function part(registration: Registration): string {
  return `renewal of ${registration.node.nodeId}`;
}
