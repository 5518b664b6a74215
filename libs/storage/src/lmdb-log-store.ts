import { statSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { assert } from '@synod/base';
import type { AcceptedEntry, Ballot, LogWrite, NodeId, Slot } from '@synod/consensus';
import { uint64Key } from './bytes.js';
import { DigestLedger } from './digest-ledger.js';
import { lockDirectory } from './directory-lock.js';
import type { DirectoryLock } from './directory-lock.js';
import { encodeEntry } from './entry-record.js';
import type { EncodedEntry } from './entry-record.js';
import { GroupCommit, killOwnProcess } from './group-commit.js';
import { encodeManifest, encodePeers, encodePromise, MANIFEST_KEY, PEERS_KEY, PROMISE_KEY } from './head-records.js';
import type { Manifest } from './head-records.js';
import type { WriteSink } from './lmdb-environment.js';
import { dataFileOf, openLogEnvironment } from './lmdb-log-open.js';
import type { LogEnvironment, LogHead } from './lmdb-log-open.js';
import { isLowerBallot } from './log-store.js';
import type { LogIdentity, LogStore, LogStoreStats, RecoveredLog } from './log-store.js';
import { LogGarbage } from './log-garbage.js';
import { LogReader } from './log-reader.js';
import { scanLog } from './log-scan.js';
import type { LogScan } from './log-scan.js';
import { notePeer, recoverLog } from './recovery.js';
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
  readonly trimmedThroughSlot: Slot;
  /** All peers that are known with this append; undefined when it adds none. */
  readonly peers: Buffer | undefined;
}

