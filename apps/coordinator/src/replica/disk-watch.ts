import type { CancelTimer, Logger, Timers } from '@synod/base';
import type { DiskHealth, DiskLevel } from '@synod/storage';

export interface DiskWatchModules {
  readonly timers: Timers;
  readonly logger: Logger;
  readonly diskHealth: (directory: string) => Promise<DiskHealth>;
  /** Makes the file that is given up when a start finds the disk full; does nothing when it is there. */
  readonly makeBallast: (directory: string) => Promise<unknown>;
}

/** In so short a time a busy coordinator writes less than the distance between two marks. */
const LOOK_INTERVAL_MS = 250;

/** How often the ballast is made anew, if it is gone and there is room. */
const BALLAST_INTERVAL_MS = 60_000;

/** What an operator should do, at each level. */
const ADVICE: Readonly<Record<DiskLevel, string>> = {
  ok: 'there is room on the disk again',
  low: 'little room on the disk: this coordinator gives up leadership; free or add space on the file system of its data directory',
  full: 'no room on the disk: this coordinator writes nothing more until there is; free or add space on the file system of its data directory, it goes on by itself',
};

/** Looks at the free space of the data directory now and then: a full disk must be seen before a commit fails on it (P15). */
export class DiskWatch {
  private last: DiskHealth | undefined;
  private looking = false;
  private making = false;
  private cancel: CancelTimer = () => undefined;
  private cancelBallast: CancelTimer = () => undefined;

  constructor(
    private readonly directory: string,
    private readonly modules: DiskWatchModules,
  ) {}

  get level(): DiskLevel {
    return this.last?.level ?? 'ok';
  }

  get freeBytes(): number {
    return this.last?.freeBytes ?? 0;
  }

  async start(): Promise<void> {
    await this.look();
    const { timers } = this.modules;
    this.cancel = timers.every(LOOK_INTERVAL_MS, () => void this.look());
    this.cancelBallast = timers.every(BALLAST_INTERVAL_MS, () => void this.keepBallast());
    void this.keepBallast();
  }

  stop(): void {
    this.cancel();
    this.cancelBallast();
  }

  private async keepBallast(): Promise<void> {
    if (this.making || this.level !== 'ok') return;
    this.making = true;
    try {
      await this.modules.makeBallast(this.directory);
    } catch (error) {
      this.modules.logger.warn({ error }, 'the ballast file could not be made: a full disk may then hinder a start');
    } finally {
      this.making = false;
    }
  }

  /** One look at a time: a hung disk must not take a thread with each. */
  private async look(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    try {
      const before = this.level;
      this.last = await this.modules.diskHealth(this.directory);
      const { level, freeBytes } = this.last;
      if (level !== before) this.tell(level, freeBytes);
    } catch (error) {
      this.modules.logger.warn({ error }, 'free disk space is unknown');
    } finally {
      this.looking = false;
    }
  }

  private tell(level: DiskLevel, freeBytes: number): void {
    const { logger } = this.modules;
    const fields = { level, freeBytes, directory: this.directory };
    if (level === 'ok') logger.info(fields, ADVICE.ok);
    else logger[level === 'low' ? 'warn' : 'error'](fields, ADVICE[level]);
  }
}
