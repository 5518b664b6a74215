import { assert } from '@synod/base';
import type { CommandOrigin } from '../commands.js';
import { CLIENT_SESSION_WINDOW, MAX_CLIENT_SESSIONS } from '../options.js';
import { compareText } from './compare.js';
import type { HashLanes } from './hash-lanes.js';
import { orderText, REPLY_PREFIX, SESSION_PREFIX } from './image-keys.js';
import type { CompactReply } from './reply-hash.js';
import { mixReply } from './reply-hash.js';
import { replyToImage } from './reply-image.js';
import { HashedRecord, RECORD_KINDS } from './state-hash.js';
import type { StateHash } from './state-hash.js';

class StoredReply extends HashedRecord {
  constructor(
    private readonly session: ClientSession,
    private readonly sequence: number,
    readonly reply: CompactReply,
  ) {
    super();
  }

  override mixInto(lanes: HashLanes): void {
    lanes.begin(RECORD_KINDS.storedReply).text(this.session.nodeId).integer(this.session.incarnation);
    mixReply(lanes.integer(this.sequence), this.reply);
  }

  override imageKey(): string {
    return `${REPLY_PREFIX}${this.session.nodeId}/${orderText(this.sequence)}`;
  }

  /** With the incarnation: a reply of an older one must never be taken for one of this. */
  override imageValue(): unknown {
    return [this.session.incarnation, ...replyToImage(this.reply)];
  }
}

class ClientSession extends HashedRecord {
  readonly replies = new Map<number, StoredReply>();
  /** Sequences below have been answered, or are refused: their replies are gone. */
  forgottenBelow = 1;
  lastUsedSlot = 0;

  constructor(
    readonly nodeId: string,
    readonly incarnation: number,
  ) {
    super();
  }

  override mixInto(lanes: HashLanes): void {
    lanes.begin(RECORD_KINDS.clientSession).text(this.nodeId).integer(this.incarnation);
    lanes.integer(this.forgottenBelow).integer(this.lastUsedSlot);
  }

  override imageKey(): string {
    return SESSION_PREFIX + this.nodeId;
  }

  override imageValue(): unknown {
    return [this.incarnation, this.forgottenBelow, this.lastUsedSlot];
  }
}

/** A session as an image holds it, without its replies. */
export interface SessionImage {
  readonly nodeId: string;
  readonly incarnation: number;
  readonly forgottenBelow: number;
  readonly lastUsedSlot: number;
}

/** What a command's origin says: apply it, answer as before, or refuse it. */
export type Admission =
  | { readonly kind: 'new'; readonly store: (reply: CompactReply) => void }
  | { readonly kind: 'repeated'; readonly reply: CompactReply }
  | { readonly kind: 'evicted' };

const EVICTED: Admission = { kind: 'evicted' };

/**
 * Client sessions of coordinators: each command is applied once, however often it is in the log (P9).
 *
 * A session is one incarnation of a node, and keeps the replies to its last sequences until they are acknowledged. The
 * window is a span: commands may apply out of order within it, and one that is {@link CLIENT_SESSION_WINDOW} behind the
 * newest is refused, applied or not, since nobody can tell any more. A refusal is safe; a second execution is not.
 */
export class ClientSessions {
  private readonly byNode = new Map<string, ClientSession>();

  constructor(private readonly hash: StateHash) {}

  admit(origin: CommandOrigin, slot: number): Admission {
    const { sequence } = origin;
    const session = this.sessionOf(origin, slot);
    if (session === undefined) return EVICTED;
    this.forgetBelow(session, Math.max(origin.acknowledgedBelow, sequence - CLIENT_SESSION_WINDOW + 1));
    if (sequence < session.forgottenBelow) return EVICTED;
    const stored = session.replies.get(sequence);
    if (stored !== undefined) return { kind: 'repeated', reply: stored.reply };
    return { kind: 'new', store: (reply) => this.store(session, sequence, reply) };
  }

  /** From an image; false when the node has a session already. */
  restoreSession({ nodeId, incarnation, forgottenBelow, lastUsedSlot }: SessionImage): boolean {
    if (this.byNode.has(nodeId)) return false;
    const session = new ClientSession(nodeId, incarnation);
    session.forgottenBelow = forgottenBelow;
    session.lastUsedSlot = lastUsedSlot;
    this.byNode.set(nodeId, session);
    this.hash.restore(session);
    return true;
  }

