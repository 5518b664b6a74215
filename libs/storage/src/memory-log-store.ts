import type { AcceptedEntry, Ballot, LogWrite, NodeId, Slot } from '@synod/consensus';
import { assert } from '@synod/base';
import { isLowerBallot, ZERO_BALLOT } from './log-store.js';
import type { LogIdentity, LogStore, LogStoreStats, RecoveredLog } from './log-store.js';
import { notePeer, recoverLog } from './recovery.js';
import type { LogView, SlotState } from './recovery.js';
import {
  directoryLocked,
  promiseDamaged,
  slotUnknown,
  StorageError,
  storeClosed,
  storeDamaged,
} from './storage-error.js';

/** What survives a crash of {@link MemoryLogStore}: a disk without a disk. Give the same one to `openMemoryLogStore` again. */
export interface MemoryDisk {
  identity: LogIdentity | undefined;
  incarnation: number;
  promised: Ballot;
  chosenThroughSlot: Slot;
  /** Highest slot ever accepted or trimmed. */
  lastSlot: Slot;
  trimmedThroughSlot: Slot;
  readonly peers: Map<NodeId, string>;
  readonly entries: Map<Slot, AcceptedEntry>;
  /** Slots whose record is damaged; see {@link damageSlot}. */
  readonly unknownSlots: Set<Slot>;
  /** A record whose damage makes the next opening fail, as with files. Tests set it. */
  damagedRecord: 'promise' | 'peers' | undefined;
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
    trimmedThroughSlot: 0,
    peers: new Map(),
    entries: new Map(),
    unknownSlots: new Set(),
    damagedRecord: undefined,
    holder: undefined,
  };
}

/** Damages the record of a slot that the disk holds, also while a store is open. */
export function damageSlot(disk: MemoryDisk, slot: Slot): void {
  assert(disk.entries.has(slot), 'only a slot that is held can be damaged', () => String(slot));
  disk.unknownSlots.add(slot);
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
  if (disk.damagedRecord === 'promise') throw promiseDamaged('memory', 'its checksum is wrong');
  if (disk.damagedRecord === 'peers') throw storeDamaged('memory', 'the record of peers is damaged');
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
  /** Highest hint and trim, and all peers, queued or durable. */
  #hint: Slot;
  #trimmedThroughSlot: Slot;
  readonly #peers: Map<NodeId, string>;
  /** What `recover` found trimmed; becomes durable with the next flush. */
  #recoveredTrim: Slot = 0;
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
    this.#hint = options.disk.chosenThroughSlot;
    this.#trimmedThroughSlot = options.disk.trimmedThroughSlot;
    this.#peers = new Map(options.disk.peers);
  }

  recover(imageSlot: Slot = 0): RecoveredLog {
    const recovered = recoverLog(this.#view(), imageSlot);
    this.#recoveredTrim = recovered.trimmedThroughSlot;
    this.#trimmedThroughSlot = Math.max(this.#trimmedThroughSlot, this.#recoveredTrim);
    return recovered;
  }

  append(writes: readonly LogWrite[]): Promise<void> {
    if (this.#state !== 'open') return Promise.reject(storeClosed());
    const durable = writes.map(copyOf).filter((write) => this.#note(write));
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
    const from = Math.max(this.#trimmedThroughSlot + 1, fromSlot);
    for (let slot = from; slot <= Math.min(throughSlot, this.#disk.lastSlot); slot++) {
      if (this.#disk.unknownSlots.has(slot)) {
        if (found.length > 0) break;
        throw slotUnknown(slot);
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
      this.#trim(this.#recoveredTrim);
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

  /** Takes note of a write that is about to be queued; false: there is nothing to queue. */
  #note(write: LogWrite): boolean {
    switch (write.kind) {
      case 'chosenThrough':
        this.#hint = Math.max(this.#hint, write.slot);
        return false;
      case 'promised':
        assert(!isLowerBallot(write.ballot, this.#promised), 'I1 promised never falls');
        this.#promised = write.ballot;
        return true;
      case 'accepted':
        assert(write.accepted.slot > this.#trimmedThroughSlot, 'I7 nothing is accepted below the trim');
        return true;
      case 'trimmed':
        this.#trimmedThroughSlot = Math.max(this.#trimmedThroughSlot, write.throughSlot);
        return true;
      case 'peer':
        notePeer(this.#peers, write.nodeId, write.storageId);
        return true;
    }
  }

  #write(writes: readonly LogWrite[]): void {
    for (const write of writes) {
      if (write.kind === 'promised') this.#disk.promised = write.ballot;
      else if (write.kind === 'peer') this.#disk.peers.set(write.nodeId, write.storageId);
      else if (write.kind === 'trimmed') this.#trim(write.throughSlot);
      else if (write.kind === 'accepted') this.#accept(write.accepted);
    }
  }

  #accept(accepted: AcceptedEntry): void {
    this.#disk.entries.set(accepted.slot, accepted);
    this.#disk.unknownSlots.delete(accepted.slot);
    this.#disk.lastSlot = Math.max(this.#disk.lastSlot, accepted.slot);
  }

  #trim(throughSlot: Slot): void {
    const disk = this.#disk;
    if (throughSlot <= disk.trimmedThroughSlot) return;
    for (const slot of [...disk.entries.keys()]) if (slot <= throughSlot) disk.entries.delete(slot);
    for (const slot of [...disk.unknownSlots]) if (slot <= throughSlot) disk.unknownSlots.delete(slot);
    disk.trimmedThroughSlot = throughSlot;
    disk.lastSlot = Math.max(disk.lastSlot, throughSlot);
  }

  #view(): LogView {
    const { promised, lastSlot, trimmedThroughSlot, peers, entries } = this.#disk;
    const stateOf = (slot: Slot): SlotState => {
      if (this.#disk.unknownSlots.has(slot)) return 'unknown';
      return entries.has(slot) ? 'held' : 'hole';
    };
    const read = (slot: Slot): AcceptedEntry | 'unknown' | undefined =>
      stateOf(slot) === 'unknown' ? 'unknown' : entries.get(slot);
    const chosenThroughHint = this.#disk.chosenThroughSlot;
    return { promised, chosenThroughHint, lastSlot, trimmedThroughSlot, peers, stateOf, read };
  }
}
