import { ballot, CLUSTER_ID, commands, emptyDisk, HEALTHY, TestDisk } from './cluster.spec-support.js';
import type { DurableState, Effect, HostHealth, Input } from './io.js';
import type { Message, MessageBody, MessageHeader } from './messages.js';
import { DEFAULT_REPLICA_OPTIONS } from './options.js';
import type { ReplicaOptions } from './options.js';
import { createReplica } from './replica.js';
import type { Replica } from './replica.js';
import type { ReplicaStatus } from './status.js';
import type { Ballot, Entry, NodeId, Slot } from './types.js';

type BodyOf<T extends MessageBody['type']> = Extract<MessageBody, { type: T }>;
type EffectOf<T extends Effect['type']> = Extract<Effect, { type: T }>;

export interface SoloOptions {
  readonly size?: number;
  readonly priority?: number;
  readonly options?: Partial<ReplicaOptions>;
  readonly durable?: DurableState;
  readonly learners?: readonly NodeId[];
  /** True: c1 has heard of nobody's storage id yet. */
  readonly strangers?: boolean;
  readonly featureLevel?: number;
  /** Another name than c1, say that of a learner. */
  readonly nodeId?: NodeId;
}

/** One replica, c1, whose peers c2, c3, ... are played by the test. Effects gather until they are taken. */
export class Solo {
  readonly replica: Replica;
  readonly disk = new TestDisk();
  readonly nodeId: NodeId;
  readonly peers: readonly NodeId[];
  nowMs = 0;
  effects: Effect[] = [];

  constructor(given: SoloOptions = {}) {
    const { size = 3, priority = 0, options = {}, durable = emptyDisk(), learners = [], nodeId = 'c1' } = given;
    const members = Array.from({ length: size }, (_, index) => `c${index + 1}`);
    this.nodeId = nodeId;
    this.peers = members.filter((member) => member !== nodeId);
    const met = new Map([...members, ...learners].map((id) => [id, `disk-${id}`]));
    if (given.strangers !== true) for (const [id, storageId] of met) this.disk.peers.set(id, storageId);
    this.replica = createReplica(
      {
        clusterId: CLUSTER_ID,
        groupId: 0,
        nodeId,
        storageId: `disk-${nodeId}`,
        members,
        learners,
        featureLevel: given.featureLevel,
        priority,
        options: { ...DEFAULT_REPLICA_OPTIONS, ...options },
      },
      { ...durable, peers: durable.peers ?? this.disk.peers },
    );
  }

  get status(): ReplicaStatus {
    return this.replica.status();
  }

  input(input: Input): readonly Effect[] {
    if (input.type === 'imageFlushed' || input.type === 'snapshotInstalled') {
      this.disk.image = { slot: Math.max(input.slot, this.disk.image.slot), entries: [] };
    }
    const effects = this.replica.step(input);
    for (const effect of effects) {
      this.effects.push(effect);
      if (effect.type === 'persist') this.disk.pending.push({ token: effect.token, writes: effect.writes });
    }
    return effects;
  }

  tick(durationMs = 0, health: HostHealth = HEALTHY): readonly Effect[] {
    this.nowMs += durationMs;
    return this.input({ type: 'timerTick', nowMs: this.nowMs, wallMs: 1_000_000 + this.nowMs, health });
  }

  receive(from: NodeId, body: MessageBody, header: Partial<MessageHeader> = {}): readonly Effect[] {
    const full = {
      formatVersion: 1,
      clusterId: CLUSTER_ID,
      groupId: 0,
      from,
      to: this.nodeId,
      storageId: `disk-${from}`,
    };
    return this.input({ type: 'message', message: { header: { ...full, ...header }, body } });
  }

  propose(...values: string[]): readonly Effect[] {
    const proposals = values.map((value) => ({
      proposalId: Number(value.replace(/\D/g, '')) || value.charCodeAt(0),
      command: new TextEncoder().encode(value),
    }));
    return this.input({ type: 'propose', proposals });
  }

