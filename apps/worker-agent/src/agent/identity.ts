import { readJsonFile, writeJsonFile, type DataDirectory } from '../shared/data-directory.js';
import { AgentError } from './errors.js';

interface Kept {
  readonly workerId: string;
  readonly incarnation: number;
}

/**
 * The restart number of this start: above every earlier one, also when the clock was set back or the directory is new
 * (then Unix time is above what an earlier directory had). The directory's lock is held.
 */
export function nextIncarnation(directory: DataDirectory, workerId: string, wallMs: number): number {
  const kept = readJsonFile(directory.incarnationFile) as Kept | undefined;
  if (kept !== undefined && kept.workerId !== workerId) {
    throw new AgentError(
      { code: 'workerIdChanged', workerId, previous: kept.workerId },
      `${directory.root} belongs to worker '${kept.workerId}', not '${workerId}': use another --data directory, or give --id ${kept.workerId}`,
    );
  }
  const incarnation = Math.max(wallMs, (kept?.incarnation ?? 0) + 1);
  writeJsonFile(directory.incarnationFile, { workerId, incarnation } satisfies Kept);
  return incarnation;
}
