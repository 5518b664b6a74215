import type { Message } from '@synod/consensus';
import type { MessageCodec } from '@synod/testkit';

/** Messages as JSON text, with bytes as strings of one character a byte. */
export const jsonCodec: MessageCodec<Message> = {
  encode: (message) =>
    JSON.stringify(message, (_key, value: unknown) =>
      value instanceof Uint8Array ? { $bytes: String.fromCharCode(...value) } : value,
    ),
  decode: (encoded) =>
    JSON.parse(String(encoded), (_key, value: unknown) => (isBytes(value) ? toBytes(value.$bytes) : value)) as Message,
};

function isBytes(value: unknown): value is { readonly $bytes: string } {
  return typeof value === 'object' && value !== null && '$bytes' in value;
}

function toBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index += 1) bytes[index] = text.charCodeAt(index);
  return bytes;
}
