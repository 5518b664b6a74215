import type { AcceptedEntry, Entry, Message, NodeId, Slot, SlotEntry } from '@synod/consensus';
import type { MessageCodec } from '@synod/testkit';
import { latin1 } from './key-value.js';

/** What hosts say to each other beside the core's messages, to carry a snapshot. */
export type SnapshotBody =
  /** Asks for chunk `nextChunk` of the snapshot at `slot`, or for the first of any snapshot above `aboveSlot`. */
  | {
      readonly type: 'ask';
      readonly transfer: number;
      readonly aboveSlot: Slot;
      readonly slot: Slot | undefined;
      readonly hash: string;
      readonly nextChunk: number;
    }
  | {
      readonly type: 'chunk';
      readonly transfer: number;
      readonly slot: Slot;
      /** Of the whole snapshot: chunks of one slot and hash belong together, whoever sent them. */
      readonly hash: string;
      readonly chunkIndex: number;
      readonly chunkCount: number;
      readonly content: string;
    }
  | { readonly type: 'none'; readonly transfer: number };

/** All that crosses the simulated network. */
export type Packet =
  | { readonly kind: 'core'; readonly message: Message }
  | { readonly kind: 'snapshot'; readonly from: NodeId; readonly to: NodeId; readonly body: SnapshotBody };

/** Core messages as JSON text: bytes are strings of one character each, and only where bytes can be. */
export const jsonCodec: MessageCodec<Message> = {
  encode: (message) => JSON.stringify(withEntries(message, packEntry)),
  decode: (encoded) => withEntries(JSON.parse(String(encoded)) as Message, unpackEntry),
};

/** Packets, core messages of which are encoded by `codec`. */
export function packetCodec(codec: MessageCodec<Message>): MessageCodec<Packet> {
  return {
    encode: (packet) => (packet.kind === 'core' ? codec.encode(packet.message) : `s${JSON.stringify(packet)}`),
    decode: (encoded) =>
      typeof encoded === 'string' && encoded.startsWith('s')
        ? (JSON.parse(encoded.slice(1)) as Packet)
        : { kind: 'core', message: codec.decode(encoded) },
  };
}

function withEntries(message: Message, change: (entry: Entry) => Entry): Message {
  const { header, body } = message;
  switch (body.type) {
    case 'accept':
      return { header, body: { ...body, entries: body.entries.map((held) => changed<SlotEntry>(held, change)) } };
    case 'fetched':
      return { header, body: { ...body, entries: body.entries.map((held) => changed<SlotEntry>(held, change)) } };
    case 'promised':
      return { header, body: { ...body, accepted: body.accepted.map((held) => changed<AcceptedEntry>(held, change)) } };
    default:
      return message;
  }
}

function changed<T extends { readonly entry: Entry }>(held: T, change: (entry: Entry) => Entry): T {
  return held.entry.kind === 'noop' ? held : { ...held, entry: change(held.entry) };
}

/** The cast is the codec's own: packed entries never leave it. */
function packEntry(entry: Entry): Entry {
  if (entry.kind === 'noop') return entry;
  return { kind: 'commands', commands: entry.commands.map(latin1) as unknown as Uint8Array[] };
}

function unpackEntry(entry: Entry): Entry {
  if (entry.kind === 'noop') return entry;
  const packed = entry.commands as unknown as string[];
  return { kind: 'commands', commands: packed.map((text) => Buffer.from(text, 'latin1')) };
}
