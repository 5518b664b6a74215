import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CancelTimer, Logger, Timers } from '@synod/base';
import { attemptDirectory, type DataDirectory } from '../shared/data-directory.js';
import { messageOf } from '../shared/platform.js';
import type { AttemptFiles } from './attempt-files.js';

export interface PrunerOptions {
  /** Directories of ended attempts that are kept. */
  readonly maxCount: number;
  /** What they may hold together. */
  readonly maxBytes: number;
}

export interface PrunerModules {
  readonly timers: Timers;
  readonly log: Logger;
  readonly directory: DataDirectory;
  readonly files: AttemptFiles;
  /** Attempts that run, or whose end is not acknowledged, stay. */
  isHeld(key: string): boolean;
}

const INTERVAL_MS = 60_000;

/** With many short jobs a minute is long: after so many endings it doesn't wait for it. */
const ENDINGS = 500;

/** Removes the directories of attempts that ended longest ago. */
export class Pruner {
  #running: Promise<void> | undefined;
  #ticks: CancelTimer | undefined;
  #endings = 0;

  constructor(
    readonly options: PrunerOptions,
    readonly modules: PrunerModules,
  ) {}

  start(): void {
    this.#ticks ??= this.modules.timers.every(INTERVAL_MS, () => void this.prune());
  }

  async stop(): Promise<void> {
    this.#ticks?.();
    await this.#running;
  }

  attemptEnded(): void {
    this.#endings += 1;
    if (this.#endings >= ENDINGS) void this.prune();
  }

  /** One at a time; never rejects. */
  prune(): Promise<void> {
    this.#endings = 0;
    this.#running ??= this.#prune()
      .catch((error: unknown) =>
        this.modules.log.error({ error: messageOf(error) }, 'old attempts could not be removed'),
      )
      .finally(() => (this.#running = undefined));
    return this.#running;
  }

  async #prune(): Promise<void> {
    const ended: { readonly key: string; readonly endedAtMs: number; readonly bytes: number }[] = [];
    for (const key of this.modules.files.keys()) {
      if (this.modules.isHeld(key)) continue;
      const files = attemptDirectory(this.modules.directory, key);
      // One that never started has no file of its end; its directory's age counts.
      const { mtimeMs } = await stat(files.endedFile).catch(() => stat(files.root));
      ended.push({ key, endedAtMs: mtimeMs, bytes: await bytesIn(files.root) });
    }
    ended.sort((a, b) => b.endedAtMs - a.endedAtMs);
    let bytes = 0;
    for (const [index, it] of ended.entries()) {
      bytes += it.bytes;
      if (index < this.options.maxCount && bytes <= this.options.maxBytes) continue;
      await rm(attemptDirectory(this.modules.directory, it.key).root, { recursive: true, force: true });
    }
  }
}

async function bytesIn(directory: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(directory, { withFileTypes: true }).catch(() => [])) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) bytes += await bytesIn(path);
    else bytes += (await stat(path).catch(() => undefined))?.size ?? 0;
  }
  return bytes;
}
