import type { CancelTimer, Logger, Timers } from '@synod/base';
import type { DiskHealth } from '@synod/storage';

export interface DiskWatchModules {
  readonly timers: Timers;
  readonly logger: Logger;
  readonly diskHealth: (directory: string) => Promise<DiskHealth>;
}

const LOOK_INTERVAL_MS = 2_000;

/** Looks at the free space of the data directory now and then: a full disk must be seen before a commit fails on it (P15). */
export class DiskWatch {
  private room = true;
  private looking = false;
  private cancel: CancelTimer = () => undefined;

  constructor(
    private readonly directory: string,
    private readonly modules: DiskWatchModules,
  ) {}

  get hasRoom(): boolean {
    return this.room;
  }

  async start(): Promise<void> {
    await this.look();
    this.cancel = this.modules.timers.every(LOOK_INTERVAL_MS, () => void this.look());
  }

  stop(): void {
    this.cancel();
  }

  /** One look at a time: a hung disk must not take a thread with each. */
  private async look(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    try {
      const { happy, freeBytes } = await this.modules.diskHealth(this.directory);
      if (happy !== this.room) {
        this.modules.logger.warn({ freeBytes, happy }, 'free disk space crossed the watermark');
      }
      this.room = happy;
    } catch (error) {
      this.modules.logger.warn({ error }, 'free disk space is unknown');
    } finally {
      this.looking = false;
    }
  }
}
