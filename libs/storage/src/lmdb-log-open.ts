import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import {
  decodeIdentity,
  decodeManifest,
  decodePeers,
  decodePromise,
  encodeIdentity,
  encodeManifest,
  encodePromise,
  IDENTITY_KEY,
  LOG_FORMAT_VERSION,
  MANIFEST_KEY,
  PEERS_KEY,
  PROMISE_KEY,
} from './head-records.js';
import type { Manifest } from './head-records.js';
import { getBytes, openEnvironment } from './lmdb-environment.js';
import type { Environment } from './lmdb-environment.js';
import { ZERO_BALLOT } from './log-store.js';
import type { LogIdentity } from './log-store.js';
import { checkSnapshots } from './snapshot-check.js';
import { promiseDamaged, StorageError, storeDamaged, unsupportedFormat } from './storage-error.js';
import type { Ballot, NodeId } from '@synod/consensus';

/**
 * `head` identity, promise, manifest · `peers` one record · `digests` by block · `entries` by slot. The record of peers is not
 * in `head`: it may be large, and `head` must stay a single leaf page (see snapshot-check.ts).
 */
export type LogTreeName = 'head' | 'peers' | 'digests' | 'entries';
export const LOG_TREE_NAMES: readonly LogTreeName[] = ['head', 'peers', 'digests', 'entries'];
export type LogEnvironment = Environment<LogTreeName>;

export interface LogHead {
  readonly identity: LogIdentity;
  readonly promised: Ballot;
  readonly promiseChecksum: number;
  readonly manifest: Manifest;
  readonly peers: ReadonlyMap<NodeId, string>;
}

export interface OpenedLog {
  readonly environment: LogEnvironment;
  readonly head: LogHead;
}

const LOG_DIRECTORY = 'log';
const IDENTITY_FILE = 'identity';

export function dataFileOf(directory: string): string {
  return join(directory, LOG_DIRECTORY, 'data.mdb');
}

/**
 * Opens the environment in `directory`, which the caller has locked, and formats it when it is new. The file `identity`
 * beside it is written last: where it exists, a log that is gone or blank was lost, and is not formatted again (P3).
 */
export async function openLogEnvironment(
  directory: string,
  mapSizeBytes: number,
  identityIfNew: () => LogIdentity,
): Promise<OpenedLog> {
  const fresh = isFresh(directory);
  mkdirSync(join(directory, LOG_DIRECTORY), { recursive: true });
  const environment = guarded(directory, () =>
    openEnvironment<LogTreeName>({
      path: join(directory, LOG_DIRECTORY),
      treeNames: LOG_TREE_NAMES,
      mapSizeBytes,
    }),
  );
  try {
    if (fresh) await format(environment, identityIfNew());
    const head = guarded(directory, () => readHead(environment, directory));
    writeIdentityFile(directory, head.identity);
    return { environment, head };
  } catch (error) {
    await environment.close();
    throw error;
  }
}

/** Runs `read`; what LMDB throws about its pages becomes `storeDamaged`. */
export function guarded<T>(directory: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof StorageError) throw error;
    const damage = storeDamaged(directory, error instanceof Error ? error.message : String(error));
    throw Object.assign(damage, { cause: error });
  }
}

function isFresh(directory: string): boolean {
  const formatted = existsSync(join(directory, IDENTITY_FILE));
  const file = dataFileOf(directory);
  if (!existsSync(file) || statSync(file).size === 0) {
    if (formatted) throw storeDamaged(directory, 'the log is gone, though the directory was formatted');
    return true;
  }
  const check = checkSnapshots(file, 'head');
  switch (check.kind) {
    case 'intact':
      return false;
    case 'damaged':
      throw storeDamaged(directory, check.detail);
    case 'foreign':
      throw unsupportedFormat(directory, check.detail);
    case 'unformatted':
      if (formatted) throw storeDamaged(directory, 'the log is blank, though the directory was formatted');
      return true;
  }
}

