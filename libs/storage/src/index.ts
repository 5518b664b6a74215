export { makeBallastIfRoom, releaseBallastIfFull } from './ballast.js';
export type { BallastOptions, BallastState } from './ballast.js';
export { lockDirectory } from './directory-lock.js';
export type { DirectoryLock, LockDirectoryOptions } from './directory-lock.js';
export { diskHealth, levelOf, watermarksOf } from './disk-health.js';
export type { DiskHealth, DiskHealthOptions, DiskLevel, Watermarks } from './disk-health.js';
export { killOwnProcess } from './group-commit.js';
export type {
  ImageAbsence,
  ImageBatch,
  ImageChange,
  ImageReading,
  ImageRecord,
  ImageState,
  ImageStore,
  ImageStoreStats,
  ReadingOptions,
} from './image-store.js';
export { IncomingSnapshot } from './incoming-snapshot.js';
export { openImageStore } from './lmdb-image-store.js';
export type { OpenImageStoreOptions } from './lmdb-image-store.js';
export { openLogStore } from './lmdb-log-store.js';
export type { OpenLogStoreOptions } from './lmdb-log-store.js';
export type { LogIdentity, LogStore, LogStoreStats, RecoveredLog } from './log-store.js';
export { MemoryImageStore, newMemoryImageDisk, openMemoryImageStore } from './memory-image-store.js';
export type { MemoryImageDisk, MemoryImageStoreOptions } from './memory-image-store.js';
export { damageSlot, MemoryLogStore, newMemoryDisk, openMemoryLogStore } from './memory-log-store.js';
export type { MemoryDisk, MemoryLogStoreOptions } from './memory-log-store.js';
export { SnapshotDirectory } from './snapshot-directory.js';
export type { SnapshotDirectoryOptions, WantedSnapshot } from './snapshot-directory.js';
export type { SnapshotInfo, SnapshotOffer, SnapshotState } from './snapshot-format.js';
export { SnapshotReader } from './snapshot-reader.js';
export type { SnapshotChunk } from './snapshot-reader.js';
export { writeSnapshot } from './snapshot-writer.js';
export type { WriteSnapshotOptions } from './snapshot-writer.js';
export { openSpool } from './spool.js';
export type { Spool, SpoolEntry, SpoolOptions } from './spool.js';
export { StorageError } from './storage-error.js';
export type { StorageFacts } from './storage-error.js';
