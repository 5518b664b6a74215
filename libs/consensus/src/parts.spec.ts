import fc from 'fast-check';
import { ballot, bytes, commands } from './cluster.spec-support.js';
import { COMMAND_OVERHEAD_BYTES, ENTRY_OVERHEAD_BYTES, entrySizeBytes, equalEntries, NOOP } from './entry.js';
import { EntryLog } from './log.js';
import { Membership } from './membership.js';
import { assertReplicaOptions, DEFAULT_REPLICA_OPTIONS } from './options.js';
import type { ReplicaOptions } from './options.js';
import { Queue } from './queue.js';
import { FollowerProgress } from './leader/follower-progress.js';
import { ProposalQueue } from './leader/proposal-queue.js';

describe('entries', () => {
  it('are equal when their commands are, byte by byte and in order', () => {
    expect(equalEntries(commands('a', 'b'), commands('a', 'b'))).toBe(true);
    expect(equalEntries(commands('a', 'b'), commands('b', 'a'))).toBe(false);
    expect(equalEntries(commands('a'), commands('a', ''))).toBe(false);
    expect(equalEntries(commands('a'), commands('ab'))).toBe(false);
    expect(equalEntries(commands('aa'), commands('ab'))).toBe(false);
    expect(equalEntries(commands('aa'), commands('ba'))).toBe(false);
  });

  it('no-op equals only a no-op, not an entry without commands', () => {
    expect(equalEntries(NOOP, { kind: 'noop' })).toBe(true);
    expect(equalEntries(NOOP, { kind: 'commands', commands: [] })).toBe(false);
    expect(equalEntries({ kind: 'commands', commands: [] }, NOOP)).toBe(false);
  });

  it('size counts payload and overhead', () => {
    expect(entrySizeBytes(NOOP)).toBe(ENTRY_OVERHEAD_BYTES);
    expect(entrySizeBytes(commands('abc', 'd'))).toBe(4 + 2 * COMMAND_OVERHEAD_BYTES + ENTRY_OVERHEAD_BYTES);
  });
});

describe('queue', () => {
  it('behaves like an array used first in, first out', () => {
    const operation = fc.oneof(fc.nat(99), fc.constant('shift' as const), fc.constant('drain' as const));
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 400 }), (operations) => {
        const queue = new Queue<number>();
        let model: number[] = [];
        for (const op of operations) {
          if (op === 'shift') expect(queue.shift()).toBe(model.shift());
          else if (op === 'drain') {
            expect(queue.drain()).toEqual(model);
            model = [];
          } else {
            queue.push(op);
            model.push(op);
          }
          expect(queue.length).toBe(model.length);
          expect(queue.peek()).toBe(model[0]);
        }
      }),
    );
  });

  it('keeps order over a thousand items shifted half way', () => {
    const queue = new Queue<number>();
    for (let i = 0; i < 1000; i += 1) queue.push(i);
    for (let i = 0; i < 700; i += 1) expect(queue.shift()).toBe(i);
    for (let i = 1000; i < 1100; i += 1) queue.push(i);
    expect(queue.drain()).toEqual(Array.from({ length: 400 }, (_, i) => 700 + i));
  });
});