async function format(environment: LogEnvironment, identity: LogIdentity): Promise<void> {
  const promise = encodePromise(ZERO_BALLOT);
  const manifest = encodeManifest({
    commitSequence: 1,
    incarnation: 0,
    trimmedThroughSlot: 0,
    lastSlot: 0,
    chosenThroughSlot: 0,
    digestSum: 0,
    promiseChecksum: promise.readUInt32BE(0),
    peersChecksum: 0,
  });
  const bytes = encodeIdentity({ ...identity, formatVersion: LOG_FORMAT_VERSION });
  await environment.commit((sink) => {
    sink.put(environment.trees.head, IDENTITY_KEY, bytes);
    sink.put(environment.trees.head, PROMISE_KEY, promise);
    sink.put(environment.trees.head, MANIFEST_KEY, manifest);
  });
}

function readHead(environment: LogEnvironment, directory: string): LogHead {
  const { head } = environment.trees;
  const identity = decodeIdentity(getBytes(head, IDENTITY_KEY));
  if (identity === undefined) throw storeDamaged(directory, 'the identity record is damaged');
  if (identity.formatVersion !== LOG_FORMAT_VERSION) {
    throw unsupportedFormat(directory, `format version ${String(identity.formatVersion)}`);
  }
  const manifest = decodeManifest(getBytes(head, MANIFEST_KEY));
  if (manifest === undefined) throw storeDamaged(directory, 'the manifest is damaged');
  const promiseBytes = getBytes(head, PROMISE_KEY);
  const promised = decodePromise(promiseBytes);
  if (promised === undefined || promiseBytes === undefined) throw promiseDamaged(directory, 'its checksum is wrong');
  const promiseChecksum = promiseBytes.readUInt32BE(0);
  if (promiseChecksum !== manifest.promiseChecksum) throw promiseDamaged(directory, 'it is an older one');
  return { identity, promised, promiseChecksum, manifest, peers: readPeers(environment, directory, manifest) };
}

/** Peers that were forgotten could be followed under another storage id (I10), so damage here is as bad as in the promise. */
function readPeers(environment: LogEnvironment, directory: string, manifest: Manifest): ReadonlyMap<NodeId, string> {
  const bytes = getBytes(environment.trees.peers, PEERS_KEY);
  if (bytes === undefined && manifest.peersChecksum === 0) return new Map();
  const peers = decodePeers(bytes);
  if (peers === undefined || bytes === undefined) throw storeDamaged(directory, 'the record of peers is damaged');
  if (bytes.readUInt32BE(0) !== manifest.peersChecksum) {
    throw storeDamaged(directory, 'the record of peers is an older one');
  }
  return peers;
}

/** Written when it's missing or differs: after a crash during formatting, or when its own bytes are damaged. */
function writeIdentityFile(directory: string, identity: LogIdentity): void {
  const file = join(directory, IDENTITY_FILE);
  const bytes = Buffer.from(`${JSON.stringify(identity, undefined, 2)}\n`);
  if (existsSync(file)) {
    const found = readFileSync(file);
    if (found.equals(bytes)) return;
    const other = storageIdOf(found);
    if (other !== undefined && other !== identity.storageId) {
      throw unsupportedFormat(directory, `the file ${IDENTITY_FILE} is of storage id ${other}, the log of another`);
    }
  }
  // The names of new files are durable only once their directories are flushed; LMDB leaves that to us.
  for (const path of [join(directory, LOG_DIRECTORY), directory, dirname(directory)]) flushPath(path);
  const temporary = `${file}.new`;
  const descriptor = openSync(temporary, 'w', 0o644);
  writeSync(descriptor, bytes);
  fsyncSync(descriptor);
  closeSync(descriptor);
  renameSync(temporary, file);
  flushPath(directory);
}

function storageIdOf(bytes: Buffer): string | undefined {
  try {
    const { storageId } = JSON.parse(bytes.toString('utf8')) as { storageId?: unknown };
    return typeof storageId === 'string' ? storageId : undefined;
  } catch {
    return undefined;
  }
}

function flushPath(path: string): void {
  const descriptor = openSync(path, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}
