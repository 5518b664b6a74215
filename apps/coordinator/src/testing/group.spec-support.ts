import { EventEmitter } from 'node:events';
import type { Message, NodeId } from '@synod/consensus';
import { ZERO_BALLOT } from '@synod/consensus';
import { decodePaxosMessage, encodePaxosMessage } from '@synod/contracts';
import type { AppliedEntry, Command, CommandReply } from '@synod/jobs';
import { newMemoryDisk, openMemoryLogStore } from '@synod/storage';
import type { MemoryDisk, MemoryLogStore } from '@synod/storage';
import { VirtualClock } from '@synod/testkit';
import { services } from '@synod/wire';
import type { WireForwardRequest, WireForwardRequestInput } from '@synod/wire';
import type { ForwardCall } from '../leader/leader-link.js';
import { replay } from '../replica/replay.js';
import { answerForwarded } from '../services/forwarding.js';
import { buildAgents } from '../wiring/agents.js';
import type { Agents } from '../wiring/agents.js';
import { buildReplication } from '../wiring/replication.js';
import type { Replication } from '../wiring/replication.js';
import { quiet, settled } from './basics.spec-support.js';

const { Forward, Exchange } = services.PaxosService.service;
const LATENCY_MS = 1;

/** One coordinator without its server and its disk. */
export class TestNode {
  readonly applied: AppliedEntry[] = [];
  readonly replication: Replication;
  readonly agents: Agents;
  died: string | undefined;

  constructor(
    readonly id: NodeId,
    readonly log: MemoryLogStore,
    readonly group: TestGroup,
  ) {
    const { clock } = group;
    const time = { clock, timers: clock, logger: quiet };
    const recovered = log.recover();
    const members = group.ids.map((member) => ({ id: member, address: '' }));
    this.replication = buildReplication({
      ...time,
      ...{ log, recovered, members, diskHasRoom: () => true },
      send: (message) => {
        group.send(id, message);
      },
      openForward: (leader) => group.openForward(id, leader),
      die: (reason) => {
        this.died = reason;
        group.crash(id);
      },
    });
    this.replication.state.onApplied((entry) => this.applied.push(entry));
    this.agents = buildAgents({
      ...time,
      nodeId: id,
      incarnation: log.incarnation,
      replication: this.replication,
      findJob: (jobId) => Promise.resolve(this.replication.state.view.job(jobId)),
      jobClient: () => undefined,
    });
  }

  get serving(): boolean {
    return this.replication.host.serving;
  }

  async start(): Promise<void> {
    const { state, host } = this.replication;
    const apply = state.apply.bind(state);
    await replay(this.log, this.log.recover().chosenThroughSlot, apply, () => Promise.resolve());
    host.start();
    this.agents.heartbeats.start();
  }

  stop(): void {
    const { gateway, reads, host, link } = this.replication;
    this.agents.plannerLoop.yield();
    reads.stop();
    gateway.stop();
    this.agents.heartbeats.stop();
    link.stop();
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
        nodesRenewed: () => undefined,
      },
      request,
    );
  }
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
  private readonly disks = new Map<NodeId, MemoryDisk>();
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
    const disk = this.disks.get(id) ?? newMemoryDisk();
    this.disks.set(id, disk);
    const initialMembers = this.ids.map((member) => ({ id: member, address: '' }));
    const identityIfNew = () => ({
      ...{ formatVersion: 1, clusterId: 'k1', groupId: 0, nodeId: id, storageId: `${id}-disk`, initialMembers },
    });
    const node = new TestNode(id, await openMemoryLogStore({ disk, identityIfNew }), this);
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

  /** Lets time pass until it holds. */
  async until(what: string, holds: () => boolean, limitMs = 20_000): Promise<void> {
    await settled();
    for (let passedMs = 0; !holds(); passedMs += 1) {
      if (passedMs > limitMs) throw new Error(`waited in vain for ${what}`);
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
