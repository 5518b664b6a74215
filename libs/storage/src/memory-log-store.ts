import type { AcceptedEntry, Ballot, LogWrite, Slot } from '@synod/consensus';
import { assert } from '@synod/base';
import { isLowerBallot, ZERO_BALLOT } from './log-store.js';
import type { LogIdentity, LogStore, LogStoreStats, RecoveredLog } from './log-store.js';
import { StorageError, directoryLocked, storeClosed } from './storage-error.js';

/** What survives a crash of {@link MemoryLogStore}: a disk without a disk. Give the same one to `openMemoryLogStore` again. */
export interface MemoryDisk {
  identity: LogIdentity | undefined;
  incarnation: number;
  promised: Ballot;
  chosenThroughSlot: Slot;
  /** Highest slot ever accepted. */
  lastSlot: Slot;
  readonly entries: Map<Slot, AcceptedEntry>;
  /** Slots whose record is damaged. Tests add to it. */
  readonly unknownSlots: Set<Slot>;
  /** The store that has it open. */
  holder: LogStore | undefined;
}

export function newMemoryDisk(): MemoryDisk {
  return {
    identity: undefined,
    incarnation: 0,
    promised: ZERO_BALLOT,
    chosenThroughSlot: 0,
    lastSlot: 0,
    entries: new Map(),
    unknownSlots: new Set(),
    holder: undefined,
  };
}

export interface MemoryLogStoreOptions {
  readonly disk: MemoryDisk;
  readonly identityIfNew: () => LogIdentity;
  /** How long a flush takes, and whether it fails: resolves when it is done. Default: at once. */
  readonly flush?: () => Promise<void>;
  readonly onFatal?: (error: Error) => void;
}

/** The reference adapter of {@link LogStore}: the same contract without files, timers or clocks. */
export async function openMemoryLogStore(options: MemoryLogStoreOptions): Promise<MemoryLogStore> {
  const { disk } = options;
  if (disk.holder !== undefined) throw directoryLocked('memory', undefined);
  disk.identity ??= options.identityIfNew();
  const store = new MemoryLogStore(options, disk.identity, disk.incarnation + 1);
  disk.holder = store;
  await options.flush?.();
  disk.incarnation += 1;
  return store;
}

/** The caller may use its buffers again once `append` has returned. */
function copyOf(write: LogWrite): LogWrite {
  if (write.kind !== 'accepted' || write.accepted.entry.kind === 'noop') return write;
  const commands = write.accepted.entry.commands.map((command) => command.slice());
  return { kind: 'accepted', accepted: { ...write.accepted, entry: { kind: 'commands', commands } } };
}

