import type { ClientReadableStream } from '@grpc/grpc-js';
import type { Logger, Timers } from '@synod/base';
import type { Message, NodeId } from '@synod/consensus';
import { ClientPool, messagesOf } from '@synod/rpc';
import type { RpcSecurity } from '@synod/rpc';
import { services } from '@synod/wire';
import type {
  WireFetchHistoryRequestInput,
  WireFetchHistoryResponse,
  WireFetchSnapshotRequestInput,
  WireFetchSnapshotResponse,
} from '@synod/wire';
import type { ForwardCall } from '../leader/leader-link.js';
import type { Member } from '../options.js';
import { PeerSender } from '../replica/peer-exchange.js';

export interface Transport {
  send(message: Message): void;
  openForward(leader: NodeId): ForwardCall;
  jobClient(coordinatorId: NodeId): InstanceType<(typeof services)['JobService']> | undefined;
  clusterClient(coordinatorId: NodeId): InstanceType<(typeof services)['ClusterService']>;
  /** The chunks that a member sends, on a connection of their own; ends when `signal` aborts. */
  fetchSnapshot(
    from: NodeId,
    request: WireFetchSnapshotRequestInput,
    signal: AbortSignal,
  ): AsyncIterable<WireFetchSnapshotResponse>;
  fetchHistory(from: NodeId, request: WireFetchHistoryRequestInput): AsyncIterable<WireFetchHistoryResponse>;
  start(disconnected: (peer: NodeId) => void): void;
  stop(): void;
}

/** Channels to the other members. Paxos has a connection of its own, so that nothing large delays it. */
export function buildTransport(
  members: readonly Member[],
  nodeId: NodeId,
  modules: { readonly security: RpcSecurity; readonly timers: Timers; readonly logger: Logger },
): Transport {
  const addresses = new Map(members.map(({ id, address }) => [id, address]));
  const paxos = new ClientPool(services.PaxosService, modules.security, { ownConnection: true });
  const forward = new ClientPool(services.PaxosService, modules.security);
  const transfers = new ClientPool(services.PaxosService, modules.security, { ownConnection: true });
  const jobs = new ClientPool(services.JobService, modules.security);
  const cluster = new ClientPool(services.ClusterService, modules.security);
  const addressOf = (id: NodeId): string => addresses.get(id) ?? '';
  const senders = new Map<NodeId, PeerSender>();
  return {
    send: (message) => {
      senders.get(message.header.to)?.send(message);
    },
    openForward: (leader) => forward.get(addressOf(leader)).forward(),
    jobClient: (id) => (addresses.has(id) ? jobs.get(addressOf(id)) : undefined),
    clusterClient: (id) => cluster.get(addressOf(id)),
    fetchSnapshot: (from, request, signal) =>
      untilAborted(transfers.get(addressOf(from)).fetchSnapshot(request), signal),
    fetchHistory: (from, request) => messagesOf(transfers.get(addressOf(from)).fetchHistory(request)),
    start: (disconnected) => {
      for (const { id, address } of members) {
        if (id === nodeId || senders.has(id)) continue;
        const open = () => paxos.get(address).exchange();
        const sender = new PeerSender({ peer: id, open, disconnected, timers: modules.timers, logger: modules.logger });
        senders.set(id, sender);
        sender.start();
      }
    },
    stop: () => {
      for (const sender of senders.values()) sender.stop();
      for (const pool of [paxos, forward, transfers, jobs, cluster]) pool.close();
    },
  };
}

async function* untilAborted<Message>(
  call: ClientReadableStream<Message>,
  signal: AbortSignal,
): AsyncGenerator<Message> {
  const cancel = (): void => {
    call.cancel();
  };
  signal.addEventListener('abort', cancel);
  try {
    yield* messagesOf(call);
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}
