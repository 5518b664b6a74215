import type { Clock } from '@synod/base';
import type { JobsRestore, JobsStateMachine, StateRecord } from '@synod/jobs';
import type { ImageRecord } from '@synod/storage';

export interface RestoreModules {
  readonly clock: Clock;
  readonly begin: (slot: number) => JobsRestore;
  readonly decode: (record: ImageRecord) => StateRecord;
}

/** How long the event loop is held at once: heartbeats and polls of this node must go on meanwhile. */
const SLICE_MS = 4;
/** Records between two looks at the clock. */
const RECORDS_PER_LOOK = 32;

/**
 * A state machine from the records of an image or a snapshot, in slices. Rejects with `imageDamaged` when they are not those of the
 * state with that hash.
 */
export async function restoreState(
  of: { readonly slot: number; readonly stateHash: string },
  chunks: AsyncIterable<readonly ImageRecord[]>,
  modules: RestoreModules,
): Promise<JobsStateMachine> {
  const { clock, begin, decode } = modules;
  const restore = begin(of.slot);
  let sliceEndMs = clock.monotonicMs() + SLICE_MS;
  for await (const chunk of chunks) {
    for (let from = 0; from < chunk.length; from += RECORDS_PER_LOOK) {
      restore.add(chunk.slice(from, from + RECORDS_PER_LOOK).map(decode));
      if (clock.monotonicMs() < sliceEndMs) continue;
      await new Promise((resolve) => setImmediate(resolve));
      sliceEndMs = clock.monotonicMs() + SLICE_MS;
    }
  }
  return restore.finish(of.stateHash);
}
