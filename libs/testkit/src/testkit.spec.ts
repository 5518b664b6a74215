import fc from 'fast-check';
import { SeededRandom } from './seeded-random.js';
import { PERFECT_DISK, SimulatedDisk } from './simulated-disk.js';
import { PERFECT_LINK, SimulatedNetwork } from './simulated-network.js';
import type { LinkFaults } from './simulated-network.js';
import { NodeClock, VirtualClock } from './virtual-clock.js';

describe('seeded random', () => {
  it('gives the same sequence for the same seed, and another for another', () => {
    const sequence = (seed: number): number[] => {
      const random = new SeededRandom(seed);
      return Array.from({ length: 20 }, () => random.nextUint32());
    };
    expect(sequence(7)).toEqual(sequence(7));
    expect(sequence(7)).not.toEqual(sequence(8));
    expect(sequence(2 ** 40 + 7)).not.toEqual(sequence(7));
  });

  it('stays what it was: recorded seeds must keep their meaning', () => {
    const random = new SeededRandom(1);
    expect(Array.from({ length: 4 }, () => random.nextUint32())).toMatchInlineSnapshot(`
      [
        2420951833,
        2513034076,
        3847892949,
        4064752930,
      ]
    `);
  });

  it('draws integers of the whole range and nothing else', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: -5, max: 5 }), fc.nat(6), (seed, min, width) => {
        const random = new SeededRandom(seed);
        const seen = new Set(Array.from({ length: 200 }, () => random.integer(min, min + width)));
        expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: width + 1 }, (_, index) => min + index));
      }),
      { numRuns: 30, seed: 1 },
    );
  });

  it('is fair enough: each of ten buckets gets about a tenth', () => {
    const random = new SeededRandom(3);
    const buckets = Array.from({ length: 10 }, () => 0);
    for (let i = 0; i < 20_000; i += 1) {
      const bucket = Math.floor(random.fraction() * 10);
      buckets[bucket] = (buckets[bucket] ?? 0) + 1;
    }
    for (const count of buckets) expect(Math.abs(count - 2_000)).toBeLessThan(200);
  });

  it('shuffles into a permutation and leaves the original alone', () => {
    const items = [1, 2, 3, 4, 5];
    const shuffled = new SeededRandom(5).shuffle(items);
    expect(items).toEqual([1, 2, 3, 4, 5]);
    expect([...shuffled].sort((a, b) => a - b)).toEqual(items);
  });

  it('forks into a source whose draws do not move the first', () => {
    const one = new SeededRandom(9);
    const other = new SeededRandom(9);
    const fork = one.fork();
    other.fork();
    for (let i = 0; i < 5; i += 1) fork.nextUint32();
    expect(one.nextUint32()).toBe(other.nextUint32());
  });

  it('is always, or never, lucky at the ends', () => {
    const random = new SeededRandom(1);
    for (let i = 0; i < 100; i += 1) {
      expect(random.chance(0)).toBe(false);
      expect(random.chance(1)).toBe(true);
    }
  });
});

