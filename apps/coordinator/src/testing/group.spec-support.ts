import { EventEmitter } from 'node:events';
import type { Message, NodeId } from '@synod/consensus';
import { ZERO_BALLOT } from '@synod/consensus';
import { decodePaxosMessage, encodePaxosMessage } from '@synod/contracts';
import type { AppliedEntry, Command, CommandReply, JobRecord } from '@synod/jobs';
import { newMemoryDisk, newMemoryImageDisk, openMemoryImageStore, openMemoryLogStore } from '@synod/storage';
import type { DiskLevel, MemoryDisk, MemoryImageDisk, MemoryImageStore, MemoryLogStore } from '@synod/storage';
import type { TaskStore } from '@synod/task-store';
import { VirtualClock } from '@synod/testkit';
import { services } from '@synod/wire';
import type {
  WireFetchHistoryRequestInput,
  WireFetchHistoryResponse,
  WireFetchSnapshotRequestInput,
  WireFetchSnapshotResponse,
  WireForwardRequest,
  WireForwardRequestInput,
} from '@synod/wire';
import { EventLog } from '../events/event-log.js';
import type { ForwardCall } from '../leader/leader-link.js';
import { answerForwarded } from '../services/forwarding.js';
import { serveHistory } from '../state/history-server.js';
import { History } from '../state/history.js';
import { recoverState } from '../state/load-state.js';
import { buildAgents } from '../wiring/agents.js';
import type { Agents } from '../wiring/agents.js';
import { buildCatchUp, restoreModules } from '../wiring/catch-up.js';
import type { CatchUp } from '../wiring/catch-up.js';
import { buildReplication } from '../wiring/replication.js';
import type { Replication } from '../wiring/replication.js';
import { quiet, settled } from './basics.spec-support.js';
import { MemoryGapNote, MemoryRecords, MemorySnapshots } from './memory-snapshots.spec-support.js';
import type { MemorySnapshotDisk } from './memory-snapshots.spec-support.js';

const { Forward, Exchange, FetchSnapshot } = services.PaxosService.service;
const LATENCY_MS = 1;

/** What of a node survives a crash. */
interface NodeDisk {
  readonly log: MemoryDisk;
  readonly image: MemoryImageDisk;
  readonly snapshots: MemorySnapshotDisk;
  readonly history: MemoryRecords;
  readonly gapNote: MemoryGapNote;
}

/** One coordinator without its server and its disk. */
export class TestNode {
  readonly applied: AppliedEntry[] = [];
  readonly replication: Replication;
  readonly agents: Agents;
  readonly catchUp: CatchUp;
  readonly image: MemoryImageStore;
  readonly snapshots: MemorySnapshots;
  readonly history: History;
  readonly events = new EventLog();
  diskLevel: DiskLevel = 'ok';
  died: string | undefined;

  constructor(
    readonly id: NodeId,
    readonly log: MemoryLogStore,
    readonly disk: NodeDisk,
    readonly group: TestGroup,
  ) {
    const { clock } = group;
    const time = { clock, timers: clock, logger: quiet };
    const members = group.ids.map((member) => ({ id: member, address: '' }));
    this.image = openMemoryImageStore({ disk: disk.image, flush: () => group.imageFlush() });
    this.snapshots = new MemorySnapshots(disk.snapshots, this.image, log.identity.clusterId);
    const limits = { maxRecords: 1_000_000, keptForMs: 1e12 };
    this.history = new History(disk.history as unknown as TaskStore, { ...time, limits });
    const { image, history, snapshots } = this;
    const die = (reason: string): void => {
      // A process that crashed does nothing more.
      if (group.running(id) !== this) return;
      this.died = reason;
      group.deaths.push(`${id}: ${reason}`);
      group.crash(id);
    };
    const featureLevel = group.featureLevel;
    this.replication = buildReplication({
      ...time,
      ...{ log, image, members, featureLevel, die },
      diskLevel: () => this.diskLevel,
      historyWritten: () => history.written(),
      send: (message) => {
        group.send(id, message);
      },
      openForward: (leader) => group.openForward(id, leader),
      snapshots: {
        fetch: (peer, aboveSlot) => {
          this.catchUp.fetcher.fetch(peer, aboveSlot);
        },
        install: (slot) => {
          this.catchUp.fetcher.install(slot);
        },
        discard: (slot) => {
          this.catchUp.fetcher.discard(slot);
        },
      },
      servedSlots: () => this.catchUp.server.servedSlots(),
    });
    this.catchUp = buildCatchUp({
      ...time,
      durable: { log, image, history, snapshots, members, gapNote: disk.gapNote },
      replication: this.replication,
      transport: {
        fetchSnapshot: (peer, request) => group.fetchSnapshot(id, peer, request),
        fetchHistory: (peer, request) => group.fetchHistory(id, peer, request),
      },
      ...{ featureLevel, die },
      diskHasRoom: () => this.diskLevel === 'ok',
    });
    const { state } = this.replication;
    state.onApplied((entry) => {
      this.applied.push(entry);
      this.events.append(entry);
      history.retired(entry.retired);
    });
    state.onReplaced((slot) => {
      this.events.skipTo(slot);
    });
    this.agents = buildAgents({
      ...time,
      nodeId: id,
      incarnation: log.incarnation,
      replication: this.replication,
      findJob: (jobId) => this.findJob(jobId),
      jobClient: () => undefined,
    });
  }

