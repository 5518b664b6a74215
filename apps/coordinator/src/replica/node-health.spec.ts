import type { DiskHealth, DiskLevel } from '@synod/storage';
import { VirtualClock } from '@synod/testkit';
import { quiet, settled, stateOf } from '../testing/basics.spec-support.js';
import { DiskWatch } from './disk-watch.js';
import { NodeHealth } from './node-health.js';
import { replay } from './replay.js';

describe('node health', () => {
  function setUp() {
    const clock = new VirtualClock();
    const disk: { flushMs: number; level: DiskLevel } = { flushMs: 0, level: 'ok' };
    const health = new NodeHealth({
      clock,
      logger: quiet,
      oldestFlushMs: () => disk.flushMs,
      diskLevel: () => disk.level,
    });
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
    disk.level = 'low';
    expect(tick()).toEqual({ happy: false, reason: 'disk' });
    disk.level = 'full';
    expect(tick()).toEqual({ happy: false, reason: 'diskFull', mayWrite: false });
    disk.level = 'ok';
    expect(tick()).toEqual({ happy: true, reason: '' });
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
    const said: string[] = [];
    const tell = (_fields: unknown, message: string) => said.push(message);
    const logger = { ...quiet, info: tell, error: tell };
    let ballasts = 0;
    const watch = new DiskWatch('d', {
      ...{ timers: clock, logger, diskHealth },
      makeBallast: () => {
        ballasts += 1;
        return Promise.reject(new Error('EIO'));
      },
    });
    const started = watch.start();
    looks[0]?.resolve({ freeBytes: 1, totalBytes: 2, level: 'full', happy: false });
    await started;
    expect(watch.level).toBe('full');
    expect([ballasts, said.length]).toEqual([0, 1]);
    clock.advance(60_000);
    expect(looks).toHaveLength(2);
    looks[1]?.reject(new Error('EIO'));
    await settled();
    expect([watch.level, watch.freeBytes]).toEqual(['full', 1]);
    clock.advance(2_000);
    looks[2]?.resolve({ freeBytes: 2, totalBytes: 2, level: 'ok', happy: true });
    await settled();
    expect(watch.level).toBe('ok');
    expect(said).toHaveLength(2);
    clock.advance(120_000);
    await settled();
    expect(ballasts).toBe(1);
    watch.stop();
    clock.advance(60_000);
    expect(looks.length).toBeGreaterThan(2);
    const after = looks.length;
    clock.advance(60_000);
    expect(looks).toHaveLength(after);
  });
});

describe('replay', () => {
  const entryAt = (slot: number) => ({ slot, ballot: { round: 1, priority: 0, nodeId: 'c1' }, entry: noop });
  const noop = { kind: 'noop' } as const;

  it('every chosen slot behind the image is applied once, in order, chunk by chunk, with a pause after each', async () => {
    const applied: number[] = [];
    const chunks: number[] = [];
    const read = (from: number, through: number) =>
      [from, from + 1, from + 2].filter((slot) => slot <= through).map(entryAt);
    await replay(
      { read },
      2,
      7,
      (slot) => applied.push(slot),
      () => {
        chunks.push(applied.length);
        return Promise.resolve();
      },
    );
    expect([applied, chunks]).toEqual([
      [3, 4, 5, 6, 7],
      [3, 5],
    ]);
  });

  it('I5: a chosen slot that is not there, or a hole before it, stops the start', async () => {
    for (const found of [[], [entryAt(2)]]) {
      const broken = replay(
        { read: () => found },
        0,
        2,
        () => undefined,
        () => Promise.resolve(),
      );
      expect(await stateOf(broken)).not.toBe('resolved');
    }
  });
});