  /** Finishes the flushes under way, oldest first. */
  flush(count = Infinity): readonly Effect[] {
    const done: Effect[] = [];
    const due = this.disk.pending.splice(0, count);
    for (const { token, writes } of due) {
      this.disk.apply(writes);
      done.push(...this.input({ type: 'storageDone', token, ok: true }));
    }
    return done;
  }

  /** Effects of one type since they were last taken. */
  take<T extends Effect['type']>(type: T): EffectOf<T>[] {
    const taken = this.effects.filter((effect): effect is EffectOf<T> => effect.type === type);
    this.effects = this.effects.filter((effect) => effect.type !== type);
    return taken;
  }

  /** Messages of one type sent since they were last taken. */
  sent<T extends MessageBody['type']>(type: T): { readonly to: NodeId; readonly body: BodyOf<T> }[] {
    const isMine = (effect: Effect): boolean => effect.type === 'send' && effect.message.body.type === type;
    const messages = this.effects
      .flatMap((effect) => (effect.type === 'send' ? [effect.message] : []))
      .filter((message): message is Message & { body: BodyOf<T> } => message.body.type === type);
    this.effects = this.effects.filter((effect) => !isMine(effect));
    return messages.map(({ header, body }) => ({ to: header.to, body }));
  }

  /** Answers the present poll round as a peer would. */
  reply(from: NodeId, answer: Partial<BodyOf<'pollReply'>> = {}): readonly Effect[] {
    const polls = this.effects.flatMap((effect) => (effect.type === 'send' ? [effect.message.body] : []));
    const last = polls.filter((body): body is BodyOf<'poll'> => body.type === 'poll').at(-1);
    return this.receive(from, {
      type: 'pollReply',
      pollRound: last?.pollRound ?? 1,
      ballot: ballot(0, ''),
      leader: ballot(0, ''),
      happy: false,
      wallMs: 1_000_000 + this.nowMs,
      chosenThroughSlot: 0,
      featureLevel: 1,
      unfitReason: '',
      ...answer,
    });
  }

  promised(from: NodeId, answer: Partial<BodyOf<'promised'>> = {}): readonly Effect[] {
    return this.receive(from, {
      type: 'promised',
      ballot: this.status.ballot,
      chunkIndex: 0,
      chunkCount: 1,
      chosenThroughSlot: 0,
      trimmedThroughSlot: 0,
      accepted: [],
      unknownSlots: [],
      ...answer,
    });
  }

  /** Makes c1 a candidate whose promise is flushed. */
  stand(): Ballot {
    this.tick();
    for (const peer of this.peers) {
      if (this.status.role === 'follower') this.reply(peer);
    }
    this.flush();
    return this.status.ballot;
  }

  /** Makes c1 a leader that serves, its no-op chosen with the first peers. */
  lead(): Ballot {
    const own = this.stand();
    const needed = Math.floor((this.peers.length + 1) / 2);
    for (const peer of this.peers.slice(0, needed)) this.promised(peer);
    this.flush();
    const throughSlot = this.status.openSlots + this.status.chosenThroughSlot;
    const slots = Array.from({ length: throughSlot }, (_, index) => index + 1);
    for (const peer of this.peers.slice(0, needed)) this.receive(peer, { type: 'accepted', ballot: own, slots });
    this.effects = [];
    return own;
  }

  /** A leader's accept with one entry per value, from `fromSlot` up. */
  accept(
    from: NodeId,
    at: Ballot,
    fromSlot: Slot,
    values: readonly (string | Entry)[],
    chosenThroughSlot: Slot = 0,
  ): readonly Effect[] {
    const entries = values.map((value, index) => ({
      slot: fromSlot + index,
      entry: typeof value === 'string' ? commands(value) : value,
    }));
    return this.receive(from, { type: 'accept', ballot: at, entries, chosenThroughSlot });
  }
}
