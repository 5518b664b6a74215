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
  TransferOutcome,
} from '@synod/consensus';
import type { Ballot, Replica, ReplicaStatus, Slot } from '@synod/consensus';
import { StorageError } from '@synod/storage';
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

/** Carries out what the core decides about snapshots; it answers by the `snapshot…` methods of the host, never from within these. */
export interface SnapshotPort {
  fetch(peer: NodeId, aboveSlot: Slot): void;
  install(slot: Slot): void;
  discard(slot: Slot): void;
}

/** Why a coordinator must end at once. */
export type DeathCause =
  | 'invariantBroken'
  | 'persistFailed'
  /** A peer knows this node id with another data directory (I10). */
  | 'storageIdRefused'
  /** A majority has another state at the same slot (I11). */
  | 'stateDiffers';

export interface ReplicaHostModules {
  readonly log: LogStore;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly listener: ReplicaListener;
  /** Health of the disk and the event loop, asked at each tick. */
  readonly health: () => HostHealth;
  readonly send: (message: Message) => void;
  readonly snapshots: SnapshotPort;
  /** Ends the process at once, with no chance to send anything. */
  readonly die: (reason: string, cause: DeathCause) => void;
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
  private stopped = false;
  private readonly transfers = new Map<number, (outcome: TransferOutcome) => void>();
  /** As peers were first heard, now or before the start (I10). */
  private readonly storageIds = new Map<NodeId, string>();
  private replica: Replica | undefined;
  private nextReadId = 1;
  private nextTransferId = 1;
  private cancelTick: () => void = () => undefined;
  private current: Leadership | undefined;

  constructor(private readonly modules: ReplicaHostModules) {}

  /** Before it nothing is heard: the core's first input is a tick. The state is at the replica's applied slot by now. */
  start(replica: Replica, peers: ReadonlyMap<NodeId, string>): void {
    if (this.replica !== undefined || this.stopped) return;
    this.replica = replica;
    for (const [nodeId, storageId] of peers) this.storageIds.set(nodeId, storageId);
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
    for (const ended of this.transfers.values()) ended('notLeader');
    this.transfers.clear();
  }

  /** As the replica told last; undefined before it told anything. */
  get leadership(): Leadership | undefined {
    return this.current;
  }

  /** True when this node leads and serves. */
  get serving(): boolean {
    return this.current?.serving ?? false;
  }

  /** The storage id under which a peer was first heard; undefined when it never was. */
  storageIdOf(peer: NodeId): string | undefined {
    return this.storageIds.get(peer);
  }

  /** Undefined before the start. */
  status(): ReplicaStatus | undefined {
    return this.replica?.status();
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
    if (this.replica === undefined || this.stopped) return Promise.reject(new NotLeading(undefined));
    const readId = this.nextReadId++;
    const answer = new Promise<Slot>((resolve, reject) => {
      this.reads.set(readId, { resolve, reject });
    });
    this.dispatch({ type: 'read', readId });
    return answer;
  }

  /** Hands the lead to `to`, or to the follower that is furthest. Resolves when that has happened, or did not. */
  transferLeadership(to: NodeId | undefined): Promise<TransferOutcome> {
    if (this.replica === undefined || this.stopped) return Promise.resolve('notLeader');
    const transferId = this.nextTransferId++;
    const outcome = new Promise<TransferOutcome>((resolve) => this.transfers.set(transferId, resolve));
    this.dispatch({ type: 'transferLeadership', transferId, to });
    return outcome;
  }

  /** The image of the state at `slot` is durable. */
  imageFlushed(slot: Slot): void {
    this.dispatch({ type: 'imageFlushed', slot });
  }

  /** Asks the core to trim the log; it keeps what the image doesn't cover (I7). */
  trim(throughSlot: Slot): void {
    this.dispatch({ type: 'trim', throughSlot });
  }

  snapshotReceived(slot: Slot): void {
    this.dispatch({ type: 'snapshotReceived', slot });
  }

  snapshotFailed(peer: NodeId): void {
    this.dispatch({ type: 'snapshotFailed', peer });
  }

  /** State and durable image are those of the snapshot; the next entry that is applied is that of `slot + 1`. */
  snapshotInstalled(slot: Slot): void {
    this.dispatch({ type: 'snapshotInstalled', slot });
  }

  private tick(): void {
    const { clock, health } = this.modules;
    this.dispatch({ type: 'timerTick', nowMs: clock.monotonicMs(), wallMs: clock.wallMs(), health: health() });
  }

  /** Inputs that arise while effects are carried out wait for their turn, so that a step is never entered twice. */
  private dispatch(input: Input): void {
    const { replica } = this;
    if (replica === undefined || this.stopped) return;
    this.inputs.push(input);
    if (this.stepping) return;
    this.stepping = true;
    try {
      for (let next = this.inputs.shift(); next !== undefined; next = this.inputs.shift()) {
        for (const effect of replica.step(next)) this.carryOut(effect);
      }
    } catch (error) {
      this.stopped = true;
      this.modules.logger.error({ error }, 'an invariant does not hold: this coordinator stops');
      this.modules.die(error instanceof Error ? error.message : 'unknown failure', 'invariantBroken');
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
      case 'fetchSnapshot':
        return this.modules.snapshots.fetch(effect.peer, effect.aboveSlot);
      case 'installSnapshot':
        return this.modules.snapshots.install(effect.slot);
      case 'discardSnapshot':
        return this.modules.snapshots.discard(effect.slot);
      case 'transferEnded':
        return this.transferEnded(effect.transferId, effect.outcome);
      case 'fatal':
        this.stopped = true;
        this.modules.logger.error(
          { code: effect.code, reason: effect.reason },
          'the replica cannot go on: this coordinator stops',
        );
        return this.modules.die(effect.reason, effect.code);
      default:
        return unreachable(effect);
    }
  }

  private persist(effect: Extract<Effect, { type: 'persist' }>): void {
    const { token } = effect;
    for (const write of effect.writes) if (write.kind === 'peer') this.storageIds.set(write.nodeId, write.storageId);
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

  private load({ token, fromSlot, throughSlot, maxBytes }: Extract<Effect, { type: 'loadEntries' }>): void {
    try {
      const entries = this.modules.log
        .read(fromSlot, throughSlot, maxBytes)
        .map(({ slot, entry }) => ({ slot, entry }));
      this.dispatch({ type: 'entriesLoaded', token, entries });
    } catch (error) {
      if (!(error instanceof StorageError) || error.facts.code !== 'slotUnknown') throw error;
      const { slot: damagedSlot } = error.facts;
      this.modules.logger.warn(
        { slot: damagedSlot },
        'a record of the log is damaged: it is fetched from another member',
      );
      this.dispatch({ type: 'entriesLoaded', token, entries: [], damagedSlot });
    }
  }

  private transferEnded(transferId: number, outcome: TransferOutcome): void {
    this.transfers.get(transferId)?.(outcome);
    this.transfers.delete(transferId);
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
