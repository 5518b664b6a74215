import type { Clock, Logger, Timers } from '@synod/base';
import { createReplica, DEFAULT_REPLICA_OPTIONS } from '@synod/consensus';
import type { Message, NodeId, Slot } from '@synod/consensus';
import { decodeCommand, encodeCommand, encodeStateChange, stampCommand } from '@synod/contracts';
import { createJobsStateMachine, neededFeatureLevel } from '@synod/jobs';
import type { Command, CommandReply, JobsStateMachine } from '@synod/jobs';
import type { DiskLevel, ImageStore, LogStore, RecoveredLog } from '@synod/storage';
import { CommandGateway } from '../commands/command-gateway.js';
import { DEFAULT_GATEWAY_LIMITS } from '../commands/gateway-options.js';
import type { ProposeOptions } from '../commands/gateway-options.js';
import { LeaderProposals } from '../commands/leader-proposals.js';
import { leaderLinkRoute, ownLogRoute } from '../commands/routes.js';
import { LeaderLink } from '../leader/leader-link.js';
import type { ForwardCall } from '../leader/leader-link.js';
import { FeatureLevels } from '../leader/feature-levels.js';
import { LeadershipBoard } from '../leader/leadership-board.js';
import { ReadGate } from '../leader/read-gate.js';
import { StampClock } from '../leader/stamp-clock.js';
import type { Member } from '../options.js';
import { LogTrimmer } from '../replica/log-trimmer.js';
import { NodeHealth } from '../replica/node-health.js';
import { ReplicaHost } from '../replica/replica-host.js';
import type { DeathCause, Leadership, SnapshotPort } from '../replica/replica-host.js';
import { StateComparison } from '../replica/state-comparison.js';
import type { StateAt } from '../replica/state-comparison.js';
import { DEFAULT_TRIM_OPTIONS } from '../replica/trim-policy.js';
import type { TrimOptions } from '../replica/trim-policy.js';
import { DEFAULT_IMAGE_WRITER_OPTIONS, ImageWriter } from '../state/image-writer.js';
import { ReplicatedState, repliesTo } from '../state/replicated-state.js';
import { GROUP_ID } from './durable.js';

export interface ReplicationModules {
  readonly log: LogStore;
  readonly image: ImageStore;
  readonly members: readonly Member[];
  /** The highest feature level that this member supports. */
  readonly featureLevel: number;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly diskLevel: () => DiskLevel;
  readonly historyWritten: () => Promise<void>;
  readonly send: (message: Message) => void;
  readonly openForward: (leader: NodeId) => ForwardCall;
  readonly snapshots: SnapshotPort;
  /** Slots of the snapshots that members fetch from here. */
  readonly servedSlots: () => readonly Slot[];
  /** How much of the log is kept behind the image; default: {@link DEFAULT_TRIM_OPTIONS}. */
  readonly trim?: TrimOptions | undefined;
  readonly die: (reason: string, cause: DeathCause) => void;
}

export interface Replication {
  readonly state: ReplicatedState;
  readonly host: ReplicaHost;
  readonly health: NodeHealth;
  readonly board: LeadershipBoard;
  /** What entries are stamped with. */
  readonly stampClock: StampClock;
  readonly proposals: LeaderProposals;
  readonly link: LeaderLink;
  readonly reads: ReadGate;
  readonly gateway: CommandGateway;
  readonly imageWriter: ImageWriter;
  readonly comparison: StateComparison;
  readonly featureLevels: FeatureLevels;
  readonly propose: (command: Command, options?: ProposeOptions) => Promise<CommandReply>;
  /** Starts the replica from what the log held; the state has applied all of it that is chosen. */
  readonly start: (recovered: RecoveredLog) => void;
}

/** An empty state, as every member begins. */
export function newMachine(featureLevel: number): JobsStateMachine {
  return createJobsStateMachine({ groupId: GROUP_ID, maxFeatureLevel: featureLevel });
}

