import type { ServerDuplexStream } from '@grpc/grpc-js';
import { messagesOf } from '@synod/rpc';
import type { CallContext } from '@synod/rpc';

/** How the messages of a stream are answered, which may carry several requests and several answers. */
export interface Answering<Message, Request, Answer, Reply> {
  /** Requests whose answers are due, at most, but for the rest of a message: so what one stream holds in memory is bounded. */
  readonly maxInFlight: number;
  readonly requestsOf: (message: Message) => readonly Request[];
  /** Called in the order of the requests, at once; one that rejects ends the stream with its error. */
  readonly answer: (request: Request) => Promise<Answer>;
  /** Answers that became ready together, as messages. */
  readonly repliesOf: (answers: readonly Answer[]) => readonly Reply[];
}

/**
 * Answers each request of a stream, in the order in which the answers are ready. The stream is read no further while `maxInFlight`
 * answers are due, or the client does not take those that are written.
 */
export async function answerEach<Message, Request, Answer, Reply>(
  stream: ServerDuplexStream<Message, Reply>,
  call: Pick<CallContext, 'signal' | 'fail'>,
  { maxInFlight, requestsOf, answer, repliesOf }: Answering<Message, Request, Answer, Reply>,
): Promise<void> {
  let inFlight = 0;
  let blocked = false;
  let ready: Answer[] = [];
  let wake: () => void = () => undefined;
  const changed = (): Promise<void> => new Promise((resolve) => (wake = resolve));
  stream.on('drain', () => {
    blocked = false;
    wake();
  });
  call.signal.addEventListener('abort', () => {
    wake();
  });
  const write = (): void => {
    const answers = ready;
    ready = [];
    for (const reply of repliesOf(answers)) if (stream.writable) blocked = !stream.write(reply);
    inFlight -= answers.length;
    wake();
  };
  const answered = (response: Answer): void => {
    // What one log entry answers becomes ready within one run of the microtasks, and is written after it.
    if (ready.length === 0) process.nextTick(write);
    ready.push(response);
  };
  const failed = (error: unknown): void => {
    inFlight -= 1;
    call.fail(error);
    wake();
  };
  for await (const message of messagesOf(stream)) {
    for (const request of requestsOf(message)) {
      inFlight += 1;
      answer(request).then(answered, failed);
    }
    while ((inFlight >= maxInFlight || blocked) && !call.signal.aborted) await changed();
  }
  while (inFlight > 0 && !call.signal.aborted) await changed();
}
