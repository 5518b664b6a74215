import { execFile } from 'node:child_process';
import { closeSync, constants, openSync, rmSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '@synod/base';
import { messageOf } from '../shared/platform.js';

/** Both ends of a pipe. The writing end is for a child; the reading end doesn't block. */
export interface PipeEnds {
  readonly readFd: number;
  readonly writeFd: number;
}

/** One run of `mkfifo` costs a process start, so it makes enough for 32 attempts. */
const BATCH = 64;

/**
 * Real pipes for the children's output. Node gives a child that it spawns unix sockets instead of pipes, and a socket can't
 * be opened by name: `echo oops > /dev/stderr` would fail in every job. Node can't make a pipe itself, so named ones are made
 * in batches by `mkfifo`; a name is removed as soon as both ends are open.
 */
export class FifoPool {
  #names: string[] = [];
  #made = 0;
  #refill: Promise<void> | undefined;
  #unavailable = false;

  constructor(
    readonly directory: string,
    readonly modules: { readonly log: Logger },
  ) {}

  /** Undefined when this host has no `mkfifo`: the caller falls back to sockets. */
  async take(): Promise<PipeEnds | undefined> {
    while (this.#names.length === 0 && !this.#unavailable) {
      this.#refill ??= this.#make().finally(() => (this.#refill = undefined));
      await this.#refill;
    }
    const name = this.#names.pop();
    if (name === undefined) return undefined;
    // A reader first: opening for reading doesn't wait when it may not block, and then neither does the writer.
    const readFd = openSync(name, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      return { readFd, writeFd: openSync(name, constants.O_WRONLY) };
    } catch (error) {
      closeSync(readFd);
      throw error;
    } finally {
      unlinkSync(name);
    }
  }

  dispose(): void {
    for (const name of this.#names.splice(0)) rmSync(name, { force: true });
  }

  #make(): Promise<void> {
    const names = Array.from({ length: BATCH }, () => join(this.directory, `fifo.${process.pid}.${this.#made++}`));
    for (const name of names) rmSync(name, { force: true });
    return new Promise((resolve) => {
      execFile('mkfifo', ['-m', '600', ...names], (error) => {
        if (error === null) {
          this.#names.push(...names);
        } else {
          this.#unavailable = true;
          this.modules.log.warn({ error: messageOf(error) }, 'no mkfifo: jobs get sockets as stdout and stderr');
        }
        resolve();
      });
    });
  }
}
