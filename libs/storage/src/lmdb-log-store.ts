import { statSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { assert } from '@synod/base';
import type { AcceptedEntry, Ballot, LogWrite, Slot } from '@synod/consensus';
import { uint64Key } from './bytes.js';
import { DigestLedger } from './digest-ledger.js';
import { lockDirectory } from './directory-lock.js';
import type { DirectoryLock } from './directory-lock.js';
import { decodeEntry, encodeEntry } from './entry-record.js';
import type { EncodedEntry } from './entry-record.js';
import { GroupCommit, killOwnProcess } from './group-commit.js';
import { encodeManifest, encodePromise, MANIFEST_KEY, PROMISE_KEY } from './head-records.js';
import type { Manifest } from './head-records.js';
import { getBytes } from './lmdb-environment.js';
import type { WriteSink } from './lmdb-environment.js';
import { dataFileOf, guarded, openLogEnvironment } from './lmdb-log-open.js';
import type { LogEnvironment, LogHead } from './lmdb-log-open.js';
import { isLowerBallot } from './log-store.js';
import type { LogIdentity, LogStore, LogStoreStats, RecoveredLog } from './log-store.js';
import { scanLog } from './log-scan.js';
import type { LogScan } from './log-scan.js';
import { blockOf, SLOT_HELD, SLOT_UNKNOWN, SlotDigest } from './slot-digest.js';
import { StorageError, storeClosed } from './storage-error.js';

export interface OpenLogStoreOptions {
  /** Data directory of the node. The log lives in its subdirectory `log`, beside room for others. */
  readonly directory: string;
  /** Asked only when the directory is new. Its `formatVersion` is replaced by the one that is written. */
  readonly identityIfNew: () => LogIdentity;
  /** Address space reserved for the log at first; it grows by itself. Default 1 GiB. */
  readonly mapSizeBytes?: number;
  /** Appends that may wait for a flush. Default 65,536; the core's own windows are far below. */
  readonly maxQueuedAppends?: number;
  /** What a failed commit does. Default: SIGKILL to this process. It must not return to business. */
  readonly onFatal?: (error: Error) => void;
  readonly monotonicMs?: () => number;
}

/** One call of `append`, encoded when it was made. */
interface PendingAppend {
  readonly entries: readonly (EncodedEntry & { readonly slot: Slot })[];
  readonly promised: Ballot | undefined;
}

/**
 * Opens the log of `directory`, formats a new one, and raises the incarnation, durably. Rejects with `directoryLocked`,
 * `unsupportedFormat`, `promiseDamaged` or `storeDamaged`.
 */
export async function openLogStore(options: OpenLogStoreOptions): Promise<LogStore> {
  const lock = lockDirectory(options.directory);
  try {
    const mapSizeBytes = options.mapSizeBytes ?? 2 ** 30;
    const { environment, head } = await openLogEnvironment(options.directory, mapSizeBytes, options.identityIfNew);
    try {
      const scan = await scanLog(environment, head.manifest);
      const store = new LmdbLogStore(options, { lock, environment, head, scan });
      await store.start();
      return store;
    } catch (error) {
      await environment.close();
      throw error;
    }
  } catch (error) {
    lock.release();
    throw error;
  }
}

interface LogModules {
  readonly lock: DirectoryLock;
  readonly environment: LogEnvironment;
  readonly head: LogHead;
  readonly scan: LogScan;
}

class LmdbLogStore implements LogStore {
  readonly identity: LogIdentity;
  readonly incarnation: number;

  readonly #directory: string;
  readonly #environment: LogEnvironment;
  readonly #lock: DirectoryLock;
  readonly #commits: GroupCommit<PendingAppend>;
  readonly #ledger: DigestLedger;
  /** After damage, LMDB's idea of the highest key isn't relied on. */
  readonly #mayAppend: boolean;
  /** What the next commit starts from; equal to what is durable when no flush is under way. */
  #manifest: Manifest;
  /** Highest promise queued or durable. */
  #promised: Ballot;
  #chosenThroughSlot: Slot;
  #lastRead: { block: number; commitSequence: number; digest: SlotDigest | undefined } | undefined;
  #isClosed = false;

  constructor(options: OpenLogStoreOptions, modules: LogModules) {
    const { manifest, identity, promised } = modules.head;
    this.identity = identity;
    this.incarnation = manifest.incarnation + 1;
    this.#directory = options.directory;
    this.#environment = modules.environment;
    this.#lock = modules.lock;
    this.#ledger = new DigestLedger(modules.environment.trees.digests, modules.scan);
    this.#mayAppend = modules.scan.unknownSlots.length === 0;
    this.#manifest = { ...manifest, incarnation: this.incarnation, digestSum: modules.scan.digestSum };
    this.#promised = promised;
    this.#chosenThroughSlot = chosenBound(manifest, modules.scan);
    this.#commits = new GroupCommit({
      directory: options.directory,
      commit: (appends) => this.#commit(appends),
      onFatal: options.onFatal ?? killOwnProcess,
      monotonicMs: options.monotonicMs ?? (() => performance.now()),
      maxQueued: options.maxQueuedAppends ?? 65_536,
    });
  }

  /** The durable commit that precedes the first message: raises the incarnation, and writes down what the scan found. */
  async start(): Promise<void> {
    await this.#commits.submit({ entries: [], promised: undefined });
  }

  recover(): RecoveredLog {
    const { lastSlot } = this.#manifest;
    const chosenThroughSlot = this.#chosenThroughSlot;
    const accepted: AcceptedEntry[] = [];
    const unknownSlots: Slot[] = [];
    for (let slot = chosenThroughSlot + 1; slot <= lastSlot; slot++) {
      const found = this.#readSlot(slot);
      if (found === 'unknown') unknownSlots.push(slot);
      else if (found !== undefined) accepted.push(found);
    }
    const { trimmedThroughSlot } = this.#manifest;
    return { promised: this.#promised, chosenThroughSlot, accepted, lastSlot, unknownSlots, trimmedThroughSlot };
  }

  append(writes: readonly LogWrite[]): Promise<void> {
    if (this.#isClosed) return Promise.reject(storeClosed());
    let promised: Ballot | undefined;
    let isHintOnly = true;
    const entries: (EncodedEntry & { slot: Slot })[] = [];
    for (const write of writes) {
      if (write.kind === 'chosenThrough') {
        this.#chosenThroughSlot = Math.max(this.#chosenThroughSlot, write.slot);
        continue;
      }
      isHintOnly = false;
      if (write.kind === 'promised') {
        assert(!isLowerBallot(write.ballot, this.#promised), 'I1 promised never falls');
        promised = this.#promised = write.ballot;
      } else {
        assert(write.accepted.slot > this.#manifest.trimmedThroughSlot, 'I7 nothing is accepted below the trim');
        entries.push({ slot: write.accepted.slot, ...encodeEntry(write.accepted) });
      }
    }
    return isHintOnly ? Promise.resolve() : this.#commits.submit({ entries, promised });
  }

  read(fromSlot: Slot, throughSlot: Slot, maxBytes: number): readonly AcceptedEntry[] {
    if (this.#isClosed) throw storeClosed();
    const found: AcceptedEntry[] = [];
    let bytes = 0;
    for (let slot = Math.max(1, fromSlot); slot <= Math.min(throughSlot, this.#manifest.lastSlot); slot++) {
      const read = this.#readSlot(slot);
      if (read === 'unknown' && found.length > 0) break;
      if (read === 'unknown') throw slotUnknown(slot);
      if (read === undefined) continue;
      bytes += commandBytes(read);
      if (found.length > 0 && bytes > maxBytes) break;
      found.push(read);
    }
    return found;
  }

  stats(): LogStoreStats {
    const directory = this.#directory;
    return {
      flushes: this.#commits.flushes,
      lastFlushDurationMs: this.#commits.lastFlushDurationMs,
      oldestOutstandingFlushMs: this.#commits.oldestOutstandingMs,
      queuedAppends: this.#commits.queued,
      // Looked up when it is read: a coordinator asks for the age of a flush a hundred times a second, and a disk that hangs must
      // not hang who asks for that.
      get bytesOnDisk() {
        return statSync(dataFileOf(directory)).size;
      },
    };
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#chosenThroughSlot > this.#manifest.chosenThroughSlot) {
      await this.#commits.submit({ entries: [], promised: undefined });
    }
    await this.#commits.close();
    await this.#environment.close();
    this.#lock.release();
  }

  /** One transaction for all that was queued: entries, their digests, the promise, and the manifest that describes them. */
  async #commit(appends: readonly PendingAppend[]): Promise<void> {
    const { trees } = this.#environment;
    const latest = new Map<Slot, EncodedEntry>();
    let promise: Buffer | undefined;
    for (const append of appends) {
      for (const entry of append.entries) latest.set(entry.slot, entry);
      if (append.promised !== undefined) promise = encodePromise(append.promised);
    }
    const slots = [...latest.keys()].sort((a, b) => a - b);
    const before = this.#manifest;
    const lastSlot = Math.max(before.lastSlot, slots.at(-1) ?? 0);
    const digests = this.#ledger.update(latest, before.lastSlot, lastSlot);
    const manifest: Manifest = {
      ...before,
      commitSequence: before.commitSequence + 1,
      lastSlot,
      chosenThroughSlot: this.#chosenThroughSlot,
      digestSum: digests.sum,
      promiseChecksum: promise?.readUInt32BE(0) ?? before.promiseChecksum,
    };
    await this.#environment.commit((sink) => {
      for (const slot of slots) {
        const entry = latest.get(slot);
        if (entry !== undefined) this.#putEntry(sink, slot > before.lastSlot, slot, entry.bytes);
      }
      for (const [block, bytes] of digests.records) sink.put(trees.digests, uint64Key(block), bytes);
      if (promise !== undefined) sink.put(trees.head, PROMISE_KEY, promise);
      sink.put(trees.head, MANIFEST_KEY, encodeManifest(manifest));
    });
    this.#manifest = manifest;
    this.#ledger.evict();
  }

  #putEntry(sink: WriteSink, isHighest: boolean, slot: Slot, bytes: Buffer): void {
    const { entries } = this.#environment.trees;
    if (isHighest && this.#mayAppend) sink.append(entries, uint64Key(slot), bytes);
    else sink.put(entries, uint64Key(slot), bytes);
  }

  /** The entry, 'unknown' when it's listed but can't be read, undefined when the slot is a hole. */
  #readSlot(slot: Slot): AcceptedEntry | 'unknown' | undefined {
    const found = this.#tryReadSlot(slot);
    if (found !== 'unknown') return found;
    // A commit that is under way may show in the entry and not in the digest that was read before it: read both again.
    this.#lastRead = undefined;
    return this.#tryReadSlot(slot);
  }

  #tryReadSlot(slot: Slot): AcceptedEntry | 'unknown' | undefined {
    const digest = this.#readDigest(blockOf(slot));
    const state = digest?.stateOf(slot) ?? SLOT_UNKNOWN;
    if (digest === undefined || state === SLOT_UNKNOWN) return 'unknown';
    if (state !== SLOT_HELD) return undefined;
    const bytes = guarded(this.#directory, () => getBytes(this.#environment.trees.entries, uint64Key(slot)));
    return decodeEntry(bytes, slot, digest.checksumOf(slot)) ?? 'unknown';
  }

  /** As it is durable, which the ledger's, with a commit under way, need not be. */
  #readDigest(block: number): SlotDigest | undefined {
    const { commitSequence } = this.#manifest;
    if (this.#lastRead?.block !== block || this.#lastRead.commitSequence !== commitSequence) {
      const key = uint64Key(block);
      const bytes = guarded(this.#directory, () => getBytes(this.#environment.trees.digests, key));
      this.#lastRead = { block, commitSequence, digest: SlotDigest.decode(bytes, block) };
    }
    return this.#lastRead.digest;
  }
}

/** Slots known chosen and present: below the first that is unknown or a hole. */
function chosenBound(manifest: Manifest, scan: LogScan): Slot {
  const missing = Math.min(scan.unknownSlots[0] ?? Infinity, scan.firstHole ?? Infinity, manifest.lastSlot + 1);
  return Math.min(manifest.chosenThroughSlot, missing - 1);
}

function commandBytes(accepted: AcceptedEntry): number {
  if (accepted.entry.kind === 'noop') return 0;
  return accepted.entry.commands.reduce((total, command) => total + command.length, 0);
}

function slotUnknown(slot: Slot): StorageError {
  return new StorageError(
    { code: 'slotUnknown', slot },
    `Slot ${String(slot)} was accepted here, but its record is damaged. Fetch it from another replica.`,
  );
}