  /** From an image, after its session; false when there is no such session, or the reply is not in its window or there already. */
  restoreReply(nodeId: string, incarnation: number, sequence: number, reply: CompactReply): boolean {
    const session = this.byNode.get(nodeId);
    if (session?.incarnation !== incarnation || session.replies.has(sequence)) return false;
    const inWindow = sequence >= session.forgottenBelow && sequence < session.forgottenBelow + CLIENT_SESSION_WINDOW;
    if (!inWindow) return false;
    const stored = new StoredReply(session, sequence, reply);
    session.replies.set(sequence, stored);
    this.hash.restore(stored);
    return true;
  }

  /** For checks and for hashing anew. */
  *records(): IterableIterator<HashedRecord> {
    for (const session of this.byNode.values()) {
      yield session;
      yield* session.replies.values();
    }
  }

  /** For an image, in no order. */
  entries(): { readonly sessions: readonly HashedRecord[]; readonly replies: readonly HashedRecord[] } {
    const sessions = [...this.byNode.values()];
    return { sessions, replies: sessions.flatMap((session) => [...session.replies.values()]) };
  }

  check(): void {
    assert(this.byNode.size <= MAX_CLIENT_SESSIONS, 'J8 client sessions are bounded');
    for (const { replies, forgottenBelow, nodeId } of this.byNode.values()) {
      assert(replies.size <= CLIENT_SESSION_WINDOW, 'J8 stored replies are bounded', () => nodeId);
      for (const sequence of replies.keys()) {
        const inWindow = sequence >= forgottenBelow && sequence < forgottenBelow + CLIENT_SESSION_WINDOW;
        assert(inWindow, 'J8 stored replies are within the window', () => `${nodeId} ${sequence}`);
      }
    }
  }

  /** The session of this incarnation; undefined when a newer one evicted it. */
  private sessionOf(origin: CommandOrigin, slot: number): ClientSession | undefined {
    let session = this.byNode.get(origin.nodeId);
    if (session !== undefined && origin.incarnation < session.incarnation) return undefined;
    if (session === undefined || origin.incarnation > session.incarnation) {
      if (session !== undefined) this.evict(session);
      else if (this.byNode.size >= MAX_CLIENT_SESSIONS) this.evict(this.longestUnused());
      session = new ClientSession(origin.nodeId, origin.incarnation);
      this.byNode.set(origin.nodeId, session);
    }
    session.lastUsedSlot = slot;
    this.hash.change(session);
    return session;
  }

  private store(session: ClientSession, sequence: number, reply: CompactReply): void {
    const stored = new StoredReply(session, sequence, reply);
    session.replies.set(sequence, stored);
    this.hash.change(stored);
  }

  private forgetBelow(session: ClientSession, below: number): void {
    if (below <= session.forgottenBelow) return;
    // All stored sequences lie within one window from `forgottenBelow`, however far it moves.
    const end = Math.min(below, session.forgottenBelow + CLIENT_SESSION_WINDOW);
    for (let sequence = session.forgottenBelow; sequence < end; sequence += 1) {
      const stored = session.replies.get(sequence);
      if (stored === undefined) continue;
      session.replies.delete(sequence);
      this.hash.remove(stored);
    }
    session.forgottenBelow = below;
  }

  private evict(session: ClientSession): void {
    for (const stored of session.replies.values()) this.hash.remove(stored);
    this.hash.remove(session);
    this.byNode.delete(session.nodeId);
  }

  private longestUnused(): ClientSession {
    let oldest: ClientSession | undefined;
    for (const session of this.byNode.values()) {
      if (oldest === undefined || isLongerUnused(session, oldest)) oldest = session;
    }
    assert(oldest !== undefined, 'there is a session to evict');
    return oldest;
  }
}

function isLongerUnused(left: ClientSession, right: ClientSession): boolean {
  if (left.lastUsedSlot !== right.lastUsedSlot) return left.lastUsedSlot < right.lastUsedSlot;
  return compareText(left.nodeId, right.nodeId) < 0;
}