  async findJob(jobId: string): Promise<JobRecord | undefined> {
    const active = this.replication.state.view.job(jobId);
    return active ?? (await this.history.find(jobId)) ?? (await this.catchUp.gap.find(jobId));
  }

  get serving(): boolean {
    return this.replication.host.serving;
  }

  async start(): Promise<void> {
    const { state, imageWriter } = this.replication;
    const { log, image } = this;
    const restoring = restoreModules(this.group.clock, this.group.featureLevel);
    const written = async (): Promise<void> => {
      await imageWriter.written();
    };
    await this.catchUp.gap.start();
    const recovered = await recoverState({ ...restoring, log, image, state, written, logger: quiet });
    this.replication.start(recovered);
    this.agents.heartbeats.start();
  }

  stop(): void {
    const { gateway, reads, host, link, comparison, featureLevels } = this.replication;
    this.agents.plannerLoop.yield();
    reads.stop();
    gateway.stop();
    this.agents.heartbeats.stop();
    featureLevels.yield();
    comparison.stop();
    link.stop();
    this.catchUp.fetcher.stop();
    this.catchUp.gap.stop();
    void this.replication.imageWriter.pause();
    host.stop();
  }

  propose(command: Command, sheddable = false): Promise<CommandReply> {
    return this.replication.propose(command, { sheddable, timeoutMs: 60_000 });
  }

  answerForward(request: WireForwardRequest) {
    const { host, proposals, board } = this.replication;
    const { liveness, plannerLoop } = this.agents;
    return answerForwarded(
      {
        serving: () => host.serving,
        ballot: () => board.current?.ballot ?? ZERO_BALLOT,
        leader: () => board.current?.leader,
        proposals,
        read: () => host.read(),
        heard: (workerId, incarnation) => {
          if (liveness.heardFrom(workerId, incarnation)) plannerLoop.wake();
        },
        gone: (workerId, incarnation) => {
          liveness.disconnected(workerId, incarnation);
        },
        compareStates: (nodeId, hashes) => this.replication.comparison.report(nodeId, hashes),
        workersHeard: (workerId) => this.agents.heardWorkers.known(workerId),
        nodesRenewed: () => undefined,
      },
      request,
    );
  }
}

function newDisk(): NodeDisk {
  return {
    log: newMemoryDisk(),
    image: newMemoryImageDisk(),
    snapshots: { outgoing: undefined, incoming: undefined },
    history: new MemoryRecords(),
    gapNote: new MemoryGapNote(),
  };
}

/** A link in memory: what crosses it crosses as bytes. */
class MemoryForward extends EventEmitter {
  private open = true;

  constructor(
    private readonly group: TestGroup,
    private readonly from: TestNode,
    private readonly to: TestNode | undefined,
  ) {
    super();
    if (to === undefined) this.break();
  }

  write(request: WireForwardRequestInput): boolean {
    const bytes = Forward.requestSerialize(request);
    this.carry(this.from.id, this.to?.id, () => {
      void this.to?.answerForward(Forward.requestDeserialize(bytes)).then((response) => {
        const answer = Forward.responseSerialize(response);
        this.carry(this.to?.id, this.from.id, () => {
          this.emit('data', Forward.responseDeserialize(answer));
        });
      });
    });
    return true;
  }

  cancel(): void {
    this.open = false;
  }

