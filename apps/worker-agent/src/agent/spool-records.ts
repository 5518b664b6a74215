import type { AttemptRef, AttemptReport } from '@synod/jobs';
import type { Spool } from '@synod/storage';
import type { Logger } from '@synod/base';
import { messageOf } from '../shared/platform.js';

/** What the spool holds of an attempt: that it was given to a guard, then how it ended. Keys are the attempts'. */
export interface SpoolRecord {
  readonly ref: AttemptRef;
  readonly leaseMs: number;
  /** There, and true, for one that may run at most once. */
  readonly atMostOnce?: boolean;
  readonly report: AttemptReport | undefined;
}

const KEY_PREFIX = 'attempt/';

/** Attempts on disk until a coordinator has acknowledged their end. */
export class AttemptSpool {
  constructor(
    readonly spool: Spool,
    readonly modules: { readonly log: Logger },
  ) {}

  /** Damaged records are left out: the guard, or its files, know of the attempt. */
  recover(): Map<string, SpoolRecord> {
    const records = new Map<string, SpoolRecord>();
    for (const { key, value } of this.spool.entries()) {
      if (!key.startsWith(KEY_PREFIX)) continue;
      if (value === undefined) this.modules.log.warn({ key }, 'a damaged spool record is passed over');
      else records.set(key.slice(KEY_PREFIX.length), JSON.parse(Buffer.from(value).toString()) as SpoolRecord);
    }
    return records;
  }

  /** Resolves when it is flushed; false when it could not be kept (the spool is full), which is logged. */
  async put(key: string, record: SpoolRecord): Promise<boolean> {
    try {
      await this.spool.put(KEY_PREFIX + key, Buffer.from(JSON.stringify(record)));
      return true;
    } catch (error) {
      this.modules.log.error({ key, error: messageOf(error) }, 'an attempt could not be spooled');
      return false;
    }
  }

  async delete(key: string): Promise<void> {
    try {
      await this.spool.delete(KEY_PREFIX + key);
    } catch (error) {
      this.modules.log.error({ key, error: messageOf(error) }, 'a spool record could not be removed');
    }
  }
}
