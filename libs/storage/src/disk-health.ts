import { statfs } from 'node:fs/promises';

const MEBIBYTE = 2 ** 20;

export interface DiskHealthOptions {
  /**
   * Free bytes below which the disk is `low`. LMDB reports a full disk only when a commit fails, which is fatal, so this must
   * cover what is written between two looks, with room to delete in. Default: 512 MiB, or 10 % of a smaller disk.
   */
  readonly lowBytes?: number;
  /** Free bytes below which the disk is `full`; at most `lowBytes`. Default: 64 MiB, or 3 % of a smaller disk. */
  readonly fullBytes?: number;
}

/**
 * `low`: this node doesn't lead, and writes what it must. `full`: it writes nothing, or the next commit could fail and kill
 * it. What is left below the second mark is room to start again in, and for deleting.
 */
export type DiskLevel = 'ok' | 'low' | 'full';

export interface DiskHealth {
  /** What an unprivileged process may still write. */
  readonly freeBytes: number;
  readonly totalBytes: number;
  readonly level: DiskLevel;
  /** `level` is `ok`. */
  readonly happy: boolean;
}

export interface Watermarks {
  readonly lowBytes: number;
  readonly fullBytes: number;
}

/** The marks for a disk of this size. */
export function watermarksOf(totalBytes: number, options: DiskHealthOptions = {}): Watermarks {
  const lowBytes = options.lowBytes ?? Math.min(512 * MEBIBYTE, totalBytes / 10);
  return { lowBytes, fullBytes: Math.min(lowBytes, options.fullBytes ?? Math.min(64 * MEBIBYTE, totalBytes * 0.03)) };
}

export function levelOf(freeBytes: number, { lowBytes, fullBytes }: Watermarks): DiskLevel {
  if (freeBytes < fullBytes) return 'full';
  return freeBytes < lowBytes ? 'low' : 'ok';
}

/** Looks at the file system that holds `directory`. */
export async function diskHealth(directory: string, options: DiskHealthOptions = {}): Promise<DiskHealth> {
  const { bavail, blocks, bsize } = await statfs(directory);
  const [freeBytes, totalBytes] = [bavail * bsize, blocks * bsize];
  const level = levelOf(freeBytes, watermarksOf(totalBytes, options));
  return { freeBytes, totalBytes, level, happy: level === 'ok' };
}
