import type { Logger } from '@synod/base';
import type { Slot } from '@synod/consensus';
import type { JobsStateMachine } from '@synod/jobs';
import type { ImageStore, LogStore, RecoveredLog } from '@synod/storage';
import { replay } from '../replica/replay.js';
import { restoreState } from './restore-state.js';
import type { ReplicatedState } from './replicated-state.js';
import type { RestoreModules } from './restore-state.js';

export interface LoadedState {
  /** Undefined without an image: the state begins empty. */
  readonly machine: JobsStateMachine | undefined;
  /** 0 without an image. */
  readonly imageSlot: Slot;
}

/**
 * The state that the image holds. One that is damaged, or that was being replaced when the process ended, is dropped: the log is
 * replayed from its beginning, or, when it was trimmed, a snapshot of another member takes its place.
 */
export async function loadState(
  image: Pick<ImageStore, 'state' | 'absence' | 'records' | 'discard'>,
  modules: RestoreModules & { readonly logger: Logger },
): Promise<LoadedState> {
  const { logger, clock } = modules;
  const { state, absence } = image;
  if (state === undefined) {
    if (absence !== 'new') {
      logger.warn(
        { absence },
        'there is no usable image of the state: it is made anew from the log, or from a snapshot',
      );
    }
    return { machine: undefined, imageSlot: 0 };
  }
  const startedMs = clock.monotonicMs();
  try {
    const machine = await restoreState(state, image.records(), modules);
    const tookMs = Math.round(clock.monotonicMs() - startedMs);
    logger.info({ slot: state.slot, records: state.records, tookMs }, 'image of the state loaded');
    return { machine, imageSlot: state.slot };
  } catch (error) {
    if (!isDamage(error)) throw error;
    logger.error(
      { error, slot: state.slot },
      'the image of the state is damaged and dropped: it is made anew from the log, or from a snapshot; look at the disk',
    );
    await image.discard();
    return { machine: undefined, imageSlot: 0 };
  }
}

export interface RecoverModules extends RestoreModules {
  readonly log: Pick<LogStore, 'recover' | 'read'>;
  readonly image: Parameters<typeof loadState>[0];
  readonly state: Pick<ReplicatedState, 'replace' | 'apply'>;
  readonly logger: Logger;
  /** Resolves when what applying sets off is on the disk. */
  readonly written: () => Promise<void>;
}

/** Brings the state to where the disk has it: the image, and what the log has chosen behind it. For `Replication.start`. */
export async function recoverState(modules: RecoverModules): Promise<RecoveredLog> {
  const { log, image, state, logger, clock, written } = modules;
  const { machine, imageSlot } = await loadState(image, modules);
  if (machine !== undefined) state.replace(machine);
  const recovered = log.recover(imageSlot);
  const { chosenThroughSlot, trimmedThroughSlot } = recovered;
  if (imageSlot < trimmedThroughSlot) {
    logger.warn(
      { imageSlot, trimmedThroughSlot },
      'the log no longer goes back to the image of the state: a snapshot of another member is needed, and fetched',
    );
    return recovered;
  }
  const startedMs = clock.monotonicMs();
  await replay(log, imageSlot, chosenThroughSlot, (slot, entry) => state.apply(slot, entry), written);
  const tookMs = Math.round(clock.monotonicMs() - startedMs);
  logger.info({ imageSlot, chosenThroughSlot, tookMs }, 'log replayed');
  return recovered;
}

/** Of the store, of the codec, or of the state machine: the image isn't what its manifest says. */
export function isDamage(error: unknown): boolean {
  const code = (error as { facts?: { code?: unknown } } | undefined)?.facts?.code;
  return code === 'imageDamaged' || code === 'snapshotDamaged' || code === 'damagedRecord';
}
