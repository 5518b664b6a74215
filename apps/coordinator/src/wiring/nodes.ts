import type { Clock, Logger, Timers } from '@synod/base';
import { createEmbeddedNodeStore } from '@synod/discovery';
import type { EmbeddedNodeStore } from '@synod/discovery';
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
        board.onChange(() => {
          if (listening) listener();
        });
        return () => {
          listening = false;
        };
      },
    },
    { ...modules, random: systemRandom },
  );
}

/** A registration that found no leader for so long is tried again by the store. */
const PROPOSE_TIMEOUT_MS = 5_000;
const TTL_MS = 10_000;

export function ownNode(id: string, address: string, incarnation: number, version: string): NodeRecord {
  return { nodeId: id, kind: 'coordinator', address, incarnation, labels: {}, capacity: 0, version, ttlMs: TTL_MS };
}
