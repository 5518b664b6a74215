import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedTaskStore } from '@synod/task-store';
import { taskStoreConformance } from './task-store-conformance.js';

taskStoreConformance('embedded', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'synod-conformance-'));
  let current = await openEmbeddedTaskStore({ directory });
  return {
    store: current,
    reopen: async () => {
      await current.close();
      return (current = await openEmbeddedTaskStore({ directory }));
    },
    dispose: async () => {
      await current.close();
      rmSync(directory, { recursive: true });
    },
  };
});
