import type { CancelTimer, Timers } from '@synod/base';
import type { WireHelloInput, WireSessionRequestInput, WireSessionResponse, WireWelcome } from '@synod/wire';
import type { ReportBatch, ReportQueue } from './reports.js';

/** A coordinator that doesn't answer Hello in this time is given up: the session goes to the next one. */
const WELCOME_TIMEOUT_MS = 5_000;
/** After Goodbye the coordinator ends the stream; one that doesn't is left. */
const GOODBYE_TIMEOUT_MS = 2_000;

/** The part of a grpc-js duplex stream that is used here. */
export interface SessionStream {
  write(request: WireSessionRequestInput, flushed: () => void): boolean;
  end(): void;
  cancel(): void;
  on(event: 'data', listener: (response: WireSessionResponse) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'end', listener: () => void): unknown;
}

export interface SessionHandlers {
  welcome(welcome: WireWelcome): void;
  message(response: WireSessionResponse): void;
}

/**
 * One agent session over one stream: Hello, Welcome, then reports out and assignments in. What was reported and not
 * acknowledged on an earlier session is repeated first.
 */
export class AgentSession {
  /** Resolves once, with the error that broke the stream; undefined when it was ended in order. */
  readonly ended: Promise<Error | undefined>;
  private resolveEnded: (error: Error | undefined) => void = () => undefined;
  private open = false;
  private over = false;
  private writing = false;
  private flushPlanned = false;
  private cancelTimer: CancelTimer = () => undefined;

  constructor(
    private readonly stream: SessionStream,
    hello: WireHelloInput,
    private readonly reports: ReportQueue,
    private readonly handlers: SessionHandlers,
    private readonly timers: Timers,
  ) {
    this.ended = new Promise((resolve) => (this.resolveEnded = resolve));
    stream.on('data', (response) => this.receive(response));
    stream.on('error', (error) => this.finish(error));
    stream.on('end', () => this.finish(undefined));
    this.cancelTimer = timers.after(WELCOME_TIMEOUT_MS, () => this.stream.cancel());
    stream.write({ hello }, () => undefined);
  }

  get isOpen(): boolean {
    return this.open;
  }

  private receive(response: WireSessionResponse): void {
    if (this.over) return;
    if (response.welcome) {
      this.cancelTimer();
      this.open = true;
      this.handlers.welcome(response.welcome);
      for (const batch of this.reports.toRepeat()) this.writeBatch(batch, () => undefined);
      this.flush();
    } else this.handlers.message(response);
  }

  /** Plans a write of all reports that wait: once a turn of the event loop, and never beside another write. */
  planFlush(): void {
    if (this.flushPlanned || this.writing || !this.open || this.over) return;
    this.flushPlanned = true;
    setImmediate(() => {
      this.flushPlanned = false;
      this.flush();
    });
  }

  private flush(): void {
    if (this.writing || !this.open || this.over) return;
    const batch = this.reports.nextBatch();
    if (batch === undefined) return;
    this.writing = true;
    this.writeBatch(batch, () => {
      this.writing = false;
      this.flush();
    });
  }

  private writeBatch({ sequence, reports }: ReportBatch, flushed: () => void): void {
    this.stream.write({ reports: { sequence, reports: [...reports] } }, flushed);
  }

  /** Says goodbye; {@link ended} resolves when the coordinator has ended the stream. */
  goodbye(): void {
    if (this.over) return;
    this.stream.write({ goodbye: {} }, () => undefined);
    this.stream.end();
    this.cancelTimer();
    this.cancelTimer = this.timers.after(GOODBYE_TIMEOUT_MS, () => this.cancel());
  }

  cancel(): void {
    this.stream.cancel();
    this.finish(undefined);
  }

  private finish(error: Error | undefined): void {
    if (this.over) return;
    this.over = true;
    this.open = false;
    this.cancelTimer();
    this.resolveEnded(error);
  }
}
