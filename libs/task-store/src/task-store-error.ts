import { TypedError } from '@synod/base';

export type TaskStoreFacts =
  | { readonly code: 'blobTooLarge'; readonly name: string; readonly maxBytes: number }
  | { readonly code: 'recordTooLarge'; readonly jobId: string; readonly bytes: number; readonly maxBytes: number }
  | { readonly code: 'invalidArgument'; readonly argument: string; readonly requirement: string }
  /** What is stored under this name can't be read; put it again or delete it. */
  | { readonly code: 'damaged'; readonly name: string }
  /** Too much waits to be written. */
  | { readonly code: 'overloaded'; readonly maxQueuedBytes: number }
  | { readonly code: 'unavailable' }
  | { readonly code: 'closed' };

/** Every failure of a task store. Match on `code`; the message is for people. */
export class TaskStoreError extends TypedError<TaskStoreFacts> {}

export function invalidArgument(argument: string, requirement: string): TaskStoreError {
  return new TaskStoreError({ code: 'invalidArgument', argument, requirement }, `${argument} must be ${requirement}.`);
}

export function damaged(name: string): TaskStoreError {
  return new TaskStoreError(
    { code: 'damaged', name },
    `What the task store holds as ${name} is damaged. Nothing is decided by it: delete it, or put it again.`,
  );
}