describe('virtual clock', () => {
  it('runs events in order of time, and of scheduling where times are equal', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 60 }), (delays) => {
        const clock = new VirtualClock();
        const seen: [number, number][] = [];
        delays.forEach((delay, index) => clock.after(delay, () => seen.push([clock.nowMs, index])));
        clock.advance(100);
        const expected = delays.map((delay, index): [number, number] => [delay, index]);
        expected.sort(([a, i], [b, j]) => a - b || i - j);
        expect(seen).toEqual(expected);
      }),
    );
  });

  it('moves only when told, and to the end of what was asked', () => {
    const clock = new VirtualClock(1_000);
    let fired = false;
    clock.after(10, () => (fired = true));
    clock.advance(9.9);
    expect(fired).toBe(false);
    clock.advance(0.2);
    expect(fired).toBe(true);
    expect(clock.monotonicMs()).toBeCloseTo(10.1);
    expect(clock.wallMs()).toBeCloseTo(1_010.1);
  });

  it('repeats until cancelled; cancelling twice or after the event is fine', () => {
    const clock = new VirtualClock();
    let count = 0;
    const cancel = clock.every(10, () => (count += 1));
    clock.advance(35);
    cancel();
    cancel();
    clock.advance(100);
    expect(count).toBe(3);
    const late = clock.after(1, () => undefined);
    clock.advance(2);
    late();
  });

  it('runs what an event schedules, in the same advance', () => {
    const clock = new VirtualClock();
    const seen: number[] = [];
    clock.after(1, () => clock.after(1, () => seen.push(clock.nowMs)));
    clock.advance(5);
    expect(seen).toEqual([2]);
  });

  it('advances until a condition holds, and tells when it never does', () => {
    const clock = new VirtualClock();
    let count = 0;
    clock.every(10, () => (count += 1));
    expect(clock.advanceUntil(() => count === 3, 1_000)).toBe(true);
    expect(clock.nowMs).toBe(30);
    expect(clock.advanceUntil(() => count === 1_000, 100)).toBe(false);
    expect(clock.nowMs).toBe(130);
  });

  it('shows a skewed node another time for the same events', () => {
    const clock = new VirtualClock(1_000_000);
    const skewed = clock.skewed({ rate: 1.1, wallOffsetMs: -500 });
    clock.advance(1_000);
    expect(skewed.monotonicMs()).toBeCloseTo(1_100);
    expect(skewed.wallMs()).toBe(1_000_600);
  });

  it('gives a node a clock whose wall time can be set, while its monotonic time only runs', () => {
    const clock = new VirtualClock(1_000_000);
    const node = new NodeClock(clock, { rate: 0.5, wallOffsetMs: 20 });
    clock.advance(1_000);
    expect([node.monotonicMs(), node.wallMs()]).toEqual([500, 1_001_020]);
    node.wallOffsetMs = -5_000;
    expect([node.monotonicMs(), node.wallMs()]).toEqual([500, 996_000]);
  });
});

interface Parcel {
  readonly number: number;
}

