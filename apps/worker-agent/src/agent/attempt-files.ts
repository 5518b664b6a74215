import { readdirSync } from 'node:fs';
import { tailsIn, type Tails } from '../shared/attempt-report.js';
import { attemptDirectory, readJsonFile, writeJsonFile, type DataDirectory } from '../shared/data-directory.js';
import type { AttemptEnding, AttemptProcess } from '../shared/guard-protocol.js';
import { errnoOf } from '../shared/platform.js';

/** What guards have written of attempts; it outlives them. */
export class AttemptFiles {
  constructor(readonly directory: DataDirectory) {}

  /** The last part of the output. */
  tails(key: string): Tails {
    return tailsIn(attemptDirectory(this.directory, key).root);
  }

  ending(key: string): AttemptEnding | undefined {
    return readJsonFile(attemptDirectory(this.directory, key).endedFile) as AttemptEnding | undefined;
  }

  /** Marks an attempt as ended whose guard could not. */
  keepEnding(key: string, ending: AttemptEnding): void {
    const files = attemptDirectory(this.directory, key);
    if (readJsonFile(files.startedFile) !== undefined) writeJsonFile(files.endedFile, ending);
  }

  process(key: string): AttemptProcess | null {
    return (readJsonFile(attemptDirectory(this.directory, key).startedFile) as AttemptProcess | undefined) ?? null;
  }

  /** Attempts that were started and of which no end is written: they run, or their guard died. */
  unfinished(): AttemptProcess[] {
    return this.keys().flatMap((key) => {
      const started = this.process(key);
      return started === null || this.ending(key) !== undefined ? [] : [started];
    });
  }

  /** Keys of all attempts that have a directory. */
  keys(): string[] {
    try {
      return readdirSync(this.directory.attempts).map((name) => decodeURIComponent(name));
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return [];
      throw error;
    }
  }
}
