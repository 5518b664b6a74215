import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { decodeImageManifest } from './image-manifest.js';
import type { ImageManifest, ImageSide } from './image-manifest.js';
import type { ImageAbsence } from './image-store.js';
import { getBytes, openEnvironment } from './lmdb-environment.js';
import type { Environment, Tree } from './lmdb-environment.js';
import { hasMetaPages } from './snapshot-check.js';

/** `head` the manifest · `records0` or `records1`, whichever it says, the records by key. */
export type ImageTreeName = 'head' | 'records0' | 'records1';
export type ImageEnvironment = Environment<ImageTreeName>;

export const IMAGE_TREES: readonly ImageTreeName[] = ['head', 'records0', 'records1'];

export const IMAGE_MANIFEST_KEY = Buffer.from('manifest');

export interface OpenedImage {
  readonly environment: ImageEnvironment;
  /** Undefined when there is no whole image. */
  readonly manifest: ImageManifest | undefined;
  readonly absence: ImageAbsence | undefined;
}

/**
 * Opens the environment in `path`, which the caller has locked. Nothing in an image is worth a refusal: where there
 * are peers or a whole log it can be made again. So a file that LMDB finds damaged is put aside, for whoever has neither, and
 * anything that isn't a whole image counts as none.
 *
 * LMDB may open the older of its two snapshots in silence, when a bit of a meta page flipped (see snapshot-check.ts). Here that
 * is of no harm: it's an older image, and what it lacks is replayed; or, where the log is trimmed beyond it, as good as none.
 */
export async function openImageEnvironment(
  path: string,
  options: { readonly owner: string; readonly mapSizeBytes?: number },
): Promise<OpenedImage> {
  mkdirSync(path, { recursive: true });
  const open = (): ImageEnvironment =>
    openEnvironment({ path, treeNames: IMAGE_TREES, mapSizeBytes: options.mapSizeBytes ?? 2 ** 30 });
  const file = join(path, 'data.mdb');
  let environment: ImageEnvironment | undefined;
  if (!existsSync(file) || hasMetaPages(file)) {
    try {
      environment = open();
      return { environment, ...look(environment, options.owner) };
    } catch (error) {
      await environment?.close();
      if (!isDamage(error)) throw error;
    }
  }
  renameSync(file, `${file}.damaged`);
  rmSync(join(path, 'lock.mdb'), { force: true });
  return { environment: open(), manifest: undefined, absence: 'damaged' };
}

function look(environment: ImageEnvironment, owner: string): Omit<OpenedImage, 'environment'> {
  const { head, records0 } = environment.trees;
  const bytes = getBytes(head, IMAGE_MANIFEST_KEY);
  const manifest = decodeImageManifest(bytes);
  if (manifest?.phase === 'whole' && manifest.owner === owner) return { manifest, absence: undefined };
  return { manifest: undefined, absence: absenceOf(manifest, bytes === undefined && isEmpty(records0), owner) };
}

function absenceOf(manifest: ImageManifest | undefined, isNew: boolean, owner: string): ImageAbsence {
  if (manifest === undefined) return isNew ? 'new' : 'damaged';
  return manifest.owner === owner ? 'discarded' : 'foreign';
}

/** The records of one side. */
export function treeOf(environment: ImageEnvironment, side: ImageSide): Tree {
  return environment.trees[`records${side}`];
}

function isEmpty(tree: Tree): boolean {
  return [...tree.getKeys({ limit: 1 })].length === 0;
}

/** LMDB's own codes lie below -30,000; those of the operating system, such as EIO and ENOSPC, say nothing of the image. */
function isDamage(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === 'number' ? code < -30_000 : !(error instanceof Error && 'syscall' in error);
}
