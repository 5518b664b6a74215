export { openEmbeddedTaskStore } from './embedded-task-store.js';
export type { EmbeddedTaskStoreOptions } from './embedded-task-store.js';
export { TaskStoreError } from './task-store-error.js';
export type { TaskStoreFacts } from './task-store-error.js';
export type {
  BlobRange,
  BlobSource,
  ListedRecord,
  ListRecordsOptions,
  PruneOptions,
  TaskRecord,
  TaskStore,
  TaskStoreStats,
} from './task-store.js';