/** Changes nothing but the manifest's sequence. */
const NOTHING: PendingAppend = { entries: [], promised: undefined, trimmedThroughSlot: 0, peers: undefined };

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
  readonly #reader: LogReader;
  readonly #garbage: LogGarbage;
  /** After damage, LMDB's idea of the highest key isn't relied on. */
  readonly #mayAppend: boolean;
  /** What the next commit starts from; equal to what is durable when no flush is under way. */
  #manifest: Manifest;
  /** Highest promise, hint and trim, and all peers, queued or durable. */
  #promised: Ballot;
  #chosenThroughSlot: Slot;
  #trimmedThroughSlot: Slot;
  readonly #peers: Map<NodeId, string>;
  /** What `recover` found trimmed; becomes durable with the next commit. */
  #recoveredTrim: Slot = 0;
  #isClosed = false;

  constructor(options: OpenLogStoreOptions, modules: LogModules) {
    const { manifest, identity, promised, peers } = modules.head;
    this.identity = identity;
    this.incarnation = manifest.incarnation + 1;
    this.#directory = options.directory;
    this.#environment = modules.environment;
    this.#lock = modules.lock;
    this.#ledger = new DigestLedger(modules.environment.trees.digests, modules.scan);
    this.#reader = new LogReader(options.directory, modules.environment);
    this.#garbage = new LogGarbage(modules.environment);
    this.#mayAppend = !modules.scan.hasUnknown;
    this.#manifest = { ...manifest, incarnation: this.incarnation, digestSum: modules.scan.digestSum };
    this.#promised = promised;
    this.#chosenThroughSlot = manifest.chosenThroughSlot;
    this.#trimmedThroughSlot = manifest.trimmedThroughSlot;
    this.#peers = new Map(peers);
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
    await this.#commits.submit(NOTHING);
  }

  recover(imageSlot: Slot = 0): RecoveredLog {
    const { lastSlot, trimmedThroughSlot, commitSequence } = this.#manifest;
    const recovered = recoverLog(
      {
        promised: this.#promised,
        chosenThroughHint: this.#chosenThroughSlot,
        lastSlot,
        trimmedThroughSlot,
        peers: this.#peers,
        stateOf: (slot) => this.#reader.stateOf(slot, commitSequence),
        read: (slot) => this.#reader.slot(slot, commitSequence),
      },
      imageSlot,
    );
    this.#recoveredTrim = recovered.trimmedThroughSlot;
    this.#trimmedThroughSlot = Math.max(this.#trimmedThroughSlot, this.#recoveredTrim);
    return recovered;
  }

  append(writes: readonly LogWrite[]): Promise<void> {
    if (this.#isClosed) return Promise.reject(storeClosed());
    const pending = { ...NOTHING, entries: [] as (EncodedEntry & { slot: Slot })[] };
    let isHintOnly = true;
    for (const write of writes) {
      isHintOnly &&= write.kind === 'chosenThrough';
      this.#note(write, pending);
    }
    return isHintOnly ? Promise.resolve() : this.#commits.submit(pending);
  }

  #note(write: LogWrite, pending: Writable<PendingAppend> & { entries: (EncodedEntry & { slot: Slot })[] }): void {
    switch (write.kind) {
      case 'chosenThrough':
        this.#chosenThroughSlot = Math.max(this.#chosenThroughSlot, write.slot);
        return;
      case 'promised':
        assert(!isLowerBallot(write.ballot, this.#promised), 'I1 promised never falls');
        pending.promised = this.#promised = write.ballot;
        return;
      case 'accepted':
        assert(write.accepted.slot > this.#trimmedThroughSlot, 'I7 nothing is accepted below the trim');
        pending.entries.push({ slot: write.accepted.slot, ...encodeEntry(write.accepted) });
        return;
      case 'trimmed':
        this.#trimmedThroughSlot = Math.max(this.#trimmedThroughSlot, write.throughSlot);
        pending.trimmedThroughSlot = this.#trimmedThroughSlot;
        return;
      case 'peer':
        if (notePeer(this.#peers, write.nodeId, write.storageId)) pending.peers = encodePeers(this.#peers);
        return;
    }
  }

  read(fromSlot: Slot, throughSlot: Slot, maxBytes: number): readonly AcceptedEntry[] {
    if (this.#isClosed) throw storeClosed();
    const { lastSlot, commitSequence } = this.#manifest;
    const from = Math.max(this.#trimmedThroughSlot + 1, fromSlot);
    return this.#reader.read(from, Math.min(throughSlot, lastSlot), maxBytes, commitSequence);
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
      await this.#commits.submit(NOTHING);
    }
    await this.#commits.close();
    await this.#environment.close();
    this.#lock.release();
  }

  /** One transaction for all that was queued: entries, their digests, promise, peers, and the manifest that describes them. */
  async #commit(appends: readonly PendingAppend[]): Promise<void> {
    const before = this.#manifest;
    const latest = merge(appends, Math.max(before.trimmedThroughSlot, this.#recoveredTrim));
    const slots = [...latest.entries.keys()].sort((a, b) => a - b);
    const { trimmedThroughSlot } = latest;
    const lastSlot = Math.max(before.lastSlot, trimmedThroughSlot, slots.at(-1) ?? 0);
    const digests = this.#ledger.update(latest.entries, before, { trimmedThroughSlot, lastSlot });
    const promise = latest.promised === undefined ? undefined : encodePromise(latest.promised);
    const manifest: Manifest = {
      ...before,
      commitSequence: before.commitSequence + 1,
      trimmedThroughSlot,
      lastSlot,
      chosenThroughSlot: this.#chosenThroughSlot,
      digestSum: digests.sum,
      promiseChecksum: promise?.readUInt32BE(0) ?? before.promiseChecksum,
      peersChecksum: latest.peers?.readUInt32BE(0) ?? before.peersChecksum,
    };
    const garbage = this.#garbage.next(trimmedThroughSlot);
    const { trees } = this.#environment;
    await this.#environment.commit((sink) => {
      for (const key of garbage.entries) sink.remove(trees.entries, key);
      for (const key of garbage.digests) sink.remove(trees.digests, key);
      for (const slot of slots) {
        const entry = latest.entries.get(slot);
        if (entry !== undefined) this.#putEntry(sink, slot > before.lastSlot, slot, entry.bytes);
      }
      for (const [block, bytes] of digests.records) sink.put(trees.digests, uint64Key(block), bytes);
      if (promise !== undefined) sink.put(trees.head, PROMISE_KEY, promise);
      if (latest.peers !== undefined) sink.put(trees.peers, PEERS_KEY, latest.peers);
      sink.put(trees.head, MANIFEST_KEY, encodeManifest(manifest));
    });
    this.#manifest = manifest;
    this.#ledger.evict();
    if (garbage.isMore) this.#collectMore();
  }

  /** Another step of deleting, unless the store is closing. It shares its flush with whatever is appended meanwhile. */
  #collectMore(): void {
    this.#commits.submit(NOTHING).catch((error: unknown) => {
      // Closed, full, or failed: the first two go on with a later commit, and of the third onFatal has heard.
      if (!(error instanceof StorageError)) throw error;
    });
  }

  #putEntry(sink: WriteSink, isHighest: boolean, slot: Slot, bytes: Buffer): void {
    const { entries } = this.#environment.trees;
    if (isHighest && this.#mayAppend) sink.append(entries, uint64Key(slot), bytes);
    else sink.put(entries, uint64Key(slot), bytes);
  }
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

interface Merged {
  readonly entries: ReadonlyMap<Slot, EncodedEntry>;
  readonly promised: Ballot | undefined;
  readonly trimmedThroughSlot: Slot;
  readonly peers: Buffer | undefined;
}

/** What is left to write of several appends: of two for the same thing the later, and nothing below the trim. */
function merge(appends: readonly PendingAppend[], trimmedBefore: Slot): Merged {
  const entries = new Map<Slot, EncodedEntry>();
  let { promised, trimmedThroughSlot, peers } = { ...NOTHING, trimmedThroughSlot: trimmedBefore };
  for (const append of appends) {
    for (const entry of append.entries) entries.set(entry.slot, entry);
    promised = append.promised ?? promised;
    peers = append.peers ?? peers;
    trimmedThroughSlot = Math.max(trimmedThroughSlot, append.trimmedThroughSlot);
  }
  for (const slot of [...entries.keys()]) if (slot <= trimmedThroughSlot) entries.delete(slot);
  return { entries, promised, trimmedThroughSlot, peers };
}
