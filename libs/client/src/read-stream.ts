import { messagesOf } from '@synod/rpc';

type Readable<Message> = Parameters<typeof messagesOf<Message>>[0] & { cancel(): void };

/** Reads a server stream one message at a time; cancels it when the reader leaves or `signal` aborts. Throws what broke it. */
export async function* readStream<Message>(
  stream: Readable<Message>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Message, void, undefined> {
  const cancel = () => stream.cancel();
  signal?.addEventListener('abort', cancel);
  try {
    if (signal?.aborted) cancel();
    yield* messagesOf<Message>(stream);
  } finally {
    signal?.removeEventListener('abort', cancel);
  }
}
