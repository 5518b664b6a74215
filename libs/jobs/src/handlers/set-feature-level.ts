import { assert } from '@synod/base';
import type { SetFeatureLevel } from '../commands.js';
import type { JobsState } from '../state/jobs-state.js';
import type { CompactReply } from '../state/reply-hash.js';

/** Whether the level is one that this program can apply was looked at before the entry; here it can only rise. */
export function setFeatureLevel(state: JobsState, { level }: SetFeatureLevel): CompactReply {
  assert(level <= state.options.maxFeatureLevel, 'the feature level is supported', () => `${level}`);
  state.raiseLevel(level);
  return { type: 'featureLevelSet', level: state.featureLevel };
}
