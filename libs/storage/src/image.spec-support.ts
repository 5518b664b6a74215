import type { ImageBatch, ImageRecord, ImageStore } from './image-store.js';
import { openImageStore } from './lmdb-image-store.js';

export const OWNER = 'cluster/1/storage-of-c1';

export function openImage(directory: string, more: { onFatal?: (error: Error) => void } = {}): Promise<ImageStore> {
  return openImageStore({ directory, owner: OWNER, onFatal: () => undefined, ...more });
}

/** Records `prefix0000`, `prefix0001` … each with `text` in it. */
export function recordsOf(count: number, text: string, prefix = 'j/'): ImageRecord[] {
  return Array.from({ length: count }, (_, index) => ({
    key: `${prefix}${String(index).padStart(6, '0')}`,
    bytes: new Uint8Array(Buffer.from(`${text} ${String(index)}`)),
  }));
}

export function batchAt(slot: number, changes: ImageBatch['changes']): ImageBatch {
  return { slot, stateHash: `hash-${String(slot)}`, changes };
}

export async function* inChunks(records: readonly ImageRecord[], size = 500): AsyncGenerator<readonly ImageRecord[]> {
  for (let from = 0; from < records.length; from += size) yield records.slice(from, from + size);
}

export async function contentOf(source: AsyncIterable<readonly ImageRecord[]>): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for await (const chunk of source) {
    for (const { key, bytes } of chunk) found.set(key, Buffer.from(bytes).toString());
  }
  return found;
}
