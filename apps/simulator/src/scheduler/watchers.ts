import { compareEventPositions, cursorFromWire, cursorToWire, eventToWire } from '@synod/contracts';
import type { EventPosition } from '@synod/contracts';
import type { AppliedEntry } from '@synod/jobs';
import { toRpcError } from '@synod/rpc';
import { Violation } from '../consensus/violation.js';
import { serverStreamCall } from './calls.js';
import type { Caller } from './calls.js';
import { METHODS } from './methods.js';

/** An event as every watcher has to see it. */
interface Expected {
  readonly position: EventPosition;
  readonly cursor: string;
  readonly type: string;
}

export interface WatcherModules {
  readonly caller: Caller;
  readonly coordinators: readonly string[];
  readonly wait: (delayMs: number) => Promise<void>;
  readonly go: (work: Promise<void>) => void;
  readonly event: (name: string) => void;
}

const WATCHERS = 2;
const AGAIN_MS = 100;

/**
 * Watchers that follow all events from the beginning, go on by cursor at another coordinator whenever a call breaks, and know
 * from the log what they have to see: each event once, in order. What a coordinator keeps no longer is skipped, up to where it says.
 */
export class Watchers {
  private readonly expected: Expected[] = [];
  private readonly watchers: Watcher[];
  private started = false;

  constructor(private readonly modules: WatcherModules) {
    this.watchers = Array.from({ length: WATCHERS }, (_, at) => new Watcher(modules, this.expected, at));
  }

  /** An entry as nobody applied it before. */
  learn({ slot, timeMs, events }: AppliedEntry): void {
    for (const [index, event] of events.entries()) {
      const position = { slot, index };
      const cursor = cursorToWire(position);
      if (eventToWire(event, { cursor, timeMs }) === undefined) continue;
      this.expected.push({ position, cursor, type: event.type });
    }
  }

  start(): void {
    if (this.started) return;
    this.started = true;
    for (const watcher of this.watchers) this.modules.go(watcher.follow());
  }

  /** Whether each has seen all that has happened. */
  get caughtUp(): boolean {
    return this.watchers.every((watcher) => watcher.next === this.expected.length);
  }

  describe(): string {
    return this.watchers.map(({ next }) => `a watcher saw ${next} of ${this.expected.length} events`).join(', ');
  }
}

class Watcher {
  /** Place of the event that it has to see next. */
  next = 0;
  private cursor = cursorToWire({ slot: 0, index: 0 });

  constructor(
    private readonly modules: WatcherModules,
    private readonly expected: readonly Expected[],
    private readonly number: number,
  ) {}

  async follow(): Promise<void> {
    const { coordinators, wait, event } = this.modules;
    for (let tries = this.number; ; tries += 1) {
      try {
        await this.watch(coordinators[tries % coordinators.length] ?? '');
      } catch (error) {
        if (error instanceof Violation) throw error;
        const { reason, metadata } = toRpcError(error).facts;
        if (reason === 'CURSOR_OUTDATED') this.skipTo(metadata['oldestCursor'] ?? '');
        else if (this.next > 0) event('watcherWentOnElsewhere');
      }
      await wait(AGAIN_MS);
    }
  }

  private async watch(to: string): Promise<void> {
    const { caller } = this.modules;
    const request = { cursor: this.cursor };
    for await (const response of serverStreamCall(caller, to, 'watchEvents', METHODS.watchEvents, request)) {
      for (const { cursor } of response.events) this.see(cursor);
      this.cursor = response.cursor;
    }
  }

  private see(cursor: string): void {
    const due = this.expected[this.next];
    if (due?.cursor !== cursor) {
      const { slot, index } = cursorFromWire(cursor);
      const instead = due === undefined ? 'nothing' : `${due.type} of ${due.position.slot}/${due.position.index}`;
      throw new Violation('a watcher sees every event once, in order', `${slot}/${index} in place of ${instead}`);
    }
    this.next += 1;
  }

  /** The oldest that is kept there: never before what was seen, and all in between is known to be missed. */
  private skipTo(oldestCursor: string): void {
    const oldest = cursorFromWire(oldestCursor);
    if (compareEventPositions(oldest, cursorFromWire(this.cursor)) <= 0) {
      throw new Violation('a cursor that is kept is not refused', `${oldest.slot}/${oldest.index}`);
    }
    this.cursor = oldestCursor;
    const from = this.next;
    while (this.isBehind(oldest)) this.next += 1;
    if (this.next > from) this.modules.event('watcherWasOutdated');
  }

  private isBehind(oldest: EventPosition): boolean {
    const due = this.expected[this.next];
    return due !== undefined && compareEventPositions(due.position, oldest) <= 0;
  }
}