interface Pending {
  readonly writes: readonly LogWrite[];
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export class MemoryLogStore implements LogStore {
  readonly #disk: MemoryDisk;
  readonly #flush: () => Promise<void>;
  readonly #onFatal: (error: Error) => void;
  #queue: Pending[] = [];
  #running: Pending[] = [];
  #isRunning = false;
  #promised: Ballot;
  #hint: Slot;
  #state: 'open' | 'closed' | 'crashed' | 'failed' = 'open';
  #closed: Promise<void> | undefined;
  #onIdle: (() => void) | undefined;
  #flushes = 0;

  constructor(
    options: MemoryLogStoreOptions,
    readonly identity: LogIdentity,
    readonly incarnation: number,
  ) {
    this.#disk = options.disk;
    this.#flush = options.flush ?? (() => Promise.resolve());
    this.#onFatal = options.onFatal ?? (() => undefined);
    this.#promised = options.disk.promised;
    this.#hint = this.#chosenBound();
  }

  recover(): RecoveredLog {
    const chosenThroughSlot = this.#chosenBound();
    const { lastSlot } = this.#disk;
    const accepted = this.#held().filter((entry) => entry.slot > chosenThroughSlot);
    const unknownSlots = [...this.#disk.unknownSlots].sort((a, b) => a - b);
    return {
      promised: this.#disk.promised,
      chosenThroughSlot,
      accepted,
      lastSlot,
      unknownSlots,
      trimmedThroughSlot: 0,
    };
  }

  append(writes: readonly LogWrite[]): Promise<void> {
    if (this.#state !== 'open') return Promise.reject(storeClosed());
    const durable: LogWrite[] = [];
    for (const write of writes) {
      if (write.kind === 'chosenThrough') this.#hint = Math.max(this.#hint, write.slot);
      else durable.push(copyOf(write));
      if (write.kind !== 'promised') continue;
      assert(!isLowerBallot(write.ballot, this.#promised), 'I1 promised never falls');
      this.#promised = write.ballot;
    }
    if (durable.length === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#queue.push({ writes: durable, resolve, reject });
      if (!this.#isRunning) void this.#run();
    });
  }

  read(fromSlot: Slot, throughSlot: Slot, maxBytes: number): readonly AcceptedEntry[] {
    if (this.#state !== 'open') throw storeClosed();
    const found: AcceptedEntry[] = [];
    let bytes = 0;
    for (let slot = Math.max(1, fromSlot); slot <= Math.min(throughSlot, this.#disk.lastSlot); slot++) {
      if (this.#disk.unknownSlots.has(slot)) {
        if (found.length > 0) break;
        throw new StorageError({ code: 'slotUnknown', slot }, `Slot ${String(slot)} is damaged. Fetch it elsewhere.`);
      }
      const accepted = this.#disk.entries.get(slot);
      if (accepted === undefined) continue;
      bytes += accepted.entry.kind === 'noop' ? 0 : accepted.entry.commands.reduce((sum, one) => sum + one.length, 0);
      if (found.length > 0 && bytes > maxBytes) break;
      found.push(accepted);
    }
    return found;
  }

  stats(): LogStoreStats {
    const queuedAppends = this.#queue.length + this.#running.length;
    const flushes = this.#flushes;
    return { flushes, lastFlushDurationMs: 0, oldestOutstandingFlushMs: 0, queuedAppends, bytesOnDisk: 0 };
  }

  close(): Promise<void> {
    this.#closed ??= this.#finish();
    return this.#closed;
  }

  /** Loses what was not flushed and frees the disk, as SIGKILL does. Outstanding appends never settle. */
  crash(): void {
    this.#state = 'crashed';
    this.#queue = [];
    this.#running = [];
    this.#disk.holder = undefined;
  }

  async #finish(): Promise<void> {
    if (this.#state === 'open') this.#state = 'closed';
    if (this.#isRunning) await new Promise<void>((resolve) => (this.#onIdle = resolve));
    if (this.#state !== 'closed') return;
    this.#disk.chosenThroughSlot = this.#hint;
    this.#disk.holder = undefined;
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    await Promise.resolve();
    while (this.#queue.length > 0 && !this.#isOver()) {
      this.#running = this.#queue;
      this.#queue = [];
      const hint = this.#hint;
      try {
        await this.#flush();
      } catch (cause) {
        this.#fail(cause);
        break;
      }
      if (this.#isOver()) break;
      for (const pending of this.#running) this.#write(pending.writes);
      this.#disk.chosenThroughSlot = hint;
      this.#flushes += 1;
      const done = this.#running;
      this.#running = [];
      for (const pending of done) pending.resolve();
    }
    this.#isRunning = false;
    this.#onIdle?.();
  }

  #isOver(): boolean {
    return this.#state === 'crashed' || this.#state === 'failed';
  }

  #fail(cause: unknown): void {
    this.#state = 'failed';
    const error = new StorageError({ code: 'commitFailed', directory: 'memory' }, 'A flush failed.', { cause });
    const lost = [...this.#running, ...this.#queue];
    this.#running = this.#queue = [];
    this.#disk.holder = undefined;
    this.#onFatal(error);
    for (const pending of lost) pending.reject(error);
  }

  #write(writes: readonly LogWrite[]): void {
    for (const write of writes) {
      if (write.kind === 'promised') this.#disk.promised = write.ballot;
      if (write.kind !== 'accepted') continue;
      this.#disk.entries.set(write.accepted.slot, write.accepted);
      this.#disk.unknownSlots.delete(write.accepted.slot);
      this.#disk.lastSlot = Math.max(this.#disk.lastSlot, write.accepted.slot);
    }
  }

  #held(): AcceptedEntry[] {
    const held = [...this.#disk.entries.values()].filter((entry) => !this.#disk.unknownSlots.has(entry.slot));
    return held.sort((a, b) => a.slot - b.slot);
  }

  #chosenBound(): Slot {
    let slot = 0;
    while (slot < this.#disk.chosenThroughSlot && this.#isPresent(slot + 1)) slot += 1;
    return slot;
  }

  #isPresent(slot: Slot): boolean {
    return this.#disk.entries.has(slot) && !this.#disk.unknownSlots.has(slot);
  }
}
