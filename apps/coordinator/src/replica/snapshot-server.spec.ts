import type { WireFetchSnapshotRequest, WireFetchSnapshotResponseInput } from '@synod/wire';
import { VirtualClock } from '@synod/testkit';
import { advance, quiet } from '../testing/basics.spec-support.js';
import { SnapshotServer } from './snapshot-server.js';
import type { OutgoingSnapshot } from './snapshot-source.js';

const REQUEST = { aboveSlot: '10', resumeSnapshotId: '', fromChunk: 0 } as WireFetchSnapshotRequest;

const CHUNKS = 3;

/** A server whose snapshot is made when the test says so, and one member that reads what it sends. */
class Bench {
  readonly clock = new VirtualClock();
  readonly received: WireFetchSnapshotResponseInput[] = [];
  closed = 0;
  made: (snapshot: OutgoingSnapshot | undefined) => void = () => undefined;
  failed: (error: Error) => void = () => undefined;
  readonly server = new SnapshotServer({
    source: {
      latest: () =>
        new Promise((resolve, reject) => {
          this.made = resolve;
          this.failed = reject;
        }),
      forgetOutgoing: () => Promise.resolve(),
    },
    status: () => undefined,
    clock: this.clock,
    timers: this.clock,
    logger: quiet,
  });

  readonly snapshot: OutgoingSnapshot = {
    info: {
      ...{ snapshotId: '20-a', slot: 20, stateHash: 'a', records: 3, chunks: CHUNKS },
      clusterId: 'k',
      groupId: 0,
    },
    chunk: (index) => Promise.resolve({ index, data: new Uint8Array([index]), checksum: index }),
    close: () => {
      this.closed += 1;
      return Promise.resolve();
    },
  };

  async read(): Promise<'end'> {
    for await (const response of this.server.serve('c2', REQUEST)) this.received.push(response);
    return 'end';
  }

  get preparing(): number {
    return this.received.filter(({ preparing }) => preparing === true).length;
  }

  get chunks(): number[] {
    return this.received.flatMap(({ chunkIndex }) => chunkIndex ?? []);
  }
}

describe('the server of snapshots', () => {
  it('says every two seconds that it is at work, so that a large snapshot is waited for', async () => {
    const bench = new Bench();
    const reading = bench.read();
    await advance(bench.clock, 61_000);
    expect(bench.preparing).toBe(30);
    bench.made(bench.snapshot);
    await advance(bench.clock, 1_000);
    await expect(reading).resolves.toBe('end');
    expect(bench.chunks).toEqual([0, 1, 2]);
    expect({ closed: bench.closed, transfers: bench.server.transferCount }).toEqual({ closed: 1, transfers: 0 });
    expect(bench.clock.pendingEvents).toBe(0);
  });

  it('leaves time between two chunks to those who wait for other answers', async () => {
    const bench = new Bench();
    const reading = bench.read();
    await advance(bench.clock, 0);
    bench.made(bench.snapshot);
    await advance(bench.clock, 9);
    expect(bench.chunks).toEqual([0]);
    await advance(bench.clock, 10);
    expect(bench.chunks).toEqual([0, 1]);
    await advance(bench.clock, 10);
    await expect(reading).resolves.toBe('end');
  });

  it('closes a snapshot that was made for a member that has gone', async () => {
    const bench = new Bench();
    const stream = bench.server.serve('c2', REQUEST);
    const first = stream.next();
    await advance(bench.clock, 2_000);
    await expect(first).resolves.toEqual({ done: false, value: { preparing: true } });
    const gone = stream.return(undefined);
    bench.made(bench.snapshot);
    await gone;
    expect({ closed: bench.closed, transfers: bench.server.transferCount }).toEqual({ closed: 1, transfers: 0 });
  });

  it('passes on that none can be made', async () => {
    const bench = new Bench();
    const reading = bench.read();
    await advance(bench.clock, 0);
    bench.failed(new Error('the disk'));
    await expect(reading).rejects.toThrow('the disk');
    expect(bench.server.transferCount).toBe(0);
  });

  it('refuses a third transfer, with a time after which to ask again', async () => {
    const bench = new Bench();
    void bench.read();
    void bench.read();
    await expect(bench.read()).rejects.toMatchObject({ facts: { reason: 'TOO_MANY_TRANSFERS' } });
  });
});
