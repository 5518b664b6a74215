import { Metadata } from '@grpc/grpc-js';
import { decodePaxosMessage, integerFromWire, RequestRefusedError } from '@synod/contracts';
import type { Message, NodeId } from '@synod/consensus';
import { bidi, failedPrecondition, messagesOf, serverStream, writeWithBackpressure } from '@synod/rpc';
import type { Handlers } from '@synod/rpc';
import type { services } from '@synod/wire';
import type { SnapshotServer } from '../replica/snapshot-server.js';
import type { HistoryPart, HistoryQuery } from '../state/history-gap.js';
import { answerEach } from './answer-each.js';
import { answerForwarded } from './forwarding.js';
import type { ForwardingModules } from './forwarding.js';

export interface PaxosServiceModules extends ForwardingModules {
  readonly receive: (message: Message) => void;
  readonly peerDisconnected: (peer: NodeId) => void;
  readonly clusterId: string;
  readonly groupId: number;
  readonly peerIds: readonly NodeId[];
  /** As the peer was first heard; undefined when it never was. */
  readonly storageIdOf: (peer: NodeId) => string | undefined;
  readonly snapshots: Pick<SnapshotServer, 'serve'>;
  readonly history: (query: HistoryQuery) => AsyncIterable<HistoryPart>;
}

/** Requests of one follower that wait for an answer, at most; its gateway sends fewer. */
const MAX_FORWARDED_IN_FLIGHT = 4_096;

/** PaxosService as the other coordinators see it. */
export function paxosServiceHandlers(modules: PaxosServiceModules): Handlers<(typeof services)['PaxosService']> {
  return {
    exchange: bidi(async (stream) => {
      let from: NodeId | undefined;
      // Says that the stream stands: without an answer the sender would never hear of it.
      stream.sendMetadata(new Metadata());
      try {
        for await (const { messages } of messagesOf(stream)) {
          for (const wire of messages) {
            from = wire.from;
            modules.receive(decodePaxosMessage(wire));
          }
        }
      } finally {
        if (from !== undefined) modules.peerDisconnected(from);
      }
    }),
    forward: bidi((stream, call) =>
      answerEach(stream, call, {
        maxInFlight: MAX_FORWARDED_IN_FLIGHT,
        requestsOf: (request) => [request],
        answer: (request) => answerForwarded(modules, request),
        repliesOf: (answers) => answers,
      }),
    ),
    fetchSnapshot: serverStream(async (request, stream) => {
      checkMember(modules, request);
      for await (const response of modules.snapshots.serve(request.nodeId, request)) {
        await writeWithBackpressure(stream, response);
      }
    }),
    fetchHistory: serverStream(async (request, stream) => {
      checkMember(modules, request);
      const { jobId, beforeJobId } = request;
      const finishedFromMs = integerFromWire(request.finishedFromMs, 'finished_from_ms');
      for await (const { records, throughJobId } of modules.history({ jobId, beforeJobId, finishedFromMs })) {
        await writeWithBackpressure(stream, { records: records as Buffer[], throughJobId });
      }
    }),
  };
}

/** State and history are for members only. */
function checkMember(
  modules: PaxosServiceModules,
  asker: { readonly clusterId: string; readonly groupId: number; readonly nodeId: string; readonly storageId: string },
): void {
  const { clusterId, groupId, peerIds, storageIdOf } = modules;
  if (asker.clusterId !== clusterId || asker.groupId !== groupId || !peerIds.includes(asker.nodeId)) {
    throw new RequestRefusedError({ code: 'wrongCluster', clusterId });
  }
  const known = storageIdOf(asker.nodeId);
  if (known === undefined || known === asker.storageId) return;
  throw failedPrecondition('STORAGE_ID_REFUSED', `${asker.nodeId} is known here with another data directory.`);
}
