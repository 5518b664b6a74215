import { assert } from '@synod/base';
import {
  ballotToWire,
  decodePaxosMessage,
  describeError,
  heartbeatFromWire,
  RequestRefusedError,
} from '@synod/contracts';
import type { Ballot, Message, NodeId } from '@synod/consensus';
import { bidi, encodeStatus, messagesOf } from '@synod/rpc';
import type { Handlers } from '@synod/rpc';
import type { services, WireForwardRequest, WireForwardResponseInput } from '@synod/wire';
import type { LeaderProposals } from '../commands/leader-proposals.js';

export interface PaxosServiceModules {
  readonly receive: (message: Message) => void;
  readonly peerDisconnected: (peer: NodeId) => void;
  readonly serving: () => boolean;
  readonly ballot: () => Ballot;
  readonly leader: () => NodeId | undefined;
  readonly proposals: LeaderProposals;
  readonly read: () => Promise<number>;
  readonly heard: (workerId: string, incarnation: number) => void;
  readonly gone: (workerId: string, incarnation: number) => void;
  readonly nodesRenewed: (renewals: readonly { nodeId: string; incarnation: number }[]) => void;
}

export function paxosServiceHandlers(modules: PaxosServiceModules): Handlers<(typeof services)['PaxosService']> {
  return {
    exchange: bidi(async (stream) => {
      let from: NodeId | undefined;
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
    forward: bidi(async (stream) => {
      for await (const request of messagesOf(stream)) {
        void answer(modules, request).then((response) => {
          if (stream.writable) stream.write(response);
        });
      }
    }),
  };
}

async function answer(modules: PaxosServiceModules, request: WireForwardRequest): Promise<WireForwardResponseInput> {
  const { requestId } = request;
  if (!modules.serving()) return { requestId, error: notLeading(modules) };
  if (request.commands != null) return { requestId, ...(await propose(modules, request.commands.commands)) };
  const { heartbeats } = request;
  if (heartbeats != null) {
    // Heard when it arrived; confirmed only in a round that begins after that.
    for (const { workerId, incarnation } of heartbeats.heartbeats.map(heartbeatFromWire))
      modules.heard(workerId, incarnation);
    for (const { workerId, incarnation } of heartbeats.disconnected.map(heartbeatFromWire))
      modules.gone(workerId, incarnation);
    const renewals = heartbeats.nodes.map(heartbeatFromWire);
    if (renewals.length > 0)
      modules.nodesRenewed(renewals.map(({ workerId: nodeId, incarnation }) => ({ nodeId, incarnation })));
  }
  try {
    const appliedSlot = await modules.read();
    if (heartbeats == null) return { requestId, readIndexed: { appliedSlot: String(appliedSlot) } };
    const leader = ballotToWire(modules.ballot());
    return { requestId, heartbeatsConfirmed: { heartbeats: heartbeats.heartbeats, leader } };
  } catch {
    return { requestId, error: notLeading(modules) };
  }
}

function propose(modules: PaxosServiceModules, commands: readonly Uint8Array[]): Promise<WireForwardResponseInput> {
  return new Promise((resolve) => {
    modules.proposals.submit(commands, (refusal) => {
      if (refusal === undefined) resolve({ commandsProposed: {} });
      else if (refusal.reason === 'overloaded') resolve({ error: overloaded() });
      else resolve({ error: notLeading(modules) });
    });
  });
}

function notLeading(modules: PaxosServiceModules) {
  return encodedRefusal(new RequestRefusedError({ code: 'notLeader', leaderId: modules.leader() ?? '' }));
}

function overloaded() {
  return encodedRefusal(new RequestRefusedError({ code: 'overloaded', retryAfterMs: 500 }));
}

function encodedRefusal(error: RequestRefusedError) {
  const description = describeError(error);
  assert(description !== undefined, 'every refusal has a status');
  return encodeStatus(description);
}