describe('log in memory', () => {
  const put = (log: EntryLog, slot: number, value: string, token = 0): void => {
    const entry = commands(value);
    log.put(slot, ballot(1, 'a'), entry, entrySizeBytes(entry), token);
  };

  it('holds what was put, the later value in place of the earlier', () => {
    const log = new EntryLog(0);
    put(log, 2, 'x');
    put(log, 2, 'y');
    expect(log.get(1)).toBeUndefined();
    expect(log.get(2)?.entry).toEqual(commands('y'));
    expect(log.highestSlot).toBe(2);
  });

  it('evicts the oldest applied entries only, and only once durable', () => {
    const log = new EntryLog(0);
    for (let slot = 1; slot <= 4; slot += 1) put(log, slot, 'xxxx', slot);
    for (let slot = 1; slot <= 3; slot += 1) log.noteApplied(slot);
    log.evict(0, 2);
    expect([1, 2, 3, 4].map((slot) => log.get(slot) !== undefined)).toEqual([false, false, true, true]);
    expect(log.firstSlot).toBe(3);
    log.evict(0, 9);
    expect(log.get(3)).toBeUndefined();
    expect(log.get(4)).toBeDefined();
    expect(log.cachedBytes).toBe(0);
  });

  it('does not hold again what was evicted', () => {
    const log = new EntryLog(5);
    put(log, 5, 'x');
    expect(log.get(5)).toBeUndefined();
    expect(log.cachedBytes).toBe(0);
  });

  it('counts the bytes that are applied and those that are not', () => {
    const log = new EntryLog(0);
    put(log, 1, 'xx');
    put(log, 2, 'xxxx');
    const [first, second] = [entrySizeBytes(commands('xx')), entrySizeBytes(commands('xxxx'))];
    expect(log.unappliedBytes).toBe(first + second);
    log.noteApplied(1);
    expect([log.cachedBytes, log.unappliedBytes]).toEqual([first, second]);
    put(log, 1, 'xxxxx');
    put(log, 2, '');
    expect([log.cachedBytes, log.unappliedBytes]).toEqual([first + 3, second - 4]);
  });

  it('lists entries from a slot in order, leaving holes out', () => {
    const log = new EntryLog(0);
    put(log, 5, 'e');
    put(log, 2, 'b');
    expect(log.entriesFrom(1).map(({ slot }) => slot)).toEqual([2, 5]);
    expect(log.entriesFrom(3).map(({ slot }) => slot)).toEqual([5]);
  });
});

describe('membership', () => {
  it.each([
    [1, 1],
    [2, 2],
    [3, 2],
    [4, 3],
    [5, 3],
    [7, 4],
  ])('of %i has majorities of %i for both phases', (size, quorum) => {
    const members = Array.from({ length: size }, (_, index) => `n${index}`);
    const membership = new Membership('n0', members);
    expect([membership.phase1Quorum, membership.phase2Quorum]).toEqual([quorum, quorum]);
  });

  it('numbers the members alike on all nodes, whatever order they are given in', () => {
    const one = new Membership('b', ['b', 'a', 'c']);
    const other = new Membership('c', ['c', 'b', 'a']);
    for (const id of ['a', 'b', 'c']) expect(one.indexOf(id)).toBe(other.indexOf(id));
    expect(one.selfIndex).toBe(1);
    expect(one.peers).toEqual(['a', 'c']);
    expect(one.indexOf('d')).toBeUndefined();
  });

  it('refuses a stranger to itself, doubles, and more members than votes have bits', () => {
    expect(() => new Membership('x', ['a', 'b'])).toThrow('a replica is one of its members');
    expect(() => new Membership('a', ['a', 'a'])).toThrow('members are distinct');
    const many = Array.from({ length: 31 }, (_, index) => `n${index}`);
    expect(() => new Membership('n0', many)).toThrow('members fit the vote mask');
  });
});

describe('options', () => {
  it('defaults are in range and their relations hold', () => {
    expect(() => assertReplicaOptions(DEFAULT_REPLICA_OPTIONS)).not.toThrow();
  });

  const broken: Partial<ReplicaOptions>[] = [
    { electionRoundMs: 9 },
    { electionRoundMs: 100.5 },
    { resendAfterMs: 0 },
    { maxOpenSlots: 0 },
    { maxOpenBytes: DEFAULT_REPLICA_OPTIONS.maxEntryBytes - 1 },
    { maxFlushesInFlight: 0 },
    { maxEntryBytes: 0 },
    { maxEntryCommands: 0 },
    { maxQueuedProposals: 0 },
    { maxQueuedBytes: DEFAULT_REPLICA_OPTIONS.maxEntryBytes - 1 },
    { maxQueuedReads: 0 },
    { maxCachedBytes: -1 },
    { maxTransferBytes: DEFAULT_REPLICA_OPTIONS.maxEntryBytes - 1 },
    { electionRoundMs: Number.NaN },
  ];
  it.each(broken)('refuses %j by name', (change) => {
    const [name = ''] = Object.keys(change);
    expect(() => assertReplicaOptions({ ...DEFAULT_REPLICA_OPTIONS, ...change })).toThrow(`option ${name}`);
  });
});

