import { Metadata } from '@grpc/grpc-js';
import { decodePaxosMessage } from '@synod/contracts';
import type { Message, NodeId } from '@synod/consensus';
import { bidi, messagesOf } from '@synod/rpc';
import type { Handlers } from '@synod/rpc';
import type { services } from '@synod/wire';
import { answerEach } from './answer-each.js';
import { answerForwarded } from './forwarding.js';
import type { ForwardingModules } from './forwarding.js';

export interface PaxosServiceModules extends ForwardingModules {
  readonly receive: (message: Message) => void;
  readonly peerDisconnected: (peer: NodeId) => void;
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
      answerEach(stream, call, MAX_FORWARDED_IN_FLIGHT, (request) => answerForwarded(modules, request)),
    ),
  };
}
