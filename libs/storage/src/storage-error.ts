import { TypedError } from '@synod/base';

export type StorageFacts =
  /** Another process holds the directory; `pid` is undefined when it could not be read. */
  | { readonly code: 'directoryLocked'; readonly directory: string; readonly pid: number | undefined }
  /** The directory holds something that this version can't read, or a store of another kind. */
  | { readonly code: 'unsupportedFormat'; readonly directory: string; readonly found: string }
  /** The record of the highest promise is damaged or gone: this node must not speak again under its identity. */
  | { readonly code: 'promiseDamaged'; readonly directory: string; readonly detail: string }
  /** The store's own bookkeeping is damaged, so what it held can't be told any more. */
  | { readonly code: 'storeDamaged'; readonly directory: string; readonly detail: string }
  /** A slot that the log holds, but whose record is damaged. It is unknown, never empty. */
  | { readonly code: 'slotUnknown'; readonly slot: number }
  /** The image of applied state is damaged, or not what its manifest says: get it from the log or from a peer. */
  | { readonly code: 'imageDamaged'; readonly directory: string; readonly detail: string }
  /** A consistent reading of the image took longer than it may: it would keep LMDB from using pages again. */
  | { readonly code: 'readingTooLong'; readonly limitMs: number }
  /** A snapshot file is damaged, or not what it was said to be. */
  | { readonly code: 'snapshotDamaged'; readonly path: string; readonly detail: string }
  /** A chunk was not taken: damaged on the way, or not the one that comes next. */
  | { readonly code: 'chunkRefused'; readonly index: number; readonly reason: 'checksum' | 'order' | 'content' }
  /** The operating system refused to read or write a snapshot; `reason` is its code. */
  | { readonly code: 'snapshotFailed'; readonly path: string; readonly reason: string }
  | { readonly code: 'storeClosed' }
  /** A commit failed earlier; the process must not go on with this store. */
  | { readonly code: 'commitFailed'; readonly directory: string }
  | { readonly code: 'queueFull'; readonly limit: number }
  | { readonly code: 'spoolFull'; readonly limit: 'count' | 'bytes'; readonly maximum: number }
  | { readonly code: 'keyTooLong'; readonly bytes: number; readonly maximum: number };

/** Every failure of this library. Match on `code`; the message is for people and says what to do. */
export class StorageError extends TypedError<StorageFacts> {}

export function directoryLocked(directory: string, pid: number | undefined): StorageError {
  const holder = pid === undefined ? 'another process' : `process ${String(pid)}`;
  return new StorageError(
    { code: 'directoryLocked', directory, pid },
    `${directory} is in use by ${holder}. Stop that process, or start this one with a data directory of its own.`,
  );
}

export function unsupportedFormat(directory: string, found: string): StorageError {
  return new StorageError(
    { code: 'unsupportedFormat', directory, found },
    `${directory} can't be read by this version (${found}). Start the version that wrote it, or point at another data directory.`,
  );
}

const REPLACE_THE_NODE =
  'Do not start it again on this directory: keep a copy for analysis, add a new member with a new id and an empty directory, and remove this one.';

export function promiseDamaged(directory: string, detail: string): StorageError {
  return new StorageError(
    { code: 'promiseDamaged', directory, detail },
    `The record of this node's promise in ${directory} is damaged (${detail}). ${REPLACE_THE_NODE}`,
  );
}

export function storeDamaged(directory: string, detail: string): StorageError {
  return new StorageError(
    { code: 'storeDamaged', directory, detail },
    `The store in ${directory} is damaged (${detail}). ${REPLACE_THE_NODE}`,
  );
}

export function slotUnknown(slot: number): StorageError {
  return new StorageError(
    { code: 'slotUnknown', slot },
    `Slot ${String(slot)} was accepted here, but its record is damaged. Fetch it from another replica.`,
  );
}

export function imageDamaged(directory: string, detail: string): StorageError {
  return new StorageError(
    { code: 'imageDamaged', directory, detail },
    `The image of applied state in ${directory} is damaged (${detail}). It is made anew from the log, or from a snapshot of a peer.`,
  );
}

export function readingTooLong(limitMs: number): StorageError {
  return new StorageError(
    { code: 'readingTooLong', limitMs },
    `Reading the image took longer than ${String(limitMs)} ms and was given up, or its file would grow without bound. Try again when the disk is less busy.`,
  );
}

export function snapshotDamaged(path: string, detail: string): StorageError {
  return new StorageError(
    { code: 'snapshotDamaged', path, detail },
    `The snapshot ${path} is damaged (${detail}). It is of no use and can be deleted; another is made or fetched when it is needed.`,
  );
}

/** Wraps what a file operation threw; a {@link StorageError} is left as it is. */
export function snapshotFailed(path: string, cause: unknown): StorageError {
  if (cause instanceof StorageError) return cause;
  const reason = (cause as NodeJS.ErrnoException | undefined)?.code ?? String(cause);
  const text = `The snapshot ${path} can't be read or written (${reason}). See that its disk has room and works.`;
  return new StorageError({ code: 'snapshotFailed', path, reason }, text, { cause });
}

export function storeClosed(): StorageError {
  return new StorageError({ code: 'storeClosed' }, 'The store is closed. Open it again before using it.');
}
