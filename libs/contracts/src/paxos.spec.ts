import fc from 'fast-check';
import type { Ballot, Entry, Message, MessageBody } from '@synod/consensus';
import { contractError, overTheWire } from './contracts.spec-support.js';
import { ballotFromWire, decodePaxosMessage, encodePaxosMessage } from './index.js';

const number = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const count = fc.nat({ max: 2 ** 32 - 1 });
const ballot: fc.Arbitrary<Ballot> = fc.record({ round: number, priority: count, nodeId: fc.string() });
const entry: fc.Arbitrary<Entry> = fc.oneof(
  fc.constant<Entry>({ kind: 'noop' }),
  fc.record({
    kind: fc.constant('commands' as const),
    commands: fc.array(fc.uint8Array({ maxLength: 8 }), { minLength: 1, maxLength: 3 }),
  }),
);
const slotEntry = fc.record({ slot: number, entry });
const accepted = fc.record({ slot: number, ballot, entry });
const some = <T>(arbitrary: fc.Arbitrary<T>) => fc.array(arbitrary, { maxLength: 3 });
const through = { chosenThroughSlot: number, trimmedThroughSlot: number };
const type = <T extends string>(name: T) => fc.constant(name);

const bodies: fc.Arbitrary<MessageBody>[] = [
  fc.record({ type: type('poll'), pollRound: number }),
  fc.record({
    type: type('pollReply'),
    pollRound: number,
    ballot,
    leader: ballot,
    happy: fc.boolean(),
    wallMs: fc.maxSafeInteger(),
    chosenThroughSlot: number,
    featureLevel: count,
    unfitReason: fc.string(),
  }),
  fc.record({ type: type('prepare'), ballot, fromSlot: number }),
  fc.record({
    type: type('promised'),
    ballot,
    chunkIndex: count,
    chunkCount: count,
    ...through,
    accepted: some(accepted),
    unknownSlots: some(number),
  }),
  fc.record({ type: type('nacked'), ballot, promised: ballot }),
  fc.record({ type: type('accept'), ballot, entries: some(slotEntry), chosenThroughSlot: number }),
  fc.record({ type: type('accepted'), ballot, slots: some(number) }),
  fc.record({ type: type('chosen'), ballot, chosenThroughSlot: number }),
  fc.record({ type: type('fetch'), fromSlot: number, throughSlot: number }),
  fc.record({ type: type('fetched'), ballot, entries: some(slotEntry), ...through }),
  fc.record({ type: type('confirm'), ballot, confirmRound: number }),
  fc.record({ type: type('confirmed'), ballot, confirmRound: number }),
  fc.record({ type: type('rejected'), storageId: fc.string() }),
  fc.record({ type: type('handOver'), ballot }),
];

const header = fc.record({
  formatVersion: count,
  clusterId: fc.string(),
  groupId: count,
  from: fc.string(),
  to: fc.string(),
  storageId: fc.string(),
});

/** Bytes arrive as Buffers, which are Uint8Arrays of another class. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return [...value];
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, plain(field)]));
  return value;
}

const HEADER = { formatVersion: 1, clusterId: 'c', groupId: 0, from: 'a', to: 'b', storageId: 's' };

describe('a message between replicas', () => {
  it.each(bodies)('is the same after a journey over the wire: %#', (body) => {
    fc.assert(
      fc.property(header, body, (head, theBody) => {
        const message: Message = { header: head, body: theBody };
        const received = decodePaxosMessage(overTheWire('PaxosMessage', encodePaxosMessage(message)));
        expect(plain(received)).toStrictEqual(plain(message));
      }),
      { numRuns: 50 },
    );
  });

  it('carries commands without copying them', () => {
    const command = new Uint8Array([1, 2, 3]);
    const body: MessageBody = {
      type: 'accept',
      ballot: { round: 1, priority: 0, nodeId: 'a' },
      entries: [{ slot: 1, entry: { kind: 'commands', commands: [command] } }],
      chosenThroughSlot: 0,
    };
    const wire = encodePaxosMessage({ header: HEADER, body });
    expect(wire.accept?.entries?.[0]?.entry?.commands?.[0]).toBe(command);
  });

  it.each([
    ['no body', {}],
    ['no ballot', { accept: { entries: [] } }],
    ['no entry', { accept: { ballot: {}, entries: [{ slot: 1 }] } }],
    ['an entry without commands', { accept: { ballot: {}, entries: [{ slot: 1, entry: {} }] } }],
    ['no leader', { pollReply: { ballot: {} } }],
    ['a hand-over without a ballot', { handOver: {} }],
  ])('with %s is damaged', (_, body) => {
    const wire = overTheWire('PaxosMessage', { ...HEADER, ...body });
    expect(contractError(() => decodePaxosMessage(wire)).code).toBe('damagedMessage');
  });

  it('with a slot beyond 2^53 is refused', () => {
    const wire = overTheWire('PaxosMessage', { ...HEADER, fetch: { fromSlot: '9007199254740993' } });
    expect(contractError(() => decodePaxosMessage(wire)).code).toBe('unsafeInteger');
  });

  it('tells an empty ballot from a missing one', () => {
    expect(ballotFromWire({ round: '0', priority: 0, nodeId: '' })).toEqual({ round: 0, priority: 0, nodeId: '' });
    expect(contractError(() => ballotFromWire(null)).code).toBe('damagedMessage');
  });
});
