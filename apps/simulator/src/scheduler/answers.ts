import { CommandRefusedError, describeError } from '@synod/contracts';
import type { CommandReply } from '@synod/jobs';
import { RpcError, toRpcError } from '@synod/rpc';
import type { MethodCodec } from './calls.js';
import type { CallEnd } from './streams.js';

/** Answers the one request of a call. */
export function unary<Request, ResponseInput>(
  end: CallEnd,
  codec: Pick<MethodCodec<Request, unknown, unknown, ResponseInput>, 'requestDeserialize' | 'responseSerialize'>,
  answer: (request: Request) => Promise<ResponseInput>,
): void {
  end.listener = {
    data: (bytes) => {
      answer(codec.requestDeserialize(Buffer.from(bytes))).then(
        (response) => {
          end.send(codec.responseSerialize(response));
          end.close();
        },
        (error: unknown) => end.close(statusOf(error)),
      );
    },
    closed: () => undefined,
  };
}

export function expectNotRefused(reply: CommandReply): CommandReply {
  if (reply.type === 'refused') throw new CommandRefusedError(reply.refusal);
  return reply;
}

/** The error as it reaches the other side of the wire. */
export function statusOf(error: unknown): RpcError {
  const description = describeError(error);
  return description === undefined ? toRpcError(error) : new RpcError(description);
}
