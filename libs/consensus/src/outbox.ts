import { assert } from '@synod/base';
import type { Effect, LogWrite } from './io.js';
import type { Message, MessageBody, MessageHeader } from './messages.js';
import { Queue } from './queue.js';
import type { NodeId, Slot } from './types.js';

/** What every message of this replica says of its sender. */
export type Sender = Omit<MessageHeader, 'to'>;

/** The message whose release waits for a flush. */
interface Withheld {
  readonly token: number;
  readonly message: Message;
}

const NO_EFFECTS: readonly Effect[] = Object.freeze([]);

/**
 * Collects the effects of one step, and withholds what must not leave before a flush (I6, P1).
 *
 * All writes of a step go into one `persist` at its end. A message that reveals a durable fact is given to `sendAfterFlush`: it
 * is kept until the token of everything written so far is done. Tokens may be done in any order; a message leaves when its own
 * and every lower token are done, so a later write can't vouch for an earlier one that is still under way.
 */
export class Outbox {
  private readonly headers = new Map<NodeId, MessageHeader>();
  private readonly withheld = new Queue<Withheld>();
  private readonly doneOutOfOrder = new Set<number>();
  private effects: Effect[] = [];
  private writes: LogWrite[] = [];
  private chosenThroughHint: Slot | undefined;
  private hintedThroughSlot: Slot = 0;
  private issuedToken = 0;
  private durableThroughToken = 0;

  constructor(private readonly sender: Sender) {}

  /** Every write under this token and below it is on the disk. */
  get durableToken(): number {
    return this.durableThroughToken;
  }

  get withheldCount(): number {
    return this.withheld.length;
  }

  get flushesInFlight(): number {
    return this.issuedToken - this.durableThroughToken - this.doneOutOfOrder.size;
  }

  /** The token that covers everything written so far, the present step included. */
  get coveringToken(): number {
    return this.writes.length > 0 ? this.issuedToken + 1 : this.issuedToken;
  }

  /** This step has written something. */
  get hasWrites(): boolean {
    return this.writes.length > 0;
  }

  emit(effect: Effect): void {
    this.effects.push(effect);
  }

  /** Adds a write to the persist of this step and gives its token. */
  write(write: LogWrite): number {
    this.writes.push(write);
    return this.issuedToken + 1;
  }

  /** A hint that rides along with the next persist, whenever that is. */
  hintChosenThrough(slot: Slot): void {
    this.chosenThroughHint = slot;
  }

  /** Has the hint persisted now, if the persisted one is below `slot`. */
  persistHint(slot: Slot): void {
    if (this.hintedThroughSlot < slot) this.writeHint();
  }

  /** For messages that reveal nothing durable. */
  send(to: NodeId, body: MessageBody): void {
    this.effects.push({ type: 'send', message: { header: this.header(to), body } });
  }

  /** For messages that reveal a promise, an accept or what follows from one (I6). */
  sendAfterFlush(to: NodeId, body: MessageBody): void {
    const token = this.coveringToken;
    if (token <= this.durableThroughToken) this.send(to, body);
    else this.withheld.push({ token, message: { header: this.header(to), body } });
  }

  /** One persist is on the disk: releases what waited for it. */
  persisted(token: number): void {
    const known = token > this.durableThroughToken && token <= this.issuedToken && !this.doneOutOfOrder.has(token);
    assert(known, 'storageDone answers one outstanding persist', () => String(token));
    this.doneOutOfOrder.add(token);
    while (this.doneOutOfOrder.delete(this.durableThroughToken + 1)) this.durableThroughToken += 1;
    for (;;) {
      const next = this.withheld.peek();
      if (next === undefined || next.token > this.durableThroughToken) return;
      this.effects.push({ type: 'send', message: next.message });
      this.withheld.shift();
    }
  }

  /** Ends the step: one persist with all writes, last, so that what needn't wait for the disk is on its way before. */
  finish(): readonly Effect[] {
    if (this.writes.length > 0) {
      this.writeHint();
      this.issuedToken += 1;
      this.effects.push({ type: 'persist', token: this.issuedToken, writes: this.writes });
      this.writes = [];
    }
    if (this.effects.length === 0) return NO_EFFECTS;
    const effects = this.effects;
    this.effects = [];
    return effects;
  }

  private writeHint(): void {
    if (this.chosenThroughHint === undefined) return;
    this.writes.push({ kind: 'chosenThrough', slot: this.chosenThroughHint });
    this.hintedThroughSlot = this.chosenThroughHint;
    this.chosenThroughHint = undefined;
  }

  private header(to: NodeId): MessageHeader {
    let header = this.headers.get(to);
    if (header === undefined) {
      header = Object.freeze({ ...this.sender, to });
      this.headers.set(to, header);
    }
    return header;
  }
}
