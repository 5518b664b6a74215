/**
 * Which of LMDB's two snapshots is the newest? LMDB believes the transaction id in each of its two meta pages, and no
 * checksum covers them. One flipped bit there makes it open the older snapshot, in silence: the last commit, which was
 * acknowledged and may be a promise, is gone (P2, P3). LMDB's own interface can't show the other snapshot without rolling
 * back to it, so this reads the few pages itself, before LMDB opens the file: from each meta page to the manifest that the
 * snapshot holds. Every commit of ours raises the manifest's commit sequence by one, so the snapshots must differ by one in
 * both numbers, in the same order. Anything else is damage.
 *
 * The layout is that of the LMDB inside package lmdb 3.5.6 (data version 2), little-endian. The manifest's tree has three
 * records and the main tree four names, so that both are a single leaf, always: of the three only the identity can be large,
 * and above half a page LMDB puts it into pages of its own. The record of peers may be large too, so it's in another tree.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { decodeManifest, MANIFEST_KEY } from './head-records.js';
import type { Manifest } from './head-records.js';

const MAGIC = 0xbeefc0de;
const PAGE_HEADER_BYTES = 24;
const LEAF = 0x02;
const NODE_IS_TREE = 0x02;
const NODE_IS_BIG = 0x01;
const PAGE_SIZES = [4096, 8192, 16384, 32768, 65536];
const NO_PAGE = 0xffff_ffff_ffff_ffffn;

export type SnapshotCheck =
  | { readonly kind: 'unformatted' }
  | { readonly kind: 'intact'; readonly newest: Manifest }
  | { readonly kind: 'damaged'; readonly detail: string }
  | { readonly kind: 'foreign'; readonly detail: string };

interface Meta {
  readonly transactionId: bigint;
  readonly mainDepth: number;
  readonly mainRoot: bigint;
}

type Found = { readonly manifest: Manifest } | { readonly nothing: true } | { readonly damage: string };

class PageFile {
  constructor(
    private readonly descriptor: number,
    readonly pageBytes: number,
  ) {}

  page(number: bigint): Buffer | undefined {
    const at = number * BigInt(this.pageBytes);
    if (at > BigInt(Number.MAX_SAFE_INTEGER)) return undefined;
    const bytes = Buffer.alloc(this.pageBytes);
    return readSync(this.descriptor, bytes, 0, this.pageBytes, Number(at)) === this.pageBytes ? bytes : undefined;
  }
}

/** Reads both snapshots of `file`, an LMDB data file in which `treeName` holds the manifest. Throws only on I/O errors. */
export function checkSnapshots(file: string, treeName: string): SnapshotCheck {
  const descriptor = openSync(file, 'r');
  try {
    if (fstatSync(descriptor).size === 0) return { kind: 'unformatted' };
    const head = Buffer.alloc(168);
    if (readSync(descriptor, head, 0, head.length, 0) < head.length) return damaged('the file is cut short');
    if (head.readUInt32LE(24) !== MAGIC)
      return { kind: 'foreign', detail: 'no LMDB file, or its first page is damaged' };
    if (head.readUInt32LE(28) % 0x10000 !== 2) return { kind: 'foreign', detail: 'an LMDB file of another version' };
    const pageBytes = head.readUInt32LE(48);
    if (!PAGE_SIZES.includes(pageBytes)) return damaged('the page size makes no sense');
    return compare(new PageFile(descriptor, pageBytes), treeName);
  } finally {
    closeSync(descriptor);
  }
}

/** Whether LMDB can open `file` without crashing on its first two pages: they are whole, or the file is empty. */
export function hasMetaPages(file: string): boolean {
  const descriptor = openSync(file, 'r');
  try {
    if (fstatSync(descriptor).size === 0) return true;
    const head = Buffer.alloc(168);
    if (readSync(descriptor, head, 0, head.length, 0) < head.length) return false;
    const pages = new PageFile(descriptor, head.readUInt32LE(48));
    if (!PAGE_SIZES.includes(pages.pageBytes)) return false;
    return readMeta(pages, 0n) !== undefined && readMeta(pages, 1n) !== undefined;
  } finally {
    closeSync(descriptor);
  }
}

function damaged(detail: string): SnapshotCheck {
  return { kind: 'damaged', detail };
}

