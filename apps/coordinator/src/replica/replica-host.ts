import { unreachable } from '@synod/base';
import type { Clock, Logger, Timers } from '@synod/base';
import type {
  Effect,
  Entry,
  HostHealth,
  Input,
  Message,
  NodeId,
  Proposal,
  RefusalReason,
  Role,
} from '@synod/consensus';
import type { Ballot, Replica, Slot } from '@synod/consensus';
import type { LogStore } from '@synod/storage';

/** What the rest of the coordinator is told by its replica. All of it is called synchronously, in order. */
export interface ReplicaListener {
  /** Slots come once, in order. `proposalIds` is given where this node proposed the entry in its present leadership. */
  applied(slot: Slot, entry: Entry, proposalIds: readonly number[] | undefined): void;
  refused(proposalIds: readonly number[], reason: RefusalReason, leader: NodeId | undefined): void;
  leadershipChanged(leadership: Leadership): void;
}

export interface Leadership {
  readonly role: Role;
  readonly ballot: Ballot;
  readonly leader: NodeId | undefined;
  /** This node leads and has applied all that it recovered. */
  readonly serving: boolean;
}

export interface ReplicaHostModules {
  readonly replica: Replica;
  readonly log: LogStore;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly listener: ReplicaListener;
  /** Health of the disk and the event loop, asked at each tick. */
  readonly health: () => HostHealth;
  readonly send: (message: Message) => void;
  /** Ends the process at once, with no chance to send anything. */
  readonly die: (reason: string) => void;
}

/** Time between two ticks of the core; election and resend times are multiples of some of these. */
const TICK_INTERVAL_MS = 10;

/**
 * Drives the pure core: feeds it inputs, carries out its effects, in order. It adds no order of its own: what must wait for a
 * flush is withheld by the core (I6).
 */
export class ReplicaHost {
  private readonly inputs: Input[] = [];
  private readonly reads = new Map<number, { resolve: (slot: Slot) => void; reject: (error: Error) => void }>();
  private stepping = false;
  private started = false;
  private stopped = false;
  private nextReadId = 1;
  private cancelTick: () => void = () => undefined;
  private current: Leadership | undefined;

  constructor(private readonly modules: ReplicaHostModules) {}

  /** Before it nothing is heard: the core's first input is a tick. */
  start(): void {
    if (this.started || this.stopped) return;
    this.started = true;
    this.tick();
    this.cancelTick = this.modules.timers.every(TICK_INTERVAL_MS, () => {
      this.tick();
    });
  }

  stop(): void {
    this.stopped = true;
    this.inputs.length = 0;
    this.cancelTick();
    for (const read of this.reads.values()) read.reject(new NotLeading(undefined));
    this.reads.clear();
  }

  /** As the replica told last; undefined before it told anything. */
  get leadership(): Leadership | undefined {
    return this.current;
  }

  /** True when this node leads and serves. */
  get serving(): boolean {
    return this.current?.serving ?? false;
  }

  status(): ReturnType<Replica['status']> {
    return this.modules.replica.status();
  }

  propose(proposals: readonly Proposal[]): void {
    this.dispatch({ type: 'propose', proposals });
  }

  receive(message: Message): void {
    this.dispatch({ type: 'message', message });
  }

  peerDisconnected(peer: NodeId): void {
    this.dispatch({ type: 'peerDisconnected', peer });
  }

  /**
   * Linearizable read point: resolves with the applied slot once a quorum confirmed this leader after the call.
   * Rejects with {@link NotLeading}.
   */
  read(): Promise<Slot> {
    if (!this.started || this.stopped) return Promise.reject(new NotLeading(undefined));
    const readId = this.nextReadId++;
    const answer = new Promise<Slot>((resolve, reject) => {
      this.reads.set(readId, { resolve, reject });
    });
    this.dispatch({ type: 'read', readId });
    return answer;
  }

  private tick(): void {
    const { clock, health } = this.modules;
    this.dispatch({ type: 'timerTick', nowMs: clock.monotonicMs(), wallMs: clock.wallMs(), health: health() });
  }

  /** Inputs that arise while effects are carried out wait for their turn, so that a step is never entered twice. */
  private dispatch(input: Input): void {
    if (!this.started || this.stopped) return;
    this.inputs.push(input);
    if (this.stepping) return;
    this.stepping = true;
    try {
      for (let next = this.inputs.shift(); next !== undefined; next = this.inputs.shift()) {
        for (const effect of this.modules.replica.step(next)) this.carryOut(effect);
      }
    } catch (error) {
      this.stopped = true;
      this.modules.logger.error({ error }, 'an invariant does not hold: this coordinator stops');
      this.modules.die(error instanceof Error ? error.message : 'unknown failure');
    } finally {
      this.stepping = false;
    }
  }

  private carryOut(effect: Effect): void {
    switch (effect.type) {
      case 'persist':
        return this.persist(effect);
      case 'send':
        return this.modules.send(effect.message);
      case 'apply':
        return this.modules.listener.applied(effect.slot, effect.entry, effect.proposalIds);
      case 'loadEntries':
        return this.load(effect);
      case 'proposalsRefused':
        return this.modules.listener.refused(effect.proposalIds, effect.reason, effect.leader);
      case 'readReady':
        return this.settleReads(effect.readIds, (read) => {
          read.resolve(effect.appliedSlot);
        });
      case 'readsRefused':
        return this.settleReads(effect.readIds, (read) => {
          read.reject(new NotLeading(effect.leader));
        });
      case 'roleChanged':
        this.current = { role: effect.role, ballot: effect.ballot, leader: effect.leader, serving: effect.serving };
        return this.modules.listener.leadershipChanged(this.current);
      case 'fatal':
        this.stopped = true;
        this.modules.logger.error({ reason: effect.reason }, 'the replica cannot go on: this coordinator stops');
        return this.modules.die(effect.reason);
      default:
        return unreachable(effect);
    }
  }

  private persist(effect: Extract<Effect, { type: 'persist' }>): void {
    const { token } = effect;
    this.modules.log.append(effect.writes).then(
      () => {
        this.dispatch({ type: 'storageDone', token, ok: true });
      },
      (error: unknown) => {
        this.modules.logger.error({ error }, 'a flush of the log failed');
        this.dispatch({ type: 'storageDone', token, ok: false });
      },
    );
  }

  private load(effect: Extract<Effect, { type: 'loadEntries' }>): void {
    const accepted = this.modules.log.read(effect.fromSlot, effect.throughSlot, effect.maxBytes);
    const entries = accepted.map(({ slot, entry }) => ({ slot, entry }));
    this.dispatch({ type: 'entriesLoaded', token: effect.token, entries });
  }

  private settleReads(
    readIds: readonly number[],
    settle: (read: { resolve: (slot: Slot) => void; reject: (error: Error) => void }) => void,
  ): void {
    for (const readId of readIds) {
      const read = this.reads.get(readId);
      this.reads.delete(readId);
      if (read !== undefined) settle(read);
    }
  }
}

/** This node does not lead, or stopped leading before a quorum confirmed it. */
export class NotLeading extends Error {
  override readonly name = 'NotLeading';

  constructor(readonly leader: NodeId | undefined) {
    super(leader === undefined ? 'no leader is known' : `${leader} leads`);
  }
}
