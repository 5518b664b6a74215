import type { Clock, Logger, Timers } from '@synod/base';
import { consulSettings } from '@synod/config';
import type { ConsulValues } from '@synod/config';
import { createConsulNodeStore, createEmbeddedNodeStore } from '@synod/discovery';
import type { EmbeddedNodeStore, NodeStore } from '@synod/discovery';
import type { NodeRecord } from '@synod/jobs';
import { systemRandom } from '@synod/observability';
import type { Replication } from './replication.js';

/** The node store in this group's own log. */
export function buildNodeStore(
  replication: Replication,
  modules: { readonly clock: Clock; readonly timers: Timers; readonly logger: Logger },
): EmbeddedNodeStore {
  const { state, board, host, link } = replication;
  return createEmbeddedNodeStore(
    {
      propose: (command) => replication.propose(command, { sheddable: false, timeoutMs: PROPOSE_TIMEOUT_MS }),
      nodes: () => state.view.nodes(),
      leading: () => host.serving,
      relay: (renewals) => {
        const marks = renewals.map(({ nodeId, incarnation }) => ({ workerId: nodeId, incarnation, sequence: 0 }));
        link.relayHeartbeats([], [], marks).catch(() => undefined);
        return link.isUp;
      },
      onChange: (listener) => {
        let listening = true;
        state.onApplied(({ events }) => {
          if (listening && events.some(({ type }) => type === 'nodeChanged')) listener();
        });
        for (const changes of [board.onChange.bind(board), state.onReplaced.bind(state)]) {
          changes(() => {
            if (listening) listener();
          });
        }
        return () => {
          listening = false;
        };
      },
    },
    { ...modules, random: systemRandom },
  );
}

export interface ConsulSettings extends ConsulValues {
  readonly consul: string | undefined;
}

/** The stores in which this coordinator makes itself known: the group's own, and Consul when its address is given. */
export function storesToJoin(
  embedded: NodeStore,
  settings: ConsulSettings,
  modules: { readonly clock: Clock; readonly timers: Timers; readonly logger: Logger },
): readonly NodeStore[] {
  const { consul: url } = settings;
  if (url === undefined) return [embedded];
  const options = { url, ...consulSettings(settings) };
  return [embedded, createConsulNodeStore(options, { ...modules, random: systemRandom })];
}

/** Registers the node in each store. A store that is away is tried again by itself, and keeps nobody from serving. */
export function join(stores: readonly NodeStore[], node: NodeRecord, logger: Logger): void {
  for (const store of stores) {
    store.register(node).catch((error: unknown) => {
      logger.warn({ error }, 'this coordinator is not in a node store yet');
    });
  }
}

/** A registration that found no leader for so long is tried again by the store. */
const PROPOSE_TIMEOUT_MS = 5_000;
const TTL_MS = 10_000;

export function ownNode(id: string, address: string, incarnation: number, version: string): NodeRecord {
  return { nodeId: id, kind: 'coordinator', address, incarnation, labels: {}, capacity: 0, version, ttlMs: TTL_MS };
}
