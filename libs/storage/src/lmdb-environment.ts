import { open } from 'lmdb';
import type { Database, RootDatabase } from 'lmdb';

export type Tree = Database<Buffer, Buffer>;

/**
 * The value of `key`, copied. Where pages are damaged LMDB may throw, and lmdb may give something that isn't bytes at all:
 * both become an exception here.
 */
export function getBytes(tree: Tree, key: Buffer): Buffer | undefined {
  const found: unknown = tree.getBinary(key);
  if (found === undefined || Buffer.isBuffer(found)) return found;
  throw new Error('LMDB gave something other than bytes');
}

/** The first 4 bytes of the value of `key` as a number; undefined when there is no such key. */
export function peekUint32(tree: Tree, key: Buffer): number | undefined {
  const found: unknown = tree.getBinaryFast(key);
  if (found === undefined) return undefined;
  if (!Buffer.isBuffer(found) || found.length < 4) throw new Error('LMDB gave something other than a record');
  return found.readUInt32BE(0);
}

/** The trees as they were at one moment. While it is open LMDB uses no page again that it could need: the file grows. */
export interface EnvironmentReading {
  get(tree: Tree, key: Buffer): Buffer | undefined;
  /** Up to `limit` records above `after` in the order of their keys, fewer when they have `maxBytes`. Copies. */
  range(tree: Tree, after: Buffer | undefined, limit: number, maxBytes: number): readonly TreeRecord[];
  /** Twice is fine. */
  close(): void;
}

export interface TreeRecord {
  readonly key: Buffer;
  readonly value: Buffer;
}

export interface Environment<Name extends string> {
  readonly trees: Readonly<Record<Name, Tree>>;
  /** Runs `write` (puts and removes only) as one transaction; resolves after fdatasync and the write of the meta page. */
  commit(write: (sink: WriteSink) => void): Promise<void>;
  openReading(): EnvironmentReading;
  close(): Promise<void>;
}

/** Collects the writes of one transaction. */
export interface WriteSink {
  put(tree: Tree, key: Buffer, value: Buffer): void;
  /** The key is higher than every other of the tree: pages are filled, not split. */
  append(tree: Tree, key: Buffer, value: Buffer): void;
  remove(tree: Tree, key: Buffer): void;
  clear(tree: Tree): void;
}

export interface EnvironmentOptions<Name extends string> {
  /** A directory of its own. */
  readonly path: string;
  readonly treeNames: readonly Name[];
  readonly mapSizeBytes: number;
}

/**
 * Opens an LMDB environment with the only settings that we trust (see README.md): no overlapping sync, so that the promise
 * of a write resolves after the flush; no compression; nothing batched but what we batch; trees opened here, at start, since
 * opening one later commits half of a batch.
 */
export function openEnvironment<Name extends string>(options: EnvironmentOptions<Name>): Environment<Name> {
  const root: RootDatabase<Buffer, Buffer> = open({
    path: options.path,
    mapSize: options.mapSizeBytes,
    maxDbs: options.treeNames.length,
    noSubdir: false,
    overlappingSync: false,
    compression: false,
    eventTurnBatching: false,
    encoding: 'binary',
    keyEncoding: 'binary',
  });
  const trees = {} as Record<Name, Tree>;
  for (const name of options.treeNames) {
    trees[name] = root.openDB<Buffer, Buffer>({ name, encoding: 'binary', keyEncoding: 'binary' });
  }
  return {
    trees,
    commit: (write) => commit(root, write),
    openReading: () => openReading(root),
    close: () => root.close(),
  };
}

function openReading(root: RootDatabase<Buffer, Buffer>): EnvironmentReading {
  const transaction = root.useReadTransaction();
  let isOpen = true;
  return {
    get: (tree, key) => {
      for (const { value } of tree.getRange({ transaction, start: key, end: key, inclusiveEnd: true })) {
        return Buffer.from(value);
      }
      return undefined;
    },
    range: (tree, after, limit, maxBytes) => {
      const found: TreeRecord[] = [];
      let bytes = 0;
      const start = after === undefined ? {} : { start: after, exclusiveStart: true };
      for (const { key, value } of tree.getRange({ transaction, limit, ...start })) {
        found.push({ key: Buffer.from(key), value: Buffer.from(value) });
        bytes += value.length;
        if (bytes >= maxBytes) break;
      }
      return found;
    },
    close: () => {
      if (isOpen) transaction.done();
      isOpen = false;
    },
  };
}

async function commit(root: RootDatabase<Buffer, Buffer>, write: (sink: WriteSink) => void): Promise<void> {
  const appended: Promise<boolean>[] = [];
  const sink: WriteSink = {
    put: (tree, key, value) => void quiet(tree.put(key, value)),
    // The declared type of `put` lacks the options that README documents; `append` gives MDB_APPEND.
    append: (tree, key, value) =>
      void appended.push(quiet((tree.put as unknown as PutWithOptions)(key, value, { append: true }))),
    remove: (tree, key) => void quiet(tree.remove(key)),
    clear: (tree) => void quiet(tree.clearAsync() as unknown as Promise<boolean>),
  };
  try {
    await root.batch(() => write(sink));
    for (const done of appended) {
      if (!(await done)) throw new Error('an append met a key that is not the highest of its tree');
    }
  } catch (error) {
    throw await causeOf(error);
  }
}

type PutWithOptions = (this: void, key: Buffer, value: Buffer, options: { append: true }) => Promise<boolean>;

/** The transaction's own promise reports a failure; those of its parts must not become unhandled rejections too. */
function quiet(promise: Promise<boolean>): Promise<boolean> {
  promise.catch((error: unknown) => causeOf(error));
  return promise;
}

/** lmdb puts the reason into a second promise, `commitError`, which is an unhandled rejection unless it is looked at. */
async function causeOf(error: unknown): Promise<unknown> {
  const reason = (error as { commitError?: Promise<unknown> }).commitError;
  if (reason === undefined) return error;
  try {
    await reason;
    return error;
  } catch (cause) {
    return cause;
  }
}
