import { TypedError } from '@synod/base';
import type { Clock, Logger, Random, Timers } from '@synod/base';
import type { NodeRecord } from '@synod/jobs';

export type NodeKind = NodeRecord['kind'];

export const NODE_KINDS: readonly NodeKind[] = ['coordinator', 'registry', 'worker'];

/** Least, default and greatest life of a registration that isn't renewed, in milliseconds. */
export const MIN_TTL_MS = 1_000;
export const DEFAULT_TTL_MS = 10_000;
export const MAX_TTL_MS = 3_600_000;

export type DiscoveryFacts =
  /** A newer incarnation of this node is registered: the older one has to stop. */
  | {
      readonly code: 'incarnationOutdated';
      readonly nodeId: string;
      readonly incarnation: number;
      readonly newest: number;
    }
  /** The store can't be reached, or can't serve now. It is tried again by itself. */
  | { readonly code: 'storeUnavailable'; readonly store: string; readonly reason: string }
  | { readonly code: 'storeClosed'; readonly store: string }
  /** The store can't hold such a node. */
  | { readonly code: 'nodeInvalid'; readonly field: string };

export class DiscoveryError extends TypedError<DiscoveryFacts> {}

export type StoreHealth =
  | { readonly healthy: true }
  /** What the store says is the last that was known. `sinceMs` is Unix time. */
  | { readonly healthy: false; readonly reason: string; readonly sinceMs: number };

/**
 * Who is there. Discovery only: nothing is reassigned because a node is missing here. Every adapter passes one conformance suite.
 *
 * Of two registrations of one nodeId that with the higher incarnation (restart number) counts; an older one is refused with
 * `incarnationOutdated`. A store that can't be reached keeps the last membership that it knew and tries again by itself.
 */
export interface NodeStore {
  /**
   * Registers the node and keeps it registered until `deregister`, `close`, or until a newer incarnation appears; registers it
   * again when the store forgot it. With the nodeId of a registration of this store, it replaces that one.
   *
   * Rejects with `incarnationOutdated` or `nodeInvalid`, and nothing is kept alive; or with `storeUnavailable`: the first attempt
   * failed, and further ones follow by themselves. `onOutdated` is called at most once, when a newer incarnation appears later.
   */
  register(node: NodeRecord, onOutdated?: (error: DiscoveryError) => void): Promise<void>;
  /** Registers the node, or renews it, for `node.ttlMs` and once only: for those who relay others' renewals. Rejects as `register`. */
  renew(node: NodeRecord): Promise<void>;
  /** Ends a registration of this incarnation or an older one; without incarnation, of the one known here. Unknown ones are fine. */
  deregister(nodeId: string, incarnation?: number): Promise<void>;
  /**
   * Calls the listener with the whole membership, sorted by nodeId: at once, or as soon as the store knows it, and after each
   * change. Returns a function that ends it; no call follows.
   */
  watch(kind: NodeKind | undefined, listener: (nodes: readonly NodeRecord[]) => void): () => void;
  /** The membership as last known, sorted by nodeId; empty before the first answer. Of watched kinds only, if the store counts costs. */
  nodes(kind?: NodeKind): readonly NodeRecord[];
  health(): StoreHealth;
  /** Calls the listener after each change of health. Returns a function that ends it. */
  onHealth(listener: (health: StoreHealth) => void): () => void;
  /** Stops all; its registrations end by their ttl. Twice is fine. */
  close(): Promise<void>;
}

/** What a store takes from outside. */
export interface DiscoveryModules {
  readonly clock: Clock;
  readonly timers: Timers;
  /** For jitter. */
  readonly random: Random;
  readonly logger: Logger;
}

export function incarnationOutdated(node: NodeRecord, newest: number): DiscoveryError {
  const { nodeId, incarnation } = node;
  return new DiscoveryError(
    { code: 'incarnationOutdated', nodeId, incarnation, newest },
    `node ${nodeId} (incarnation ${incarnation}) is outdated: incarnation ${newest} is registered; stop this one, or give it another id`,
  );
}

export function storeUnavailable(store: string, reason: string, cause?: unknown): DiscoveryError {
  return new DiscoveryError(
    { code: 'storeUnavailable', store, reason },
    `node store ${store} is unavailable (${reason}); it is tried again, and scheduling goes on without it`,
    cause === undefined ? {} : { cause },
  );
}

/** Any error of a store as a {@link DiscoveryError}: one that it did not expect means that it is unavailable. */
export function asDiscoveryError(store: string, error: unknown): DiscoveryError {
  if (error instanceof DiscoveryError) return error;
  return storeUnavailable(store, error instanceof Error ? error.message : String(error), error);
}

/** Whether trying again is of no use. */
export function isFinal(error: DiscoveryError): boolean {
  return error.code !== 'storeUnavailable';
}
