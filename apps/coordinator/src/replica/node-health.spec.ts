import type { DiskHealth } from '@synod/storage';
import { VirtualClock } from '@synod/testkit';
import { quiet, settled, stateOf } from '../testing/basics.spec-support.js';
import { DiskWatch } from './disk-watch.js';
import { NodeHealth } from './node-health.js';
import { replay } from './replay.js';

describe('node health', () => {
  function setUp() {
    const clock = new VirtualClock();
    const disk = { flushMs: 0, room: true };
    const health = new NodeHealth(
      clock,
      () => disk.flushMs,
      () => disk.room,
    );
    const tick = (ms = 10) => {
      clock.advance(ms);
      return health.check();
    };
    return { health, disk, tick };
  }

  it('P17: a flush that hangs, and P15: a disk that is full, make a node unfit for as long as they last', () => {
    const { disk, tick } = setUp();
    expect(tick()).toEqual({ happy: true, reason: '' });
    disk.flushMs = 1_001;
    expect(tick()).toEqual({ happy: false, reason: 'disk' });
    disk.flushMs = 0;
    expect(tick().happy).toBe(true);
    disk.room = false;
    expect(tick()).toEqual({ happy: false, reason: 'disk' });
  });

  it('a process that did not run for half a second counts as well again after twenty ticks on time', () => {
    const { tick, health } = setUp();
    tick();
    expect(tick(500).happy).toBe(true);
    expect(tick(501)).toEqual({ happy: false, reason: 'eventLoop' });
    for (let count = 1; count < 20; count += 1) expect(tick().happy).toBe(false);
    expect([tick().happy, health.current().happy]).toEqual([true, true]);
  });
});

describe('disk watch', () => {
  it('one look at a time, however long it takes; an error leaves the last word standing', async () => {
    const clock = new VirtualClock();
    const looks: { resolve: (health: DiskHealth) => void; reject: (error: Error) => void }[] = [];
    const diskHealth = () =>
      new Promise<DiskHealth>((resolve, reject) => {
        looks.push({ resolve, reject });
      });
    const watch = new DiskWatch('d', { timers: clock, logger: quiet, diskHealth });
    const started = watch.start();
    looks[0]?.resolve({ freeBytes: 1, totalBytes: 2, happy: false });
    await started;
    expect(watch.hasRoom).toBe(false);
    clock.advance(60_000);
    expect(looks).toHaveLength(2);
    looks[1]?.reject(new Error('EIO'));
    await settled();
    expect(watch.hasRoom).toBe(false);
    clock.advance(2_000);
    looks[2]?.resolve({ freeBytes: 2, totalBytes: 2, happy: true });
    await settled();
    expect(watch.hasRoom).toBe(true);
    watch.stop();
    clock.advance(60_000);
    expect(looks).toHaveLength(3);
  });
});

describe('replay', () => {
  const entryAt = (slot: number) => ({ slot, ballot: { round: 1, priority: 0, nodeId: 'c1' }, entry: noop });
  const noop = { kind: 'noop' } as const;

  it('every chosen slot is applied once, in order, chunk by chunk, with a pause after each', async () => {
    const applied: number[] = [];
    const chunks: number[] = [];
    const read = (from: number, through: number) =>
      [from, from + 1, from + 2].filter((slot) => slot <= through).map(entryAt);
    await replay(
      { read },
      7,
      (slot) => applied.push(slot),
      () => {
        chunks.push(applied.length);
        return Promise.resolve();
      },
    );
    expect([applied, chunks]).toEqual([
      [1, 2, 3, 4, 5, 6, 7],
      [3, 6, 7],
    ]);
  });

  it('I5: a chosen slot that is not there stops the start', async () => {
    const nothing = replay(
      { read: () => [] },
      1,
      () => undefined,
      () => Promise.resolve(),
    );
    expect(await stateOf(nothing)).not.toBe('resolved');
  });
});