/** The replica with all that leads into its log and out of it. Nothing runs before it is started. */
export function buildReplication(modules: ReplicationModules): Replication {
  const { log, clock, timers, logger } = modules;
  const { nodeId } = log.identity;
  const state = new ReplicatedState(newMachine(modules.featureLevel), decodeCommand);
  const board = new LeadershipBoard();
  const health = new NodeHealth({
    clock,
    logger,
    oldestFlushMs: () => log.stats().oldestOutstandingFlushMs,
    diskLevel: modules.diskLevel,
  });
  const gateway = new CommandGateway(
    { groupId: GROUP_ID, nodeId, incarnation: log.incarnation, ...DEFAULT_GATEWAY_LIMITS },
    { clock, timers, logger, encode: encodeCommand },
  );
  const link = new LeaderLink({
    open: modules.openForward,
    timers,
    logger,
    ready: () => {
      gateway.routeChanged(leaderLinkRoute(link));
    },
  });
  const propose = proposer(gateway, state);
  const host = buildHost(modules, health, {
    applied: (slot, entry, proposalIds) => {
      state.apply(slot, entry);
      proposals.applied(proposalIds);
      behind.trimmer.applied(entry);
    },
    refused: (proposalIds, reason) => {
      proposals.refused(proposalIds, reason);
    },
    leadershipChanged: (leadership) => {
      board.changed(leadership);
    },
  });
  const { stampClock, proposals } = buildProposals(modules, host);
  const reads = buildReads(timers, { state, host, link, board });
  const behind = buildBehind(modules, { state, host, link, propose });
  state.onApplied((applied, envelopes) => {
    for (const { sequence, reply } of repliesTo(nodeId, log.incarnation, applied, envelopes))
      gateway.settled(sequence, reply);
    behind.comparison.applied(applied.slot, () => state.stateHash());
    behind.imageWriter.applied();
  });
  state.onReplaced(() => {
    gateway.stateReplaced();
    behind.comparison.replaced();
  });
  board.onChange((leadership) => {
    if (leadership.serving) stampClock.lead();
    else stampClock.yield();
    route(leadership, nodeId, { gateway, link, proposals });
    if (leadership.serving) behind.featureLevels.lead();
    else behind.featureLevels.yield();
  });
  const start = (recovered: RecoveredLog): void => {
    host.start(newReplica(modules, recovered), recovered.peers);
    const flushed = modules.image.state?.slot ?? 0;
    // Batches that were written while the log was replayed.
    if (flushed > recovered.imageSlot) host.imageFlushed(flushed);
    behind.comparison.start();
  };
  return { state, host, health, board, stampClock, proposals, link, reads, gateway, ...behind, propose, start };
}

/** The leader's way into the log, and the clock that stamps what takes it. */
function buildProposals(
  { clock, logger, members }: ReplicationModules,
  host: ReplicaHost,
): Pick<Replication, 'stampClock' | 'proposals'> {
  const { maxClockSkewMs: maxSkewMs } = DEFAULT_REPLICA_OPTIONS;
  const status = () => host.status();
  const stampClock = new StampClock({ clock, logger, memberCount: members.length, maxSkewMs, status });
  const propose = (batch: Parameters<ReplicaHost['propose']>[0]): void => {
    host.propose(batch);
  };
  return { stampClock, proposals: new LeaderProposals({ clock: stampClock, stamp: stampCommand, propose }) };
}

function buildReads(
  timers: Timers,
  { state, host, link, board }: Pick<Replication, 'state' | 'host' | 'link' | 'board'>,
): ReadGate {
  return new ReadGate({
    timers,
    serving: () => host.serving,
    readHere: () => host.read(),
    readAtLeader: () => link.readIndex(),
    appliedThrough: (slot) => state.appliedThrough(slot),
    leadershipChange: () => board.nextChange(timers),
  });
}

/** A member of an older version stops at a command that it can't read: one above the group's level stays out of the log. */
function proposer(gateway: CommandGateway, state: ReplicatedState): Replication['propose'] {
  return (command, options = { sheddable: false }) => {
    const [needed, level] = [neededFeatureLevel(command), state.view.featureLevel];
    if (needed <= level) return gateway.propose(command, options);
    return Promise.resolve({ type: 'refused', refusal: { code: 'featureLevelTooLow', needed, level } });
  };
}

function buildHost(
  modules: ReplicationModules,
  health: NodeHealth,
  listener: ConstructorParameters<typeof ReplicaHost>[0]['listener'],
): ReplicaHost {
  const { log, clock, timers, logger, send, snapshots, die } = modules;
  return new ReplicaHost({ log, clock, timers, logger, health: () => health.check(), send, snapshots, die, listener });
}

