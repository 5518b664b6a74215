import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newMemoryImageDisk, openImageStore, openMemoryImageStore } from '@synod/storage';
import type { ImageStore } from '@synod/storage';
import { imageStoreConformance } from './image-store-conformance.js';
import type { ImageStoreSubject } from './image-store-conformance.js';

async function subjectOf(open: () => Promise<ImageStore>, dispose: () => void): Promise<ImageStoreSubject> {
  let current = await open();
  return {
    store: current,
    openAgain: open,
    reopen: async () => {
      await current.close();
      return (current = await open());
    },
    dispose: async () => {
      await current.close();
      dispose();
    },
  };
}

imageStoreConformance('LMDB', () => {
  const directory = mkdtempSync(join(tmpdir(), 'synod-conformance-'));
  return subjectOf(
    () => openImageStore({ directory, owner: 'cluster/1/storage', onFatal: () => undefined }),
    () => rmSync(directory, { recursive: true }),
  );
});

imageStoreConformance('memory', () => {
  const disk = newMemoryImageDisk();
  // The promise of an async function rejects where the opening itself throws.
  return subjectOf(
    async () => openMemoryImageStore({ disk }),
    () => undefined,
  );
});
