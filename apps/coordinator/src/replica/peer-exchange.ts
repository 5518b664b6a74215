import type { CancelTimer, Logger, Timers } from '@synod/base';
import type { Message, NodeId } from '@synod/consensus';
import { encodePaxosMessage } from '@synod/contracts';
import type { WirePaxosMessageInput } from '@synod/wire';

/** The part of an Exchange call that a sender needs. */
export interface ExchangeCall {
  write(request: { messages: WirePaxosMessageInput[] }): boolean;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'end' | 'drain', listener: () => void): unknown;
  /** `metadata`: the peer has taken the call. */
  on(event: 'data' | 'metadata', listener: () => void): unknown;
  cancel(): void;
}

export interface PeerSenderModules {
  readonly peer: NodeId;
  readonly open: () => ExchangeCall;
  readonly timers: Timers;
  readonly logger: Logger;
  /**
   * A stream that stood has broken, or the first try found nobody. Told once for each: an absent peer that is tried again and again
   * is no news, and each piece of news starts an election round.
   */
  readonly disconnected: (peer: NodeId) => void;
}

/** While the transport can't take more, messages up to so many wait; further ones are dropped: the core sends them again. */
const MAX_QUEUED_MESSAGES = 4_096;
/** Messages are gathered into requests of about this size at most; the transport's own limit is 8 MiB. */
const MAX_REQUEST_BYTES = 2 * 1024 * 1024;
const RECONNECT_DELAY_MS = 100;

/**
 * One outgoing stream to one peer. Paxos needs neither order nor delivery, so a full queue or a broken stream only drops;
 * what matters is that a broken one is noticed at once.
 */
export class PeerSender {
  private queue: Message[] = [];
  private call: ExchangeCall | undefined;
  private blocked = false;
  private flushScheduled = false;
  private stopped = false;
  private toldDisconnected = false;
  private cancelReconnect: CancelTimer = () => undefined;

  constructor(private readonly modules: PeerSenderModules) {}

  start(): void {
    this.connect();
  }

  stop(): void {
    this.stopped = true;
    this.cancelReconnect();
    this.call?.cancel();
    this.call = undefined;
  }

  send(message: Message): void {
    if (this.call === undefined || this.queue.length >= MAX_QUEUED_MESSAGES) return;
    this.queue.push(message);
    if (this.flushScheduled || this.blocked) return;
    this.flushScheduled = true;
    setImmediate(() => {
      this.flushScheduled = false;
      this.flush();
    });
  }

  private connect(): void {
    if (this.stopped) return;
    const call = this.modules.open();
    this.call = call;
    this.blocked = false;
    call.on('data', () => undefined);
    call.on('metadata', () => {
      if (this.call === call) this.toldDisconnected = false;
    });
    call.on('drain', () => {
      this.blocked = false;
      this.flush();
    });
    const broken = (): void => {
      this.broken(call);
    };
    call.on('error', broken);
    call.on('end', broken);
  }

  private broken(call: ExchangeCall): void {
    if (this.call !== call) return;
    this.call = undefined;
    this.queue = [];
    if (this.stopped) return;
    this.modules.logger.debug({ peer: this.modules.peer }, 'the stream to a peer broke');
    if (!this.toldDisconnected) this.modules.disconnected(this.modules.peer);
    this.toldDisconnected = true;
    this.cancelReconnect = this.modules.timers.after(RECONNECT_DELAY_MS, () => {
      this.connect();
    });
  }

  private flush(): void {
    while (this.call !== undefined && !this.blocked && this.queue.length > 0) {
      let bytes = 0;
      let count = 0;
      while (count < this.queue.length && bytes < MAX_REQUEST_BYTES) {
        const message = this.queue[count++];
        if (message !== undefined) bytes += approximateBytes(message);
      }
      const messages = this.queue.splice(0, count).map(encodePaxosMessage);
      this.blocked = !this.call.write({ messages });
    }
  }
}

function approximateBytes({ body }: Message): number {
  if (body.type !== 'accept' && body.type !== 'fetched' && body.type !== 'promised') return 100;
  const entries = body.type === 'promised' ? body.accepted : body.entries;
  let bytes = 100;
  for (const { entry } of entries) {
    if (entry.kind === 'commands') for (const command of entry.commands) bytes += command.length;
  }
  return bytes;
}