  /** As when the process at the other end dies. */
  break(): void {
    this.group.clock.after(LATENCY_MS, () => {
      if (this.open) this.emit('error', new Error('broken'));
      this.open = false;
    });
  }

  private carry(from: NodeId | undefined, to: NodeId | undefined, deliver: () => void): void {
    if (from === undefined || to === undefined || this.group.isCut(from, to)) return;
    const alive = this.group.running(from) !== undefined;
    if (!alive) return;
    this.group.clock.after(LATENCY_MS, () => {
      if (this.open && this.group.running(to) !== undefined) deliver();
    });
  }
}

/** Coordinators over in-memory links and logs, under one virtual clock. */
export class TestGroup {
  readonly clock = new VirtualClock();
  readonly ids: readonly NodeId[];
  private readonly disks = new Map<NodeId, NodeDisk>();
  /** That all members support. */
  featureLevel = 1;
  /** Chunks of snapshots that cross, at most, before the stream breaks; it breaks once. */
  breakSnapshotAfter: number | undefined;
  snapshotChunks = 0;
  /** How long a flush of an image takes; 0: it is done at once. */
  imageFlushMs = 0;
  /** Nodes that ended themselves, and why. */
  readonly deaths: string[] = [];
  private readonly nodes = new Map<NodeId, TestNode>();
  private readonly links: { from: NodeId; to: NodeId; link: MemoryForward }[] = [];
  private readonly cuts = new Set<string>();

  private constructor(count: number) {
    this.ids = Array.from({ length: count }, (_none, index) => `c${String(index + 1)}`);
  }

  static async start(count = 3): Promise<TestGroup> {
    const group = new TestGroup(count);
    for (const id of group.ids) await group.startNode(id);
    await group.until('a leader', () => group.leader() !== undefined);
    return group;
  }

  async startNode(id: NodeId): Promise<TestNode> {
    const disk = this.disks.get(id) ?? newDisk();
    this.disks.set(id, disk);
    const initialMembers = this.ids.map((member) => ({ id: member, address: '' }));
    const identityIfNew = () => ({
      ...{ formatVersion: 1, clusterId: 'k1', groupId: 0, nodeId: id, storageId: `${id}-disk`, initialMembers },
    });
    const node = new TestNode(id, await openMemoryLogStore({ disk: disk.log, identityIfNew }), disk, this);
    this.nodes.set(id, node);
    await node.start();
    return node;
  }

  running(id: NodeId): TestNode | undefined {
    return this.nodes.get(id);
  }

  node(id: NodeId): TestNode {
    const node = this.nodes.get(id);
    if (node === undefined) throw new Error(`${id} does not run`);
    return node;
  }

  get all(): TestNode[] {
    return [...this.nodes.values()];
  }

  /** One that serves and that a majority can reach. */
  leader(): TestNode | undefined {
    return this.all.find(
      (node) => node.serving && this.all.filter((other) => !this.isCut(node.id, other.id)).length > this.ids.length / 2,
    );
  }

  theLeader(): TestNode {
    const leader = this.leader();
    if (leader === undefined) throw new Error('there is no leader');
    return leader;
  }

  followers(): TestNode[] {
    return this.all.filter((node) => node !== this.leader());
  }

  /** The process ends without a word; what it flushed stays. */
  crash(id: NodeId): void {
    const node = this.nodes.get(id);
    this.nodes.delete(id);
    node?.log.crash();
    node?.image.crash();
    node?.stop();
    for (const { from, to, link } of this.links) if (from === id || to === id) link.break();
    for (const other of this.all) other.replication.host.peerDisconnected(id);
  }

  /** Nothing crosses between these and the others, and nobody is told. */
  cutOff(...ids: readonly NodeId[]): void {
    for (const one of ids) {
      for (const other of this.ids) {
        if (ids.includes(other)) continue;
        this.cuts.add(`${one}>${other}`);
        this.cuts.add(`${other}>${one}`);
      }
    }
  }

  heal(): void {
    this.cuts.clear();
  }

  isCut(from: NodeId, to: NodeId): boolean {
    return this.cuts.has(`${from}>${to}`);
  }

  send(from: NodeId, message: Message): void {
    const { to } = message.header;
    const bytes = Exchange.requestSerialize({ messages: [encodePaxosMessage(message)] });
    if (this.isCut(from, to) || this.nodes.get(from) === undefined) return;
    this.clock.after(LATENCY_MS, () => {
      for (const wire of Exchange.requestDeserialize(bytes).messages) {
        this.nodes.get(to)?.replication.host.receive(decodePaxosMessage(wire));
      }
    });
  }