/** What follows what is applied: the image, the trim of the log, the comparison with others, feature levels. */
function buildBehind(
  modules: ReplicationModules,
  parts: Pick<Replication, 'state' | 'host' | 'link' | 'propose'>,
): Pick<Replication, 'imageWriter' | 'comparison' | 'featureLevels'> & { readonly trimmer: LogTrimmer } {
  const { clock, timers, logger, image, members } = modules;
  const { state, host, link } = parts;
  const { nodeId } = modules.log.identity;
  const trimmer = new LogTrimmer({
    status: () => host.status(),
    nowMs: () => clock.monotonicMs(),
    diskLevel: modules.diskLevel,
    servedSlots: modules.servedSlots,
    options: modules.trim ?? DEFAULT_TRIM_OPTIONS,
    trim: (slot) => {
      host.trim(slot);
    },
  });
  const imageWriter = new ImageWriter(DEFAULT_IMAGE_WRITER_OPTIONS, {
    ...{ clock, timers, logger, store: image, encode: encodeStateChange },
    prepared: async (slot) => {
      await Promise.all([modules.historyWritten(), noteChosen(modules.log, host, slot)]);
    },
    source: () => state.current,
    mayWrite: () => modules.diskLevel() !== 'full',
    flushed: (slot) => {
      host.imageFlushed(slot);
      trimmer.look(slot);
    },
    failed: (error) => {
      logger.error({ error }, 'the image of the state could not be written: this coordinator stops');
      modules.die('a write of the image failed', 'persistFailed');
    },
  });
  const comparison = new StateComparison({
    ...{ nodeId, timers, logger, memberIds: members.map(({ id }) => id) },
    leading: () => host.serving,
    askLeader: (hashes) => link.compareStates(nodeId, hashes),
    differs: (own, agreed) => void stopDiffering(modules, { host, imageWriter }, own, agreed),
  });
  const featureLevels = new FeatureLevels({
    ...{ timers, logger, view: state.view, ownLevel: modules.featureLevel },
    peers: () => host.status()?.peers ?? [],
    nowMs: () => clock.monotonicMs(),
    propose: (command) => parts.propose(command, { sheddable: false, once: true }),
  });
  return { imageWriter, comparison, featureLevels, trimmer };
}

/** What the log knows to be chosen rides along with other writes and may lag: this one makes it durable. */
async function noteChosen(log: LogStore, host: ReplicaHost, slot: Slot): Promise<void> {
  const status = host.status();
  // Before the start, what is replayed is known chosen on the disk.
  if (status === undefined || status.stopped) return;
  const promised = { kind: 'promised', ballot: status.promised } as const;
  await log.append([promised, { kind: 'chosenThrough', slot }]);
}

/** A majority has another state: this one is wrong, and its image with it (I11). Started again it makes a new one. */
async function stopDiffering(
  { image, logger, die }: ReplicationModules,
  { host, imageWriter }: Pick<Replication, 'host' | 'imageWriter'>,
  own: StateAt,
  agreed: StateAt,
): Promise<void> {
  host.stop();
  logger.error({ own, agreed }, 'this member has another state than the majority at the same slot: it stops');
  try {
    await imageWriter.pause();
    await image.discard();
  } finally {
    die(`state ${own.hash} instead of ${agreed.hash} at slot ${String(own.slot)}`, 'stateDiffers');
  }
}

function newReplica({ log, members, featureLevel }: ReplicationModules, recovered: RecoveredLog) {
  const { clusterId, groupId, nodeId, storageId } = log.identity;
  return createReplica(
    {
      ...{ clusterId, groupId, nodeId, storageId, featureLevel },
      members: members.map(({ id }) => id),
      priority: 0,
      options: DEFAULT_REPLICA_OPTIONS,
    },
    recovered,
  );
}

/** Points the client session at the leader: into the own log, over the link, or nowhere while there is none. */
function route(
  leadership: Leadership,
  nodeId: NodeId,
  to: { readonly gateway: CommandGateway; readonly link: LeaderLink; readonly proposals: LeaderProposals },
): void {
  const { leader, serving } = leadership;
  if (serving) {
    to.link.setLeader(undefined);
    to.gateway.routeChanged(ownLogRoute(to.proposals));
  } else if (leader !== undefined && leader !== nodeId) {
    to.link.setLeader(leader);
  } else {
    to.link.setLeader(undefined);
    to.gateway.routeChanged(undefined);
  }
}
