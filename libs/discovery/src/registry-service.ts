import { nodeKinds, nodeToWire, registerNodeFromWire, unsignedFromWire } from '@synod/contracts';
import type { NodeRecord } from '@synod/jobs';
import {
  closed,
  invalidArgument,
  resourceExhausted,
  serverStream,
  unary,
  unavailable,
  writeWithBackpressure,
} from '@synod/rpc';
import type { Handlers } from '@synod/rpc';
import type { services } from '@synod/wire';
import type { NodeKind, NodeStore } from './node-store.js';
import { toRpc } from './remote/remote-errors.js';

/** Most WatchNodes streams of one server; above, RESOURCE_EXHAUSTED. A stream holds one message at most that isn't sent. */
const MAX_STREAMS = 10_000;
const STREAMS_RETRY_MS = 1_000;

/**
 * RegistryService over a node store, as registries and coordinators serve it. When `closing` aborts, its streams end with
 * UNAVAILABLE, so that their clients go elsewhere at once and the server has nothing to wait for.
 */
export function registryServiceHandlers(
  store: NodeStore,
  closing: AbortSignal = new AbortController().signal,
): Handlers<typeof services.RegistryService> {
  const members = new Members(store);
  closing.addEventListener('abort', () => members.close(), { once: true });
  return {
    registerNode: unary(async (request) => {
      await answered(() => store.renew(registerNodeFromWire(request)));
      return {};
    }),
    deregisterNode: unary(async ({ nodeId, incarnation }) => {
      if (nodeId === '') throw invalidArgument([{ field: 'node_id', description: 'must not be empty' }]);
      await answered(() => store.deregister(nodeId, unsignedFromWire(incarnation, 'incarnation')));
      return {};
    }),
    listNodes: unary(({ kind }) => ({ nodes: members.list(nodeKinds.fromWire(kind)).map(nodeToWire) })),
    watchNodes: serverStream(async ({ kind }, stream) => {
      const send = (nodes: readonly NodeRecord[]): Promise<void> =>
        writeWithBackpressure(stream, { nodes: nodes.map(nodeToWire) });
      await new Promise<void>((resolve, reject) => {
        const stop = members.push(nodeKinds.fromWire(kind), send, () =>
          reject(unavailable('SERVER_CLOSING', 'This server is closing: ask another one.')),
        );
        void closed(stream).then(stop).then(resolve);
      });
    }),
  };
}

async function answered(action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    throw toRpc(error);
  }
}

/** One watch of the store for all streams. */
class Members {
  private latest: readonly NodeRecord[] | undefined;
  private readonly streams = new Map<() => void, () => void>();
  private readonly stop: () => void;
  private closed = false;

  constructor(private readonly store: NodeStore) {
    this.stop = store.watch(undefined, (nodes) => {
      this.latest = nodes;
      for (const push of this.streams.keys()) push();
    });
  }

  list(kind: NodeKind | undefined): readonly NodeRecord[] {
    if (this.latest !== undefined) return this.of(kind);
    const health = this.store.health();
    throw unavailable(
      'STORE_UNAVAILABLE',
      health.healthy ? 'The membership is being loaded: try again.' : health.reason,
    );
  }

  /**
   * Sends what is known now, and again after each change that this kind has. A slow reader gets the latest membership only, not
   * all that were in between. `onClose` is called when the server closes. Returns a function that ends it.
   */
  push(
    kind: NodeKind | undefined,
    send: (nodes: readonly NodeRecord[]) => Promise<void>,
    onClose: () => void,
  ): () => void {
    if (this.streams.size >= MAX_STREAMS) {
      throw resourceExhausted('TOO_MANY_WATCHES', 'Too many watches here: ask another server.', STREAMS_RETRY_MS);
    }
    if (this.closed) onClose();
    let sent: string | undefined;
    let sending = false;
    const push = async (): Promise<void> => {
      if (sending) return;
      sending = true;
      while (this.streams.has(start) && this.latest !== undefined) {
        const nodes = this.of(kind);
        const text = JSON.stringify(nodes);
        if (text === sent) break;
        sent = text;
        await send(nodes);
      }
      sending = false;
    };
    // A failed send means that the stream has closed.
    const start = (): void => void push().catch(() => this.streams.delete(start));
    this.streams.set(start, onClose);
    start();
    return () => this.streams.delete(start);
  }

  close(): void {
    this.closed = true;
    this.stop();
    for (const onClose of [...this.streams.values()]) onClose();
    this.streams.clear();
  }

  private of(kind: NodeKind | undefined): readonly NodeRecord[] {
    return (this.latest ?? []).filter((node) => kind === undefined || node.kind === kind);
  }
}
