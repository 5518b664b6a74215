import { StorageError, storeClosed } from './storage-error.js';

export interface GroupCommitOptions<Item> {
  readonly directory: string;
  /** Makes the items durable, in order, as one transaction; resolves after the flush. */
  readonly commit: (items: readonly Item[]) => Promise<void>;
  /** Called once, when a commit has failed: see {@link killOwnProcess}. */
  readonly onFatal: (error: Error) => void;
  readonly monotonicMs: () => number;
  /** Items waiting at the most; above it a submission is refused. */
  readonly maxQueued: number;
}

interface Waiting<Item> {
  readonly item: Item;
  readonly sinceMs: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * What a failed commit does unless told otherwise. Whether the data reached the disk is not known any more, and the kernel
 * may say that a second flush succeeded although the first lost pages. SIGKILL, because exit hooks could flush again and
 * pass off lost data as safe (P16).
 */
export function killOwnProcess(error: Error): void {
  process.stderr.write(`synod: a durable commit failed, killing this process: ${error.message}\n`);
  process.kill(process.pid, 'SIGKILL');
}

/** Group commit: one flush at a time; whatever is submitted while it runs shares the next. */
export class GroupCommit<Item> {
  #queue: Waiting<Item>[] = [];
  #running: Waiting<Item>[] = [];
  #scheduled = false;
  #failure: Error | undefined;
  #closed: Promise<void> | undefined;
  #onIdle: (() => void) | undefined;

  flushes = 0;
  lastFlushDurationMs = 0;

  constructor(private readonly options: GroupCommitOptions<Item>) {}

  get queued(): number {
    return this.#queue.length + this.#running.length;
  }

  get oldestOutstandingMs(): number {
    const oldest = this.#running[0] ?? this.#queue[0];
    return oldest === undefined ? 0 : this.options.monotonicMs() - oldest.sinceMs;
  }

  submit(item: Item): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#closed !== undefined) return Promise.reject(storeClosed());
    const { maxQueued } = this.options;
    if (this.#queue.length >= maxQueued) {
      const message = `More than ${String(maxQueued)} writes wait for the disk. Wait for earlier ones before writing more.`;
      return Promise.reject(new StorageError({ code: 'queueFull', limit: maxQueued }, message));
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ item, sinceMs: this.options.monotonicMs(), resolve, reject });
      this.#schedule();
    });
  }

  /** Refuses new items, resolves when none is outstanding. */
  close(): Promise<void> {
    this.#closed ??= new Promise((resolve) => {
      if (this.queued === 0) resolve();
      else this.#onIdle = resolve;
    });
    return this.#closed;
  }

  #schedule(): void {
    if (this.#scheduled || this.#running.length > 0) return;
    this.#scheduled = true;
    setImmediate(() => void this.#run());
  }

  async #run(): Promise<void> {
    this.#scheduled = false;
    this.#running = this.#queue;
    this.#queue = [];
    const startedMs = this.options.monotonicMs();
    try {
      await this.options.commit(this.#running.map((waiting) => waiting.item));
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.flushes += 1;
    this.lastFlushDurationMs = this.options.monotonicMs() - startedMs;
    const done = this.#running;
    this.#running = [];
    for (const waiting of done) waiting.resolve();
    if (this.#queue.length > 0) this.#schedule();
    else this.#onIdle?.();
  }

  #fail(cause: unknown): void {
    const { directory } = this.options;
    this.#failure = new StorageError(
      { code: 'commitFailed', directory },
      `A commit in ${directory} failed, so what is on the disk is not known. The process stops; look for disk errors in the kernel log and for a full disk, then start it again.`,
      { cause },
    );
    const lost = [...this.#running, ...this.#queue];
    this.#running = [];
    this.#queue = [];
    this.options.onFatal(this.#failure);
    for (const waiting of lost) waiting.reject(this.#failure);
    this.#onIdle?.();
  }
}