describe('queue of proposals', () => {
  const proposal = (proposalId: number, size = 1) => ({ proposalId, command: bytes('x'.repeat(size)) });
  const queueOf = (options: Partial<ReplicaOptions>) => new ProposalQueue({ ...DEFAULT_REPLICA_OPTIONS, ...options });

  it('makes one entry of all that waits, in order', () => {
    const queue = queueOf({});
    expect(queue.push([proposal(1), proposal(2)])).toEqual([]);
    expect(queue.push([proposal(3)])).toEqual([]);
    expect(queue.takeBatch()?.proposalIds).toEqual([1, 2, 3]);
    expect(queue.takeBatch()).toBeUndefined();
  });

  it('cuts entries by number and by bytes, and takes one that is too large alone', () => {
    const queue = queueOf({ maxEntryCommands: 3, maxEntryBytes: 10 });
    queue.push([1, 2, 3, 4].map((id) => proposal(id)));
    expect(queue.takeBatch()?.proposalIds).toEqual([1, 2, 3]);
    queue.push([proposal(5, 6), proposal(6, 6), proposal(7, 50), proposal(8)]);
    expect(queue.takeBatch()?.proposalIds).toEqual([4, 5]);
    expect(queue.takeBatch()?.proposalIds).toEqual([6]);
    expect(queue.takeBatch()?.proposalIds).toEqual([7]);
    expect(queue.takeBatch()?.proposalIds).toEqual([8]);
    expect(queue.sizeBytes).toBe(0);
  });

  it('says the size of a batch as entries count it', () => {
    const queue = queueOf({});
    queue.push([proposal(1, 5), proposal(2, 6)]);
    const announced = queue.nextBatchSizeBytes();
    const batch = queue.takeBatch();
    expect(batch?.sizeBytes).toBe(announced);
    expect(batch && entrySizeBytes(batch.entry)).toBe(announced);
  });

  it('refuses what is above its limits, and all that comes behind it in the same call', () => {
    expect(queueOf({ maxQueuedProposals: 2 }).push([1, 2, 3, 4].map((id) => proposal(id)))).toEqual([3, 4]);
    expect(queueOf({ maxQueuedBytes: 10 }).push([proposal(1, 8), proposal(2, 8), proposal(3, 1)])).toEqual([2, 3]);
  });

  it('takes one proposal whatever its size, when it is empty', () => {
    expect(queueOf({ maxQueuedBytes: 10 }).push([proposal(1, 100)])).toEqual([]);
  });

  it('is empty after draining', () => {
    const queue = queueOf({});
    queue.push([proposal(1), proposal(2)]);
    expect(queue.drain()).toEqual([1, 2]);
    expect([queue.length, queue.sizeBytes]).toEqual([0, 0]);
  });
});

describe("a follower's window", () => {
  it('opens again by acknowledgement of a slot and all before it', () => {
    const follower = new FollowerProgress('b', 1, 2, 1, 0);
    for (let slot = 1; slot <= 4; slot += 1) follower.noteSent(slot, 10, 0);
    follower.noteAnswered(3, 5);
    expect([follower.inFlightSlots, follower.inFlightBytes]).toEqual([1, 10]);
  });

  it('is overdue after silence since it began to wait, not since it was last busy', () => {
    const follower = new FollowerProgress('b', 1, 2, 1, 0);
    expect(follower.isOverdue(10_000, 200)).toBe(false);
    follower.noteSent(1, 10, 1_000);
    expect(follower.isOverdue(1_199, 200)).toBe(false);
    expect(follower.isOverdue(1_200, 200)).toBe(true);
    follower.noteAnswered(0, 1_150);
    expect(follower.isOverdue(1_200, 200)).toBe(false);
  });

  it('is empty and closed while stalled, and goes on where it is told', () => {
    const follower = new FollowerProgress('b', 1, 2, 1, 0);
    follower.noteSent(1, 10, 0);
    follower.stall();
    expect([follower.stalled, follower.inFlightSlots, follower.inFlightBytes]).toEqual([true, 0, 0]);
    expect(follower.isOverdue(9_999, 200)).toBe(false);
    follower.resume(7);
    expect([follower.stalled, follower.nextSlot]).toEqual([false, 7]);
  });
});
