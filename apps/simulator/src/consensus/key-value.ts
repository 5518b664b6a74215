import type { Entry, Slot } from '@synod/consensus';
import type { SequentialModel } from '@synod/testkit';
import { Digest } from '../digest.js';

/** What clients ask: of one key each, so that their histories fall apart by key. */
export type KvInput =
  | { readonly kind: 'get'; readonly key: string }
  | { readonly kind: 'put'; readonly key: string; readonly value: string }
  | { readonly kind: 'append'; readonly key: string; readonly value: string }
  | { readonly kind: 'cas'; readonly key: string; readonly expected: string; readonly value: string };

const LONGEST_VALUE = 60;

/** The next value and the answer: to `get` the value, to `append` the value as it is then, to `cas` whether it took place. */
export function perform(value: string, input: KvInput): readonly [next: string, output: string] {
  switch (input.kind) {
    case 'get':
      return [value, value];
    case 'put':
      return [input.value, ''];
    case 'append': {
      // A long value is cut to a digest of itself: it stays short, and still tells what was appended in what order.
      const before = value.length > LONGEST_VALUE ? new Digest().text(value).value() : value;
      const next = `${before}.${input.value}`;
      return [next, next];
    }
    case 'cas':
      return value === input.expected ? [input.value, 'true'] : [value, 'false'];
  }
}

/** One copy of the store, for the linearizability checker. */
export const KEY_VALUE_MODEL: SequentialModel<string, KvInput, string> = {
  initial: () => '',
  stateKey: (state) => state,
  partition: ({ key }) => key,
  apply: (state, input, output) => {
    const [next, answer] = perform(state, input);
    return output === undefined || output === answer ? next : undefined;
  },
};

export interface KvCommand {
  readonly client: number;
  readonly sequence: number;
  /** No command of this client below this one waits for an answer any more. */
  readonly lowest: number;
  readonly input: KvInput;
}

/** Name of a command in reports, and of what it does once however often it is sent. */
export function commandName({ client, sequence }: Pick<KvCommand, 'client' | 'sequence'>): string {
  return `${client}-${sequence}`;
}

export function encodeCommand({ client, sequence, lowest, input }: KvCommand, paddingBytes: number): Uint8Array {
  const value = 'value' in input ? input.value : '';
  const expected = input.kind === 'cas' ? input.expected : '';
  const parts = [client, sequence, lowest, input.kind, input.key, value, expected].join('|');
  return Buffer.from(`${parts}|${' '.repeat(paddingBytes)}`, 'latin1');
}

export function decodeCommand(bytes: Uint8Array): KvCommand {
  const [client, sequence, lowest, kind, key = '', value = '', expected = ''] = latin1(bytes).split('|');
  const input = { kind, key, value, expected } as KvInput;
  return { client: Number(client), sequence: Number(sequence), lowest: Number(lowest), input };
}

/** A replicated state machine as the simulator drives it: it sees every slot once, in order, on every node. */
export interface SimulatedStateMachine {
  /** One answer a command, in order. */
  apply(slot: Slot, entry: Entry): readonly string[];
  read(key: string): string;
  /** Equal after equal slots on all nodes (I11). */
  digest(): string;
  /** All of its state, digest included: equal bytes for equal states. */
  snapshot(): Uint8Array;
  restore(snapshot: Uint8Array): void;
}

export type StateMachineFactory = () => SimulatedStateMachine;

interface Session {
  lowest: number;
  readonly replies: Map<number, string>;
}

interface SnapshotContent {
  readonly values: readonly (readonly [string, string])[];
  readonly sessions: readonly (readonly [number, number, readonly (readonly [number, string])[]])[];
  readonly digest: readonly [number, number];
}

/** What answers a command whose client has gone on since: nobody waits for it. */
const FORGOTTEN = 'forgotten';

/** A few keys, and a session for each client: a command that is sent twice is done once (P9). */
export class KeyValueMachine implements SimulatedStateMachine {
  private readonly values = new Map<string, string>();
  private readonly sessions = new Map<number, Session>();
  private seen = new Digest();

  /** `onEffect` sees each command that does something: neither one that was done before nor one that came too late. */
  apply(slot: Slot, entry: Entry, onEffect?: (command: KvCommand, index: number) => void): readonly string[] {
    this.seen.number(slot);
    if (entry.kind === 'noop') return [];
    return entry.commands.map((bytes, index) => {
      const command = decodeCommand(bytes);
      if (onEffect !== undefined && this.isNew(command)) onEffect(command, index);
      const reply = this.execute(command);
      this.seen.text(reply);
      return reply;
    });
  }

  private isNew({ client, sequence }: KvCommand): boolean {
    const session = this.sessions.get(client);
    return session === undefined || (sequence >= session.lowest && !session.replies.has(sequence));
  }

  read(key: string): string {
    return this.values.get(key) ?? '';
  }

  digest(): string {
    return this.seen.value();
  }

  snapshot(): Uint8Array {
    const content: SnapshotContent = {
      values: [...this.values].sort(([left], [right]) => (left < right ? -1 : 1)),
      sessions: [...this.sessions]
        .sort(([left], [right]) => left - right)
        .map(([client, { lowest, replies }]) => [client, lowest, [...replies].sort(([left], [right]) => left - right)]),
      digest: this.seen.save(),
    };
    return Buffer.from(JSON.stringify(content), 'latin1');
  }

  restore(snapshot: Uint8Array): void {
    const { values, sessions, digest } = JSON.parse(latin1(snapshot)) as SnapshotContent;
    this.values.clear();
    this.sessions.clear();
    for (const [key, value] of values) this.values.set(key, value);
    for (const [client, lowest, replies] of sessions) this.sessions.set(client, { lowest, replies: new Map(replies) });
    this.seen = Digest.restore(digest);
  }

  protected execute(command: KvCommand): string {
    const { client, sequence, lowest, input } = command;
    const session = this.session(client);
    const known = session.replies.get(sequence);
    if (known !== undefined) return known;
    if (sequence < session.lowest) return FORGOTTEN;
    const [next, output] = perform(this.read(input.key), input);
    this.values.set(input.key, next);
    session.replies.set(sequence, output);
    if (lowest > session.lowest) {
      session.lowest = lowest;
      for (const old of session.replies.keys()) if (old < lowest) session.replies.delete(old);
    }
    this.seen.text(next);
    return output;
  }

  private session(client: number): Session {
    let session = this.sessions.get(client);
    if (session === undefined) {
      session = { lowest: 0, replies: new Map() };
      this.sessions.set(client, session);
    }
    return session;
  }
}

export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
