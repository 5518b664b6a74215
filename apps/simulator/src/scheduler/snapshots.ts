import type { ImageRecord, ImageStore, SnapshotOffer } from '@synod/storage';
import type { SnapshotInbox, SnapshotSource } from '@synod/coordinator';

type Outgoing = NonNullable<Awaited<ReturnType<SnapshotSource['latest']>>>;
type Incoming = Awaited<ReturnType<SnapshotInbox['receive']>>;

/** Small, so that a transfer takes many chunks and may break between any two. */
const RECORDS_PER_CHUNK = 16;

interface Part {
  readonly offer: SnapshotOffer;
  readonly chunks: Uint8Array[];
}

/** What of snapshots lies on a coordinator's disk. */
export interface SnapshotFiles {
  outgoing: Part | undefined;
  incoming: Part | undefined;
}

function pack(records: readonly ImageRecord[]): Uint8Array {
  return Buffer.from(JSON.stringify(records.map(({ key, bytes }) => [key, Buffer.from(bytes).toString('base64')])));
}

function unpack(chunk: Uint8Array): ImageRecord[] {
  const rows = JSON.parse(Buffer.from(chunk).toString()) as [key: string, base64: string][];
  return rows.map(([key, base64]) => ({ key, bytes: Buffer.from(base64, 'base64') }));
}

function sumOf(data: Uint8Array): number {
  return data.reduce((sum, byte) => (sum * 31 + byte) >>> 0, 7);
}

/** Snapshots in memory, in the place of `SnapshotDirectory`. */
export class SimulatedSnapshots implements SnapshotSource, SnapshotInbox {
  constructor(
    private readonly files: SnapshotFiles,
    private readonly image: ImageStore,
    private readonly clusterId: string,
  ) {}

  async latest(wanted: Parameters<SnapshotSource['latest']>[0]): Promise<Outgoing | undefined> {
    const kept = this.files.outgoing;
    if (kept === undefined || kept.offer.slot <= wanted.aboveSlot || kept.offer.snapshotId !== wanted.resumeId) {
      const made = await this.make(wanted.aboveSlot);
      if (made === undefined) return undefined;
      this.files.outgoing = made;
    }
    const part = this.files.outgoing;
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
    this.files.outgoing = undefined;
    return Promise.resolve();
  }

  receive(offer: SnapshotOffer): Promise<Incoming> {
    if (this.files.incoming?.offer.snapshotId !== offer.snapshotId) this.files.incoming = { offer, chunks: [] };
    const { chunks } = this.files.incoming;
    return Promise.resolve({
      get nextChunk() {
        return chunks.length;
      },
      get hasAll() {
        return chunks.length === offer.chunks;
      },
      add: (index: number, data: Uint8Array, checksum: number) => {
        if (index < chunks.length) return Promise.resolve(false);
        if (index > chunks.length || sumOf(data) !== checksum) return Promise.reject(new Error('chunk refused'));
        chunks.push(Uint8Array.from(data));
        return Promise.resolve(true);
      },
      complete: () =>
        Promise.resolve({
          records: async function* () {
            for (const chunk of chunks) yield await Promise.resolve(unpack(chunk));
          },
          close: () => Promise.resolve(),
        }),
    });
  }

  discardIncoming(): Promise<void> {
    this.files.incoming = undefined;
    return Promise.resolve();
  }

  private async make(aboveSlot: number): Promise<Part | undefined> {
    const reading = this.image.openReading();
    if (reading === undefined || reading.state.slot <= aboveSlot) return undefined;
    const records: ImageRecord[] = [];
    for await (const chunk of reading.records()) records.push(...chunk);
    reading.close();
    const chunks: Uint8Array[] = [];
    for (let from = 0; from < records.length; from += RECORDS_PER_CHUNK) {
      chunks.push(pack(records.slice(from, from + RECORDS_PER_CHUNK)));
    }
    const { slot, stateHash } = reading.state;
    const snapshotId = `${slot}-${stateHash}`;
    const offer = { ...reading.state, snapshotId, chunks: chunks.length, clusterId: this.clusterId, groupId: 0 };
    return { offer, chunks };
  }
}

/** The history of finished jobs; all of these jobs stay in the active state, so little comes here. */
export class SimulatedHistory {
  private readonly rows = new Map<string, { jobId: string; finishedAtMs: number; bytes: Uint8Array }>();

  putRecords(records: readonly { jobId: string; finishedAtMs: number; bytes: Uint8Array }[]): Promise<void> {
    for (const record of records) this.rows.set(record.jobId, record);
    return Promise.resolve();
  }

  getRecord(jobId: string): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.rows.get(jobId)?.bytes);
  }

  listRecords({ beforeJobId, limit }: { beforeJobId?: string; limit: number }) {
    const rows = [...this.rows.values()].filter(({ jobId }) => beforeJobId === undefined || jobId < beforeJobId);
    rows.sort((left, right) => (left.jobId < right.jobId ? 1 : -1));
    return Promise.resolve(rows.slice(0, limit));
  }

  prune(): Promise<number> {
    return Promise.resolve(0);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