function network(faults: Partial<LinkFaults>, seed = 1) {
  const clock = new VirtualClock();
  const arrived: number[] = [];
  const net = new SimulatedNetwork<Parcel>(
    {
      timers: clock,
      nowMs: () => clock.nowMs,
      random: new SeededRandom(seed),
      codec: { encode: (parcel) => JSON.stringify(parcel), decode: (encoded) => JSON.parse(String(encoded)) as Parcel },
      deliver: (_from, _to, parcel) => arrived.push(parcel.number),
    },
    { ...PERFECT_LINK, ...faults },
  );
  const sendMany = (count: number): void => {
    for (let number = 0; number < count; number += 1) net.send('a', 'b', { number });
    clock.advance(1_000);
  };
  return { clock, net, arrived, sendMany };
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe('simulated network', () => {
  it('delivers everything in order when nothing is wrong', () => {
    const { arrived, sendMany } = network({ minDelayMs: 0, maxDelayMs: 50 });
    sendMany(100);
    expect(arrived).toEqual(upTo(100));
  });

  it('delivers copies: sender and receiver share nothing', () => {
    const clock = new VirtualClock();
    const got: Parcel[] = [];
    const net = new SimulatedNetwork<Parcel>({
      timers: clock,
      nowMs: () => clock.nowMs,
      random: new SeededRandom(1),
      codec: { encode: (parcel) => JSON.stringify(parcel), decode: (encoded) => JSON.parse(String(encoded)) as Parcel },
      deliver: (_from, _to, parcel) => got.push(parcel),
    });
    const sent = { number: 1 };
    net.send('a', 'b', sent);
    sent.number = 2;
    clock.advance(10);
    expect(got).toEqual([{ number: 1 }]);
  });

  it('drops about the share that it is told', () => {
    const { arrived, net, sendMany } = network({ dropRate: 0.3 });
    sendMany(2_000);
    expect(net.counts.dropped).toBeGreaterThan(500);
    expect(net.counts.dropped).toBeLessThan(700);
    expect(arrived).toHaveLength(2_000 - net.counts.dropped);
  });

  it('duplicates and reorders, and counts what it did', () => {
    const { arrived, net, sendMany } = network({ duplicateRate: 0.2, reorderRate: 0.5, maxDelayMs: 20 });
    sendMany(200);
    expect(net.counts.duplicated).toBeGreaterThan(0);
    expect(arrived).toHaveLength(200 + net.counts.duplicated);
    expect(new Set(arrived).size).toBe(200);
    expect(arrived).not.toEqual([...arrived].sort((a, b) => a - b));
    expect(net.counts.reordered).toBeGreaterThan(0);
  });

  it('replays messages sent long before', () => {
    const { arrived, net, sendMany } = network({ replayRate: 0.1 });
    sendMany(1_000);
    expect(net.counts.replayed).toBeGreaterThan(50);
    expect(arrived).toHaveLength(1_000 + net.counts.replayed);
    expect(new Set(arrived).size).toBe(1_000);
  });

  it('loses what is sent over a cut direction, and nothing of the other', () => {
    const { clock, net, arrived } = network({});
    net.cut('a', 'b');
    net.send('a', 'b', { number: 1 });
    net.send('b', 'a', { number: 2 });
    clock.advance(10);
    expect(arrived).toEqual([2]);
    expect(net.isCut('a', 'b')).toBe(true);
    net.mend('a', 'b');
    net.send('a', 'b', { number: 3 });
    clock.advance(10);
    expect(arrived).toEqual([2, 3]);
  });

  it('holds what is sent over a clogged link, and releases it in order when mended', () => {
    const { clock, net, arrived } = network({ maxDelayMs: 30 });
    net.clog('a', 'b');
    for (const number of [1, 2, 3]) net.send('a', 'b', { number });
    clock.advance(1_000);
    expect(arrived).toEqual([]);
    net.mendAll();
    clock.advance(1_000);
    expect(arrived).toEqual([1, 2, 3]);
  });

  it('gives one link other faults than the rest', () => {
    const { clock, net, arrived } = network({});
    net.setLinkFaults('a', 'b', { ...PERFECT_LINK, dropRate: 1 });
    net.send('a', 'b', { number: 1 });
    net.send('a', 'c', { number: 2 });
    clock.advance(10);
    expect(arrived).toEqual([2]);
    net.setFaults(PERFECT_LINK);
    net.send('a', 'b', { number: 3 });
    clock.advance(10);
    expect(arrived).toEqual([2, 3]);
  });

  it('is the same twice for one seed', () => {
    const faults = { dropRate: 0.1, duplicateRate: 0.1, reorderRate: 0.5, maxDelayMs: 40 };
    const [one, other] = [network(faults, 5), network(faults, 5)];
    one.sendMany(300);
    other.sendMany(300);
    expect(one.arrived).toEqual(other.arrived);
  });
});

function disk(failRate = 0) {
  const clock = new VirtualClock();
  const stored: string[] = [];
  const done: string[] = [];
  const device = new SimulatedDisk<string>(
    {
      timers: clock,
      random: new SeededRandom(1),
      store: (writes) => {
        stored.push(...writes);
        return () => stored.splice(-writes.length);
      },
    },
    { minFlushMs: 5, maxFlushMs: 5, failRate },
  );
  const persist = (...writes: string[]): void =>
    device.persist(writes, (ok) => done.push(`${writes.join('')} ${ok ? 'ok' : 'failed'}`));
  return { clock, device, stored, done, persist };
}

describe('simulated disk', () => {
  it('stores a batch when its flush is done and not before (P13)', () => {
    const { clock, stored, done, persist } = disk();
    persist('a', 'b');
    clock.advance(4);
    expect([stored, done]).toEqual([[], []]);
    clock.advance(1);
    expect([stored, done]).toEqual([['a', 'b'], ['ab ok']]);
  });

  it('flushes one batch after the other', () => {
    const { clock, device, done, persist } = disk();
    for (const write of ['a', 'b', 'c']) persist(write);
    expect(device.pendingFlushes).toBe(3);
    clock.advance(10);
    expect(done).toEqual(['a ok', 'b ok']);
    clock.advance(5);
    expect(done).toEqual(['a ok', 'b ok', 'c ok']);
    expect(device.counts.flushes).toBe(3);
  });

  it('loses all that is not flushed at a crash, answers none of it, and works again', () => {
    const { clock, device, stored, done, persist } = disk();
    persist('a');
    clock.advance(5);
    persist('b', 'c');
    persist('d');
    clock.advance(2);
    device.crash();
    persist('e');
    clock.advance(100);
    expect(stored).toEqual(['a', 'e']);
    expect(done).toEqual(['a ok', 'e ok']);
    expect(device.counts).toMatchObject({ lossyCrashes: 1, lostWrites: 3 });
  });

  it('a failed flush stores nothing, and nothing after it until a crash (P16)', () => {
    const { clock, device, stored, done, persist } = disk();
    device.failNext();
    persist('a');
    persist('b');
    clock.advance(100);
    expect(done).toEqual(['a failed']);
    expect(stored).toEqual([]);
    device.crash();
    persist('c');
    clock.advance(100);
    expect(stored).toEqual(['c']);
  });

  it('may store what it reports as failed, and takes nothing after it until a crash', () => {
    const { clock, device, stored, done, persist } = disk();
    device.failNext('stored');
    persist('a');
    persist('b');
    clock.advance(100);
    expect([done, stored]).toEqual([['a failed'], ['a']]);
  });

  it('may succeed after a failed flush, whose writes are lost all the same (P16)', () => {
    const { clock, device, stored, done, persist } = disk();
    device.failNext('thenSucceeds');
    persist('a');
    persist('b');
    clock.advance(100);
    expect(done).toEqual(['a failed', 'b ok']);
    expect(stored).toEqual(['b']);
  });

  it('that is full fails what has no room, and works again when there is room (P15)', () => {
    const { clock, device, done, persist } = disk();
    device.leaveRoom(2);
    persist('a', 'b');
    persist('c');
    clock.advance(100);
    expect(done).toEqual(['ab ok', 'c failed']);
    device.crash();
    device.leaveRoom(Infinity);
    persist('d');
    clock.advance(100);
    expect(done.at(-1)).toBe('d ok');
  });

  it('that lies loses acknowledged writes when power fails, and none when only the process ends (P13)', () => {
    const { clock, device, stored, done, persist } = disk();
    device.lie(50);
    persist('a');
    clock.advance(5);
    persist('b');
    clock.advance(5);
    expect(done).toEqual(['a ok', 'b ok']);
    device.crash();
    expect(stored).toEqual(['a', 'b']);
    expect(device.hasLied).toBe(true);
    clock.advance(46);
    expect(device.cutPower()).toBe(1);
    expect(stored).toEqual(['a']);
    expect(device.counts).toMatchObject({ lies: 2, brokenPromises: 1 });
  });

  it('that lied is honest again after a true flush', () => {
    const { clock, device, stored, persist } = disk();
    device.lie(1_000);
    persist('a');
    clock.advance(5);
    device.lie(undefined);
    persist('b');
    clock.advance(5);
    expect([device.hasLied, device.isLying]).toEqual([false, false]);
    expect(device.cutPower()).toBe(0);
    expect(stored).toEqual(['a', 'b']);
  });

  it('hangs and goes on where it was', () => {
    const { clock, device, stored, persist } = disk();
    persist('a');
    clock.advance(2);
    device.hang();
    clock.advance(100);
    expect(stored).toEqual([]);
    device.resume();
    clock.advance(5);
    expect(stored).toEqual(['a']);
  });

  it('fails the share of flushes that it is told', () => {
    const { clock, device, persist } = disk(1);
    persist('a');
    clock.advance(5);
    expect(device.counts.failedFlushes).toBe(1);
    device.setFaults(PERFECT_DISK);
  });
});
