import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Slot } from '@synod/consensus';
import type { ImageStore } from './image-store.js';
import { IncomingSnapshot } from './incoming-snapshot.js';
import { isSoundOffer } from './snapshot-format.js';
import type { SnapshotInfo, SnapshotOffer } from './snapshot-format.js';
import { SnapshotReader } from './snapshot-reader.js';
import { writeSnapshot } from './snapshot-writer.js';
import { snapshotDamaged, snapshotFailed, StorageError, storeClosed } from './storage-error.js';

export interface SnapshotDirectoryOptions {
  /** Data directory of the node. Snapshots lie in its subdirectory `snapshots`. */
  readonly directory: string;
  readonly clusterId: string;
  readonly groupId: number;
  readonly image: ImageStore;
  /**
   * How old a snapshot may be to be handed out again. Longer saves work when several peers lag; but the log has to go back to its
   * slot, or who gets it needs another. Default 5 minutes.
   */
  readonly reuseForMs?: number;
  /** See {@link writeSnapshot}. */
  readonly chunkBytes?: number;
  readonly maxDurationMs?: number;
  /** For the age of files. Default `Date.now`. */
  readonly wallMs?: () => number;
}

export interface WantedSnapshot {
  /** Only a snapshot of a higher slot is of use. */
  readonly aboveSlot: Slot;
  /** The snapshot of which the receiver has some chunks: it gets that one as long as it's here, however old it is. */
  readonly resumeId?: string | undefined;
}

const OUTGOING = 'outgoing.snapshot';
const RECEIVED = 'received.snapshot';

/**
 * The snapshots of one node: at most one to hand out, and at most one on its way in or received. A reader that is open stays
 * good when its file goes; but one thing at a time is made.
 */
export class SnapshotDirectory {
  #outgoing: { readonly info: SnapshotInfo; readonly madeMs: number } | undefined;
  #making: Promise<void> | undefined;
  #incoming: IncomingSnapshot | undefined;
  #isClosed = false;

  private constructor(
    private readonly path: string,
    private readonly options: SnapshotDirectoryOptions,
  ) {}

  /** Removes what a crash left half done, what is damaged, and what was received and lies below the image. */
  static async open(options: SnapshotDirectoryOptions): Promise<SnapshotDirectory> {
    const path = join(options.directory, 'snapshots');
    const directory = new SnapshotDirectory(path, options);
    try {
      await mkdir(path, { recursive: true });
      for (const name of await readdir(path)) {
        if (name !== OUTGOING && name !== RECEIVED && !isPart(name)) await directory.#remove(name);
      }
      await directory.#adoptOutgoing();
      const received = await directory.#tryOpen(RECEIVED);
      await received?.close();
      if (received !== undefined && received.info.slot <= (options.image.state?.slot ?? 0)) {
        await directory.#remove(RECEIVED);
      }
      return directory;
    } catch (error) {
      throw snapshotFailed(path, error);
    }
  }