function compare(file: PageFile, treeName: string): SnapshotCheck {
  const metas = [readMeta(file, 0n), readMeta(file, 1n)];
  const [first, second] = metas;
  if (first === undefined || second === undefined) return damaged('a meta page is damaged');
  const [newer, older] = first.transactionId > second.transactionId ? [first, second] : [second, first];
  if (newer.transactionId === 0n) return { kind: 'unformatted' };
  if (newer !== metas[Number(newer.transactionId % 2n)] || newer.transactionId - older.transactionId !== 1n) {
    return damaged('the transaction ids of the meta pages do not fit together');
  }
  const now = findManifest(file, newer, treeName);
  const before = findManifest(file, older, treeName);
  if ('damage' in now) return damaged(now.damage);
  if ('damage' in before) return damaged(before.damage);
  if ('nothing' in now) return 'nothing' in before ? { kind: 'unformatted' } : damaged('the newest manifest is gone');
  const expected = 'nothing' in before ? 1 : before.manifest.commitSequence + 1;
  if (now.manifest.commitSequence !== expected) return damaged('the snapshots are not of consecutive commits');
  return { kind: 'intact', newest: now.manifest };
}

function readMeta(file: PageFile, number: bigint): Meta | undefined {
  const page = file.page(number);
  if (page === undefined || page.readUInt32LE(24) !== MAGIC || page.readUInt32LE(28) % 0x10000 !== 2) return undefined;
  if (page.readUInt32LE(48) !== file.pageBytes) return undefined;
  return {
    mainDepth: page.readUInt16LE(102),
    mainRoot: page.readBigUInt64LE(136),
    transactionId: page.readBigUInt64LE(152),
  };
}

function findManifest(file: PageFile, meta: Meta, treeName: string): Found {
  if (meta.mainRoot === NO_PAGE) return { nothing: true };
  if (meta.mainDepth !== 1) return { damage: 'the main tree has a wrong depth' };
  const main = leaf(file, meta.mainRoot);
  if (main === undefined) return { damage: 'the page of the main tree is damaged' };
  const tree = findNode(main, Buffer.from(`${treeName}\0`)) ?? findNode(main, Buffer.from(treeName));
  if (tree === undefined) return { nothing: true };
  if ((tree.flags & NODE_IS_TREE) === 0 || tree.data.length !== 48)
    return { damage: 'the head tree has no description' };
  const root = tree.data.readBigUInt64LE(40);
  if (root === NO_PAGE) return { nothing: true };
  const page = tree.data.readUInt16LE(6) === 1 ? leaf(file, root) : undefined;
  if (page === undefined) return { damage: 'the page of the head records is damaged' };
  const node = findNode(page, MANIFEST_KEY);
  const manifest = node === undefined || (node.flags & NODE_IS_BIG) !== 0 ? undefined : decodeManifest(node.data);
  return manifest === undefined ? { damage: 'the manifest is damaged' } : { manifest };
}

function leaf(file: PageFile, number: bigint): Buffer | undefined {
  const page = file.page(number);
  if (page === undefined || page.readBigUInt64LE(0) !== number || page.readUInt16LE(18) !== LEAF) return undefined;
  const lower = page.readUInt16LE(20);
  return lower + PAGE_HEADER_BYTES <= file.pageBytes && lower % 2 === 0 ? page : undefined;
}

function findNode(page: Buffer, key: Buffer): { flags: number; data: Buffer } | undefined {
  const count = page.readUInt16LE(20) / 2;
  for (let index = 0; index < count; index++) {
    const at = PAGE_HEADER_BYTES + page.readUInt16LE(PAGE_HEADER_BYTES + index * 2);
    if (at + 8 > page.length) continue;
    const flags = page.readUInt16LE(at + 4);
    const keyEnd = at + 8 + page.readUInt16LE(at + 6);
    const size = page.readUInt16LE(at) + page.readUInt16LE(at + 2) * 0x10000;
    const dataEnd = (flags & NODE_IS_BIG) !== 0 ? keyEnd : keyEnd + size;
    if (dataEnd > page.length || !page.subarray(at + 8, keyEnd).equals(key)) continue;
    return { flags, data: page.subarray(keyEnd, dataEnd) };
  }
  return undefined;
}
