/** A finished job as it goes to history. The bytes are the caller's own encoding. */
export interface TaskRecord {
  /** Sorts by creation, as code units of ASCII. 1 to 200 bytes. */
  readonly jobId: string;
  /** Unix time, from the log's stamps: a store has no clock. */
  readonly finishedAtMs: number;
  readonly bytes: Uint8Array;
}

export interface ListedRecord {
  readonly jobId: string;
  readonly finishedAtMs: number;
  /** Undefined when the record is damaged. */
  readonly bytes: Uint8Array | undefined;
}

export interface ListRecordsOptions {
  /** Gives jobs created before this one only: the last id of the page before. */
  readonly beforeJobId?: string;
  /** 1 to 10,000. */
  readonly limit: number;
}

export interface BlobRange {
  readonly offset: number;
  /** Fewer bytes come back at the end of the blob. */
  readonly length: number;
}

export interface PruneOptions {
  /** Records to keep at the most; those that finished first go first. */
  readonly maxRecords?: number;
  /** Unix time: records that finished before it go. */
  readonly finishedBeforeMs?: number;
  /** What all blobs may have together; while they have more, records go, with their blobs. */
  readonly maxBlobBytes?: number;
}

export interface TaskStoreStats {
  readonly records: number;
  readonly blobs: number;
  /** What all blobs have together. */
  readonly blobBytes: number;
  readonly bytesOnDisk: number;
}

/** Bytes at once, or piece by piece. */
export type BlobSource = Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/**
 * Records of finished jobs, large results, and logs that outlive a worker. The replicated log is the truth, a store never is:
 * what a crash takes from it is put again or missed, and nothing is decided by it.
 *
 * Ordering: a resolved write is seen by every later read of this store and survives a crash of the process; a crash of the
 * machine may take the last ones in some adapters, but leaves the store consistent. Every write can be repeated, with the same
 * effect as once.
 */
export interface TaskStore {
  /** All or none. A record that is there already is replaced. */
  putRecords(records: readonly TaskRecord[]): Promise<void>;
  /** Undefined when there is none. Rejects with `damaged` when it can't be read. */
  getRecord(jobId: string): Promise<Uint8Array | undefined>;
  /** Newest job first. */
  listRecords(options: ListRecordsOptions): Promise<readonly ListedRecord[]>;
  /**
   * Replaces the blob of that name, all or nothing. Blobs that belong to a job are called `<jobId>/<what>`: they go when its
   * record is pruned.
   */
  putBlob(name: string, source: BlobSource): Promise<void>;
  /** The whole blob or a range of it; undefined when there is none. Rejects with `damaged`. */
  getBlob(name: string, range?: BlobRange): Promise<Uint8Array | undefined>;
  /** Deleting what isn't there is fine. */
  deleteBlob(name: string): Promise<void>;
  /** Drops old records and their blobs, in bounded transactions; resolves with the number of records. */
  prune(options: PruneOptions): Promise<number>;
  stats(): TaskStoreStats;
  /** Twice is fine. */
  close(): Promise<void>;
}
