import { statfs } from 'node:fs/promises';

export interface DiskHealthOptions {
  /**
   * Free bytes below which the disk is unhappy. LMDB reports a full disk only when a commit fails, which is fatal, so this
   * must cover what is written between two looks, with room to delete in. Default 512 MiB.
   */
  readonly minFreeBytes?: number;
}

export interface DiskHealth {
  /** What an unprivileged process may still write. */
  readonly freeBytes: number;
  readonly totalBytes: number;
  readonly happy: boolean;
}

const DEFAULT_MIN_FREE_BYTES = 512 * 2 ** 20;

/** Looks at the file system that holds `directory`. */
export async function diskHealth(directory: string, options: DiskHealthOptions = {}): Promise<DiskHealth> {
  const { bavail, blocks, bsize } = await statfs(directory);
  const freeBytes = bavail * bsize;
  return {
    freeBytes,
    totalBytes: blocks * bsize,
    happy: freeBytes >= (options.minFreeBytes ?? DEFAULT_MIN_FREE_BYTES),
  };
}
