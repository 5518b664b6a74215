import type { Logger } from '@synod/base';
import { DiscoveryError } from '@synod/discovery';
import type { NodeStore } from '@synod/discovery';
import type { NodeRecord } from '@synod/jobs';
import type { RpcServer } from '@synod/rpc';

/** How long calls under way may take to end, and how long saying goodbye to the store may take. */
const STOP_GRACE_MS = 1_000;

export interface RegistryModules {
  readonly store: NodeStore;
  readonly server: RpcServer;
  /** Ends the watch streams of the server. */
  readonly closing: AbortController;
  readonly logger: Logger;
  /** A newer incarnation of this registry is there: this one has to end. */
  readonly onOutdated: (error: DiscoveryError) => void;
}

/** A registry that serves. It is stateless: what it knows is in the store, and several stand side by side. */
export class Registry {
  private stopping: Promise<void> | undefined;

  constructor(
    private readonly self: NodeRecord,
    private readonly modules: RegistryModules,
  ) {}

  /** Makes itself known. Not waited for: a store that is down must not keep a registry from serving. */
  announce(): void {
    const { store, logger, onOutdated } = this.modules;
    store.register(this.self, onOutdated).then(
      () => logger.info({ nodeId: this.self.nodeId, address: this.self.address }, 'registered'),
      (error: unknown) => {
        if (this.stopping !== undefined) return;
        if (error instanceof DiscoveryError && error.code === 'incarnationOutdated') onOutdated(error);
        else logger.warn({ reason: reasonOf(error) }, 'not registered yet: serving without, and trying again');
      },
    );
  }

  /** Says goodbye, ends streams and calls. Twice is fine. */
  stop(): Promise<void> {
    this.stopping ??= this.shutDown();
    return this.stopping;
  }

  private async shutDown(): Promise<void> {
    const { store, server, closing } = this.modules;
    closing.abort();
    if (store.health().healthy) await this.sayGoodbye();
    await server.stop(STOP_GRACE_MS);
    await store.close();
  }

  private async sayGoodbye(): Promise<void> {
    const { store, logger } = this.modules;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, STOP_GRACE_MS)));
    const done = store.deregister(this.self.nodeId, this.self.incarnation).catch((error: unknown) => {
      logger.warn({ reason: reasonOf(error) }, 'not deregistered: the registration ends by its ttl');
    });
    await Promise.race([done, late]);
    clearTimeout(timer);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
