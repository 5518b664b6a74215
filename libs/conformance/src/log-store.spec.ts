import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newMemoryDisk, openLogStore, openMemoryLogStore } from '@synod/storage';
import type { LogIdentity, LogStore } from '@synod/storage';
import { conformanceIdentity, logStoreConformance } from './log-store-conformance.js';
import type { LogStoreSubject } from './log-store-conformance.js';

async function subjectOf(
  open: (identityIfNew: () => LogIdentity) => Promise<LogStore>,
  dispose: () => void,
): Promise<LogStoreSubject> {
  let current = await open(() => conformanceIdentity());
  return {
    store: current,
    openAgain: open,
    reopen: async (identityIfNew = conformanceIdentity) => {
      await current.close();
      return (current = await open(identityIfNew));
    },
    dispose: async () => {
      await current.close();
      dispose();
    },
  };
}

logStoreConformance('LMDB', () => {
  const directory = mkdtempSync(join(tmpdir(), 'synod-conformance-'));
  return subjectOf(
    (identityIfNew) => openLogStore({ directory, identityIfNew, onFatal: () => undefined }),
    () => rmSync(directory, { recursive: true }),
  );
});

logStoreConformance('memory', () => {
  const disk = newMemoryDisk();
  return subjectOf(
    (identityIfNew) => openMemoryLogStore({ disk, identityIfNew }),
    () => undefined,
  );
});
