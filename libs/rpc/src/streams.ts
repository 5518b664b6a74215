import type { ClientDuplexStream, ClientReadableStream, ServerDuplexStream, ServerReadableStream } from '@grpc/grpc-js';
import { MAX_QUEUED_MESSAGES } from './limits.js';
import { unavailable } from './rpc-error.js';
import { toRpcError } from './status-details.js';

/** The writable side of any grpc-js stream, of clients and servers. */
export interface OutgoingStream<Message> {
  readonly writableLength: number;
  readonly writable: boolean;
  readonly destroyed: boolean;
  write(message: Message): boolean;
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  off(event: string, listener: (...args: unknown[]) => void): unknown;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- what goes the other way doesn't matter
type Any = any;

/** The readable side of any grpc-js stream. */
export type IncomingStream<Message> =
  | ClientReadableStream<Message>
  | ClientDuplexStream<Any, Message>
  | ServerReadableStream<Message, Any>
  | ServerDuplexStream<Message, Any>;

/**
 * Writes, and resolves when the stream takes more: at once, unless its buffer is full. Rejects with UNAVAILABLE
 * (`STREAM_CLOSED`) when the stream closed first. One writer that awaits each call keeps memory bounded; several writers need
 * {@link tryWrite}.
 */
export function writeWithBackpressure<Message>(stream: OutgoingStream<Message>, message: Message): Promise<void> {
  if (!isOpen(stream)) return Promise.reject(streamClosed());
  if (stream.write(message)) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => () => {
      stream.off('drain', onDrain);
      for (const event of CLOSING_EVENTS) stream.off(event, onClosed);
      act();
    };
    const onDrain = settle(resolve);
    const onClosed = settle(() => reject(streamClosed()));
    stream.on('drain', onDrain);
    for (const event of CLOSING_EVENTS) stream.on(event, onClosed);
  });
}

const CLOSING_EVENTS = ['close', 'error', 'cancelled', 'finish'] as const;

/**
 * Writes unless `maxQueued` messages wait in the stream already or it has closed, and tells whether it wrote. For what may be
 * dropped or is repeated later, such as messages between replicas: the caller counts the refusals.
 */
export function tryWrite<Message>(
  stream: OutgoingStream<Message>,
  message: Message,
  maxQueued: number = MAX_QUEUED_MESSAGES,
): boolean {
  if (!isOpen(stream) || stream.writableLength >= maxQueued) return false;
  stream.write(message);
  return true;
}

function isOpen(stream: OutgoingStream<unknown>): boolean {
  return stream.writable && !stream.destroyed && (stream as { cancelled?: boolean }).cancelled !== true;
}

function streamClosed() {
  return unavailable('STREAM_CLOSED', 'The stream closed before the message was sent: open another one.');
}

/** Resolves when a stream has ended, for whatever reason; never rejects. */
export function closed(stream: Pick<OutgoingStream<never>, 'on' | 'destroyed'>): Promise<void> {
  if (stream.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    for (const event of ['close', 'cancelled', 'error', 'end'] as const) stream.on(event, () => resolve());
  });
}

/**
 * The messages of a stream, read one at a time, so that a slow reader slows the sender. A failure of the call is thrown as
 * RpcError; on a client, leaving the loop early cancels the call.
 *
 * For servers it is more than comfort: a plain `for await` destroys a bidirectional stream when the client has finished, and
 * with it the answers that are still to be written.
 */
export async function* messagesOf<Message>(stream: IncomingStream<Message>): AsyncGenerator<Message, void, undefined> {
  // A cancelled grpc-js call emits 'error' once more, after the iterator has let go of the stream.
  stream.on('error', () => {});
  let settled = false;
  try {
    for await (const message of stream.iterator({ destroyOnReturn: false })) yield message as Message;
    settled = true;
  } catch (error) {
    settled = true;
    throw toRpcError(error);
  } finally {
    if (!settled && 'cancel' in stream) stream.cancel();
  }
}
