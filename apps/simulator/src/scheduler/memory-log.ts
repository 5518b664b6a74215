import { newMemoryDisk, newMemoryImageDisk, openMemoryImageStore, openMemoryLogStore } from '@synod/storage';
import type { DiskLevel, LogIdentity, LogStore, MemoryImageStore, MemoryLogStore } from '@synod/storage';
import type { SnapshotFiles } from './snapshots.js';
import { SimulatedHistory } from './snapshots.js';
import type { SeededRandom, VirtualClock } from '@synod/testkit';
import type { SimulatedProcess } from './process.js';

/** The disk of one coordinator: what it holds survives its processes, and each flush takes its time, hangs or fails. */
export class CoordinatorDisk {
  readonly content = newMemoryDisk();
  readonly snapshots: SnapshotFiles = { outgoing: undefined, incoming: undefined };
  readonly history = new SimulatedHistory();
  /** Of the history, noted by the coordinator. */
  gap: unknown;
  minFlushMs = 0.2;
  maxFlushMs = 1;
  level: DiskLevel = 'ok';
  failedFlushes = 0;
  lostFlushes = 0;
  private hung = false;
  private failNext = false;
  private parked: (() => void)[] = [];
  private readonly imageContent = newMemoryImageDisk();
  private image: MemoryImageStore | undefined;
  private open: { store: MemoryLogStore; oldestSinceMs: number | undefined } | undefined;

  constructor(
    private readonly time: VirtualClock,
    private readonly random: SeededRandom,
  ) {}

  /** Resolves when the store is open, or never when the process dies before. `onFatal` is called when a flush failed. */
  async openLog(
    process: SimulatedProcess,
    identityIfNew: () => LogIdentity,
    onFatal: (error: Error) => void,
  ): Promise<LogStore> {
    const opened = { store: undefined as MemoryLogStore | undefined, oldestSinceMs: undefined as number | undefined };
    const store = await openMemoryLogStore({
      disk: this.content,
      identityIfNew,
      onFatal,
      flush: async () => {
        opened.oldestSinceMs = process.clock.monotonicMs();
        await this.flush(process);
        opened.oldestSinceMs = undefined;
      },
    });
    this.open = Object.assign(opened, { store });
    return {
      identity: store.identity,
      incarnation: store.incarnation,
      recover: (imageSlot) => store.recover(imageSlot),
      append: (writes) => store.append(writes),
      read: (from, through, maxBytes) => store.read(from, through, maxBytes),
      stats: () => ({
        ...store.stats(),
        oldestOutstandingFlushMs:
          opened.oldestSinceMs === undefined ? 0 : process.clock.monotonicMs() - opened.oldestSinceMs,
      }),
      close: () => store.close(),
    };
  }

  openImage(process: SimulatedProcess, onFatal: (error: Error) => void): MemoryImageStore {
    this.image = openMemoryImageStore({
      disk: this.imageContent,
      onFatal,
      flush: () => this.flush(process),
      monotonicMs: () => process.clock.monotonicMs(),
    });
    return this.image;
  }

  /** Bits of the image rot while nobody looks: one record of it can't be read any more. */
  damageImage(): boolean {
    const keys = [...this.imageContent.records.keys()];
    const key = keys.length === 0 ? undefined : this.random.pick(keys);
    if (key !== undefined) this.imageContent.damagedKeys.add(key);
    return key !== undefined;
  }

  /** The process that has it open is killed: what is not flushed is lost. */
  crash(): void {
    if (this.open?.oldestSinceMs !== undefined) this.lostFlushes += 1;
    this.open?.store.crash();
    this.open = undefined;
    this.image?.crash();
    this.image = undefined;
    this.imageContent.holder = undefined;
    this.content.holder = undefined;
    this.parked = [];
    this.failNext = false;
  }

  hang(): void {
    this.hung = true;
  }

  resume(): void {
    this.hung = false;
    for (const release of this.parked.splice(0)) release();
  }

  failOnce(): void {
    this.failNext = true;
  }

  private flush(process: SimulatedProcess): Promise<void> {
    return new Promise((resolve, reject) => {
      const finish = (): void => {
        if (!this.failNext) return process.enter(resolve);
        this.failNext = false;
        this.failedFlushes += 1;
        process.enter(() => reject(new Error('simulated EIO')));
      };
      this.time.after(this.random.between(this.minFlushMs, this.maxFlushMs), () => {
        if (this.hung) this.parked.push(finish);
        else finish();
      });
    });
  }
}
