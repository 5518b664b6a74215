import { assert } from '@synod/base';
import {
  ballotToWire,
  decodePaxosMessage,
  describeError,
  heartbeatFromWire,
  RequestRefusedError,
} from '@synod/contracts';
import { equalBallots } from '@synod/consensus';
import type { Ballot, Message, NodeId } from '@synod/consensus';
import { bidi, encodeStatus, messagesOf } from '@synod/rpc';
import type { Handlers } from '@synod/rpc';
import type { services, WireForwardRequest, WireForwardResponseInput } from '@synod/wire';
import type { LeaderProposals } from '../commands/leader-proposals.js';
import { answerEach } from './answer-each.js';

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

/** Requests of one follower that wait for an answer, at most; its gateway sends fewer. */
const MAX_FORWARDED_IN_FLIGHT = 4_096;

/** PaxosService as the other coordinators see it. */
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
    forward: bidi((stream, call) =>
      answerEach(stream, call, MAX_FORWARDED_IN_FLIGHT, (request) => answer(modules, request)),
    ),
  };
}

async function answer(modules: PaxosServiceModules, request: WireForwardRequest): Promise<WireForwardResponseInput> {
  const { requestId, commands, heartbeats } = request;
  if (!modules.serving()) return { requestId, error: notLeading(modules) };
  if (commands) return { requestId, ...(await propose(modules, commands.commands)) };
  if (heartbeats) hear(modules, heartbeats);
  const before = modules.ballot();
  try {
    const appliedSlot = await modules.read();
    if (!heartbeats) return { requestId, readIndexed: { appliedSlot: String(appliedSlot) } };
    // The round confirmed the ballot that was held when it began, and no other.
    if (!equalBallots(modules.ballot(), before)) return { requestId, error: notLeading(modules) };
    return { requestId, heartbeatsConfirmed: { heartbeats: heartbeats.heartbeats, leader: ballotToWire(before) } };
  } catch {
    return { requestId, error: notLeading(modules) };
  }
}

/** Heard when it arrived; confirmed only in a round that begins after that. Who is gone may have come back in the same message. */
function hear(modules: PaxosServiceModules, relayed: NonNullable<WireForwardRequest['heartbeats']>): void {
  for (const { workerId, incarnation } of relayed.disconnected.map(heartbeatFromWire))
    modules.gone(workerId, incarnation);
  for (const { workerId, incarnation } of relayed.heartbeats.map(heartbeatFromWire))
    modules.heard(workerId, incarnation);
  const renewals = relayed.nodes.map(heartbeatFromWire);
  if (renewals.length > 0)
    modules.nodesRenewed(renewals.map(({ workerId: nodeId, incarnation }) => ({ nodeId, incarnation })));
}

function propose(modules: PaxosServiceModules, commands: readonly Uint8Array[]): Promise<WireForwardResponseInput> {
  return new Promise((resolve) => {
    modules.proposals.submit(commands, (outcome) => {
      if (outcome === 'applied') resolve({ commandsProposed: {} });
      else if (outcome === 'shed') resolve({ error: overloaded() });
      else resolve({ error: encodedRefusal(new RequestRefusedError({ code: 'outcomeUnknown' })) });
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
