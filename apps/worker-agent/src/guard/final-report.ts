import type { Logger } from '@synod/base';
import type { FinalReport } from './guard.js';

export async function reportGuardEnded(
  _report: FinalReport,
  _signal: AbortSignal,
  _modules: { readonly log: Logger },
): Promise<void> {
  // Replaced once libs/rpc is there.
}