  /**
   * A snapshot to hand out, made now when there is none that will do; the caller closes it. Undefined when the image is not
   * above `aboveSlot`. Rejects as {@link writeSnapshot} does.
   */
  async latest({ aboveSlot, resumeId }: WantedSnapshot): Promise<SnapshotReader | undefined> {
    // A caller that waited for another's may find that it won't do; the second time it's as new as the image can be.
    for (let attempt = 0; attempt < 2; attempt++) {
      if (this.#isClosed) throw storeClosed();
      const found = this.#willDo(aboveSlot, resumeId) ? await this.#openOutgoing() : undefined;
      if (found !== undefined) return found;
      if ((this.options.image.state?.slot ?? 0) <= aboveSlot) return undefined;
      await (this.#making ??= this.#make().finally(() => (this.#making = undefined)));
    }
    return (this.#outgoing?.info.slot ?? 0) > aboveSlot ? this.#openOutgoing() : undefined;
  }

  /** Drops the snapshot to hand out: a chunk of it turned out to be damaged. */
  async forgetOutgoing(snapshotId: string): Promise<void> {
    if (this.#outgoing?.info.snapshotId !== snapshotId) return;
    this.#outgoing = undefined;
    await this.#remove(OUTGOING);
  }

  /**
   * Begins to receive `offer`, or goes on where that one broke off, also before a restart; one that is here in full has all
   * its chunks. Another that was on its way in, or received, goes. Rejects with `snapshotDamaged` for an offer that makes no
   * sense or is of another cluster or group.
   */
  async receive(offer: SnapshotOffer): Promise<IncomingSnapshot> {
    if (this.#isClosed) throw storeClosed();
    const { clusterId, groupId } = this.options;
    if (!isSoundOffer(offer) || offer.clusterId !== clusterId || offer.groupId !== groupId) {
      throw snapshotDamaged(this.path, 'what is offered makes no sense here');
    }
    await this.#incoming?.close();
    const part = `${offer.snapshotId}.part`;
    for (const name of await readdir(this.path)) if (isPart(name) && name !== part) await this.#remove(name);
    await this.#reuseReceived(offer.snapshotId, part);
    this.#incoming = await IncomingSnapshot.open(join(this.path, part), join(this.path, RECEIVED), offer);
    return this.#incoming;
  }

  /** The snapshot that was received in full, if there is one; the caller closes it. */
  async received(): Promise<SnapshotReader | undefined> {
    return this.#tryOpen(RECEIVED);
  }

  /** Removes what is on its way in or received: it was installed, or is of no use. */
  async discardIncoming(): Promise<void> {
    await this.#incoming?.close();
    this.#incoming = undefined;
    for (const name of await readdir(this.path)) {
      if (isPart(name) || name === RECEIVED) await this.#remove(name);
    }
  }

  /** Waits for what is being made. What is on its way in stays for the next time. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#making?.catch(() => undefined);
    await this.#incoming?.close();
  }

  #willDo(aboveSlot: Slot, resumeId: string | undefined): boolean {
    if (this.#outgoing === undefined || this.#outgoing.info.slot <= aboveSlot) return false;
    const { info, madeMs } = this.#outgoing;
    // A file from the future is no younger than one from as long ago: the clock was set.
    const ageMs = Math.abs(this.#wallMs() - madeMs);
    const isYoung = ageMs <= (this.options.reuseForMs ?? 300_000);
    return isYoung || info.snapshotId === resumeId || info.slot >= (this.options.image.state?.slot ?? 0);
  }

  async #make(): Promise<void> {
    const info = await writeSnapshot(this.options.image, join(this.path, OUTGOING), this.options);
    if (info !== undefined) this.#outgoing = { info, madeMs: this.#wallMs() };
  }

  async #adoptOutgoing(): Promise<void> {
    const reader = await this.#tryOpen(OUTGOING);
    if (reader === undefined) return;
    await reader.close();
    const { clusterId, groupId } = this.options;
    if (reader.info.clusterId !== clusterId || reader.info.groupId !== groupId) return this.#remove(OUTGOING);
    this.#outgoing = { info: reader.info, madeMs: (await stat(reader.path)).mtimeMs };
  }

  async #openOutgoing(): Promise<SnapshotReader | undefined> {
    const reader = await this.#tryOpen(OUTGOING);
    if (reader === undefined) this.#outgoing = undefined;
    return reader;
  }

  /** One that was received before can be completed again, which checks it once more. */
  async #reuseReceived(snapshotId: string, part: string): Promise<void> {
    const received = await this.#tryOpen(RECEIVED);
    if (received === undefined) return;
    await received.close();
    if (received.info.snapshotId !== snapshotId) return this.#remove(RECEIVED);
    await rename(join(this.path, RECEIVED), join(this.path, part));
  }

  /** Undefined when there is no such file; one that is damaged is removed. */
  async #tryOpen(name: string): Promise<SnapshotReader | undefined> {
    try {
      return await SnapshotReader.open(join(this.path, name));
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      if (error.facts.code === 'snapshotFailed' && error.facts.reason === 'ENOENT') return undefined;
      if (error.facts.code === 'snapshotFailed') throw error;
      await this.#remove(name);
      return undefined;
    }
  }

  #remove(name: string): Promise<void> {
    return rm(join(this.path, name), { force: true, recursive: true });
  }

  #wallMs(): number {
    return (this.options.wallMs ?? Date.now)();
  }
}

/** Of a snapshot on its way in; its name is its id. */
function isPart(name: string): boolean {
  return /^[0-9]+-[0-9a-f]{64}\.part$/.test(name);
}
