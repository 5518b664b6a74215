import type { ImageRecord, ImageStore, SnapshotOffer } from '@synod/storage';
import { StorageError } from '@synod/storage';
import type { TaskRecord, TaskStore } from '@synod/task-store';
import type { Gap, GapNote } from '../state/history-gap.js';
import type {
  CompleteSnapshot,
  IncomingSnapshot,
  OutgoingSnapshot,
  SnapshotInbox,
  SnapshotSource,
} from '../replica/snapshot-source.js';

const RECORDS_PER_CHUNK = 20;

interface Part {
  readonly offer: SnapshotOffer;
  readonly chunks: Uint8Array[];
}

/** What of snapshots survives a crash. */
export interface MemorySnapshotDisk {
  outgoing: Part | undefined;
  incoming: Part | undefined;
}

const pack = (records: readonly ImageRecord[]): Uint8Array =>
  Buffer.from(JSON.stringify(records.map(({ key, bytes }) => [key, Buffer.from(bytes).toString('base64')])));

const unpack = (chunk: Uint8Array): ImageRecord[] =>
  (JSON.parse(Buffer.from(chunk).toString()) as [string, string][]).map(([key, text]) => ({
    key,
    bytes: Buffer.from(text, 'base64'),
  }));

const sumOf = (data: Uint8Array): number => data.reduce((sum, byte) => (sum * 31 + byte) >>> 0, 7);

/** Snapshots without files. */
export class MemorySnapshots implements SnapshotSource, SnapshotInbox {
  /** Of each new snapshot. */
  made = 0;

  constructor(
    private readonly disk: MemorySnapshotDisk,
    private readonly image: ImageStore,
    private readonly clusterId: string,
  ) {}

  async latest(wanted: { aboveSlot: number; resumeId?: string | undefined }): Promise<OutgoingSnapshot | undefined> {
    const kept = this.disk.outgoing;
    if (kept === undefined || kept.offer.slot <= wanted.aboveSlot || kept.offer.snapshotId !== wanted.resumeId) {
      const reading = this.image.openReading();
      if (reading === undefined || reading.state.slot <= wanted.aboveSlot) return undefined;
      const records: ImageRecord[] = [];
      for await (const chunk of reading.records()) records.push(...chunk);
      reading.close();
      const chunks: Uint8Array[] = [];
      for (let from = 0; from < records.length; from += RECORDS_PER_CHUNK) {
        chunks.push(pack(records.slice(from, from + RECORDS_PER_CHUNK)));
      }
      this.made += 1;
      const snapshotId = `${String(reading.state.slot)}-${reading.state.stateHash}`;
      const offer = { ...reading.state, snapshotId, chunks: chunks.length, clusterId: this.clusterId, groupId: 0 };
      this.disk.outgoing = { offer, chunks };
    }
    const part = this.disk.outgoing;
    if (part === undefined) return undefined;
    return {
      info: part.offer,
      chunk: (index) => {
        const data = part.chunks[index] ?? new Uint8Array(0);
        return Promise.resolve({ index, data, checksum: sumOf(data) });
      },
      close: () => Promise.resolve(),
    };
  }

  forgetOutgoing(): Promise<void> {
    this.disk.outgoing = undefined;
    return Promise.resolve();
  }

  receive(offer: SnapshotOffer): Promise<IncomingSnapshot> {
    if (this.disk.incoming?.offer.snapshotId !== offer.snapshotId) this.disk.incoming = { offer, chunks: [] };
    const part = this.disk.incoming;
    const complete: CompleteSnapshot = {
      records: async function* () {
        await Promise.resolve();
        for (const chunk of part.chunks) yield unpack(chunk);
      },
      close: () => Promise.resolve(),
    };
    return Promise.resolve({
      get nextChunk() {
        return part.chunks.length;
      },
      get hasAll() {
        return part.chunks.length === offer.chunks;
      },
      add: (index, data, checksum) => {
        if (index < part.chunks.length) return Promise.resolve(false);
        if (index > part.chunks.length || sumOf(data) !== checksum) return Promise.reject(new Error('chunk refused'));
        part.chunks.push(Uint8Array.from(data));
        return Promise.resolve(true);
      },
      complete: () => {
        const records = part.chunks.reduce((sum, chunk) => sum + unpack(chunk).length, 0);
        if (records === offer.records) return Promise.resolve(complete);
        const facts = { code: 'imageDamaged', directory: 'memory', detail: 'records are missing' } as const;
        return Promise.reject(new StorageError(facts, 'damaged'));
      },
    });
  }

  discardIncoming(): Promise<void> {
    this.disk.incoming = undefined;
    return Promise.resolve();
  }
}

/** History without a disk. */
export class MemoryRecords implements Pick<TaskStore, 'putRecords' | 'getRecord' | 'listRecords' | 'prune' | 'close'> {
  readonly rows = new Map<string, TaskRecord>();

  putRecords(records: readonly TaskRecord[]): Promise<void> {
    for (const record of records) this.rows.set(record.jobId, record);
    return Promise.resolve();
  }

  getRecord(jobId: string): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.rows.get(jobId)?.bytes);
  }

  listRecords({ beforeJobId, limit }: { beforeJobId?: string; limit: number }): Promise<readonly TaskRecord[]> {
    const rows = [...this.rows.values()].filter(({ jobId }) => beforeJobId === undefined || jobId < beforeJobId);
    rows.sort((a, b) => (a.jobId < b.jobId ? 1 : -1));
    return Promise.resolve(rows.slice(0, limit));
  }

  prune(): Promise<number> {
    return Promise.resolve(0);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** The gap of a history that survives a crash. */
export class MemoryGapNote implements GapNote {
  gap: Gap | undefined;

  load(): Promise<Gap | undefined> {
    return Promise.resolve(this.gap);
  }

  save(gap: Gap | undefined): Promise<void> {
    this.gap = gap;
    return Promise.resolve();
  }
}
