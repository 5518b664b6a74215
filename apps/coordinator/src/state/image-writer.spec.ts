import type { StateChange } from '@synod/jobs';
import type { ImageBatch } from '@synod/storage';
import { VirtualClock } from '@synod/testkit';
import { advance, quiet, settled } from '../testing/basics.spec-support.js';
import { ImageWriter } from './image-writer.js';

/** A state of numbered records, and a store whose writes end when told. */
class Harness {
  readonly clock = new VirtualClock();
  readonly written: ImageBatch[] = [];
  readonly flushed: number[] = [];
  readonly failures: unknown[] = [];
  readonly changed = new Map<string, number>();
  appliedSlot = 0;
  history: Promise<void> = Promise.resolve();
  held: { resolve: () => void; reject: (error: Error) => void }[] = [];
  holds = false;
  mayWrite = true;
  readonly writer: ImageWriter;

  constructor() {
    this.writer = new ImageWriter(
      { maxChanges: 5, maxDelayMs: 1_000, encodeSlice: 2 },
      {
        source: () => ({
          appliedSlot: this.appliedSlot,
          changedCount: this.changed.size,
          stateHash: () => `hash-${String(this.appliedSlot)}`,
          takeChanges: (): readonly StateChange[] => {
            const taken = [...this.changed].map(([key, value]) => ({ key, value }));
            this.changed.clear();
            return taken;
          },
        }),
        store: {
          write: async (batch) => {
            if (this.holds) await new Promise<void>((resolve, reject) => this.held.push({ resolve, reject }));
            this.written.push(batch);
          },
        },
        encode: ({ key, value }) => ({ key, bytes: Buffer.from(String(value)) }),
        prepared: () => this.history,
        mayWrite: () => this.mayWrite,
        flushed: (slot) => this.flushed.push(slot),
        failed: (error) => this.failures.push(error),
        clock: this.clock,
        timers: this.clock,
        logger: quiet,
      },
    );
  }

  apply(...keys: readonly string[]): void {
    this.appliedSlot += 1;
    for (const key of keys) this.changed.set(key, this.appliedSlot);
    this.writer.applied();
  }

  async release(): Promise<void> {
    for (const { resolve } of this.held.splice(0)) resolve();
    await settled();
    await settled();
  }
}

const keysOf = (batch: ImageBatch | undefined) => batch?.changes.map(({ key }) => key);

describe('image writer', () => {
  it('a batch is of one applied slot, with its hash and all that changed until then', async () => {
    const { apply, clock, written, flushed } = bound(new Harness());
    apply('a');
    apply('b', 'a');
    await advance(clock, 990);
    expect(written).toEqual([]);
    await advance(clock, 20);
    expect(written).toMatchObject([{ slot: 2, stateHash: 'hash-2' }]);
    expect(keysOf(written[0])?.sort()).toEqual(['a', 'b']);
    expect(flushed).toEqual([2]);
  });

  it('many changes are not waited with, but cut only when the turn of the event loop is over', async () => {
    const harness = new Harness();
    harness.apply('a', 'b', 'c', 'd', 'e');
    expect(harness.changed.size).toBe(5);
    await settled();
    expect(harness.written).toMatchObject([{ slot: 1 }]);
    expect(harness.writer.stats).toMatchObject({ batches: 1, records: 5, lastBatchRecords: 5 });
  });

  it('one batch is under way: what changes meanwhile gathers, once for each record', async () => {
    const harness = new Harness();
    harness.holds = true;
    harness.apply('a', 'b', 'c', 'd', 'e');
    await settled();
    for (let round = 0; round < 50; round += 1) harness.apply('a', 'b', 'c', 'd', 'e', 'f');
    await advance(harness.clock, 5_000, 500);
    expect(harness.held).toHaveLength(1);
    await harness.release();
    await harness.release();
    expect(harness.written.map(({ slot }) => slot)).toEqual([1, 51]);
    expect(keysOf(harness.written[1])?.sort()).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
    expect(harness.flushed).toEqual([1, 51]);
  });

  it('no image comes before the records that left the state are on the disk', async () => {
    const harness = new Harness();
    let written = (): void => undefined;
    harness.history = new Promise((resolve) => (written = resolve));
    harness.apply('a', 'b', 'c', 'd', 'e');
    await settled();
    expect(harness.written).toEqual([]);
    written();
    await settled();
    expect(harness.written).toHaveLength(1);
  });

  it('paused, it ends the batch under way and cuts none; resumed, it goes on', async () => {
    const harness = new Harness();
    harness.holds = true;
    harness.apply('a', 'b', 'c', 'd', 'e');
    await settled();
    let paused = false;
    void harness.writer.pause().then(() => (paused = true));
    harness.apply('a', 'b', 'c', 'd', 'e');
    await settled();
    expect(paused).toBe(false);
    await harness.release();
    expect(paused).toBe(true);
    await advance(harness.clock, 5_000, 500);
    expect(harness.held).toEqual([]);
    expect(harness.written).toHaveLength(1);
    harness.holds = false;
    harness.writer.resume();
    await settled();
    expect(harness.written.map(({ slot }) => slot)).toEqual([1, 2]);
  });

  it('a stop waits for the batch under way and writes a last one of all that is applied', async () => {
    const harness = new Harness();
    harness.holds = true;
    harness.apply('a', 'b', 'c', 'd', 'e');
    await settled();
    harness.apply('b');
    const stopped = harness.writer.stop();
    await harness.release();
    await harness.release();
    await stopped;
    expect(harness.written.map(({ slot }) => slot)).toEqual([1, 2]);
    harness.apply('a', 'b', 'c', 'd', 'e');
    await advance(harness.clock, 5_000, 500);
    expect(harness.held).toEqual([]);
  });

  it('a stop while the state is being replaced writes nothing of it', async () => {
    const harness = new Harness();
    harness.apply('a');
    await harness.writer.pause();
    await harness.writer.stop();
    expect(harness.written).toEqual([]);
  });

  it('a disk without room is written nothing, not even at the stop; what changed is written when there is room (P15)', async () => {
    const harness = new Harness();
    harness.mayWrite = false;
    harness.apply('a', 'b', 'c', 'd', 'e');
    await advance(harness.clock, 5_000, 500);
    expect(harness.written).toEqual([]);
    harness.mayWrite = true;
    await advance(harness.clock, 1_500, 500);
    expect(harness.written).toHaveLength(1);
    harness.mayWrite = false;
    harness.apply('a');
    await harness.writer.stop();
    expect(harness.written).toHaveLength(1);
  });

  it('a failed write is told, and no image of it is', async () => {
    const harness = new Harness();
    harness.holds = true;
    harness.apply('a', 'b', 'c', 'd', 'e');
    await settled();
    harness.held[0]?.reject(new Error('EIO'));
    await settled();
    expect(harness.failures).toHaveLength(1);
    expect(harness.flushed).toEqual([]);
  });
});

function bound(harness: Harness) {
  const { clock, written, flushed } = harness;
  return { apply: harness.apply.bind(harness), clock, written, flushed };
}
