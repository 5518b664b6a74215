import type { ServerDuplexStream } from '@grpc/grpc-js';
import { messagesOf } from '@synod/rpc';
import type { CallContext } from '@synod/rpc';

/**
 * Answers each message of a stream, in the order in which the answers are ready. The stream is read no further while `maxInFlight`
 * answers are due, or the client does not take those that are written; so what one stream holds in memory is bounded.
 * `answer` is called in the order of the messages, at once; one that rejects ends the stream with its error.
 */
export async function answerEach<Request, Response>(
  stream: ServerDuplexStream<Request, Response>,
  call: Pick<CallContext, 'signal' | 'fail'>,
  maxInFlight: number,
  answer: (request: Request) => Promise<Response>,
): Promise<void> {
  let inFlight = 0;
  let blocked = false;
  let wake: () => void = () => undefined;
  const changed = (): Promise<void> => new Promise((resolve) => (wake = resolve));
  stream.on('drain', () => {
    blocked = false;
    wake();
  });
  call.signal.addEventListener('abort', () => {
    wake();
  });
  for await (const request of messagesOf(stream)) {
    inFlight += 1;
    answer(request)
      .then((response) => {
        if (stream.writable) blocked = !stream.write(response);
      })
      .catch((error: unknown) => {
        call.fail(error);
      })
      .finally(() => {
        inFlight -= 1;
        wake();
      });
    while ((inFlight >= maxInFlight || blocked) && !call.signal.aborted) await changed();
  }
  while (inFlight > 0 && !call.signal.aborted) await changed();
}