  imageFlush(): Promise<void> {
    const { imageFlushMs } = this;
    if (imageFlushMs === 0) return Promise.resolve();
    return new Promise((resolve) => this.clock.after(imageFlushMs, resolve));
  }

  /** The disk of a node, also while it doesn't run. */
  diskOf(id: NodeId): NodeDisk {
    const disk = this.disks.get(id);
    if (disk === undefined) throw new Error(`${id} never ran`);
    return disk;
  }

  async *fetchSnapshot(
    from: NodeId,
    to: NodeId,
    request: WireFetchSnapshotRequestInput,
  ): AsyncGenerator<WireFetchSnapshotResponse> {
    const asked = FetchSnapshot.requestDeserialize(FetchSnapshot.requestSerialize(request));
    const server = this.nodes.get(to);
    if (server === undefined || this.isCut(from, to)) throw new Error('unreachable');
    for await (const response of server.catchUp.server.serve(from, asked)) {
      await new Promise<void>((resolve) => this.clock.after(LATENCY_MS, resolve));
      if (this.nodes.get(to) !== server || this.nodes.get(from) === undefined || this.isCut(to, from)) {
        throw new Error('broken');
      }
      if (this.breakSnapshotAfter !== undefined && this.breakSnapshotAfter-- <= 0) {
        this.breakSnapshotAfter = undefined;
        throw new Error('broken');
      }
      this.snapshotChunks += 1;
      yield FetchSnapshot.responseDeserialize(FetchSnapshot.responseSerialize(response));
    }
  }

  async *fetchHistory(
    from: NodeId,
    to: NodeId,
    request: WireFetchHistoryRequestInput,
  ): AsyncGenerator<WireFetchHistoryResponse> {
    const server = this.nodes.get(to);
    if (server === undefined || this.isCut(from, to)) throw new Error('unreachable');
    const query = {
      jobId: request.jobId ?? '',
      finishedFromMs: Number(request.finishedFromMs ?? 0),
      beforeJobId: request.beforeJobId ?? '',
    };
    for await (const part of serveHistory(server.history, () => server.catchUp.gap.isOpen, query)) {
      await new Promise<void>((resolve) => this.clock.after(LATENCY_MS, resolve));
      yield { records: part.records as Buffer[], throughJobId: part.throughJobId };
    }
  }

  openForward(from: NodeId, to: NodeId): ForwardCall {
    const link = new MemoryForward(this, this.node(from), this.nodes.get(to));
    this.links.push({ from, to, link });
    return link;
  }

  /** Lets time pass. */
  async pass(durationMs: number, stepMs = 1): Promise<void> {
    await settled();
    for (let passedMs = 0; passedMs < durationMs; passedMs += stepMs) {
      this.clock.advance(stepMs);
      await settled();
    }
  }

  /** How each node is, for a test that waits in vain. */
  private describe(): string {
    const nodes = this.all.map((node) => {
      const status = node.replication.host.status();
      const { role, leader, appliedSlot, chosenThroughSlot, imageSlot, trimmedThroughSlot, unfitReason } = status ?? {};
      const facts = { role, leader, appliedSlot, chosenThroughSlot, imageSlot, trimmedThroughSlot, unfitReason };
      return `${node.id} ${JSON.stringify({ ...facts, snapshot: node.catchUp.fetcher.progress })}`;
    });
    return [...nodes, ...this.deaths].join('; ');
  }

  /** Lets time pass until it holds. */
  async until(what: string, holds: () => boolean, limitMs = 20_000): Promise<void> {
    await settled();
    for (let passedMs = 0; !holds(); passedMs += 1) {
      if (passedMs > limitMs) throw new Error(`waited in vain for ${what}: ${this.describe()}`);
      this.clock.advance(1);
      await settled();
    }
  }

  /** Waits for the outcome of a promise, as time passes. */
  async outcome<T>(what: string, promise: Promise<T>): Promise<T> {
    let done = false;
    const end = (): void => {
      done = true;
    };
    promise.then(end, end);
    await this.until(what, () => done);
    return promise;
  }

  stop(): void {
    for (const id of [...this.nodes.keys()]) this.crash(id);
  }
}
