import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { CLIENTS, coordinatorIdsOf } from './network.js';
import type { CoordinatorPlace, FaultyNetwork, Place } from './network.js';
import { freePorts } from './ports.js';

/** How one direction of a link behaves. */
export interface LinkConditions {
  /** Bytes wait until the link is healed; connections stay open, as nobody hears of a packet that was dropped. */
  readonly cut: boolean;
  readonly delayMs: number;
  /** Further delay, between none and so much by chance. */
  readonly jitterMs: number;
  /** Chance that a chunk is lost: a TCP stream then stands still until it is sent again. */
  readonly lossChance: number;
}

const PERFECT: LinkConditions = { cut: false, delayMs: 0, jitterMs: 0, lossChance: 0 };
/** Linux sends a lost segment again after 200 ms at the earliest, when nothing behind it tells of the loss. */
const RETRANSMISSION_MS = 200;
/** A sender of so much is not read from until some of it has gone on. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;

export interface ProxyNetworkOptions {
  readonly coordinators: number;
  readonly agentIds?: readonly string[];
  /** Pids of the processes that run now, by id: who opened a connection is found by them. */
  readonly pids: () => ReadonlyMap<string, number>;
  /** In [0, 1). */
  readonly random: () => number;
}

/**
 * All processes on loopback, each coordinator behind a proxy through which everybody reaches it. The proxy finds out who opened
 * a connection, and delays, loses or holds what goes each way. Needs no rights; delays and loss are had only here.
 */
export class ProxyNetwork implements FaultyNetwork {
  readonly coordinatorIds: readonly string[];
  readonly hosts: readonly string[];
  private readonly conditions = new Map<string, LinkConditions>();
  private readonly pipes = new Set<Pipe>();
  private readonly servers: Server[] = [];

  private constructor(
    private readonly options: ProxyNetworkOptions,
    private readonly listenPorts: readonly number[],
    private readonly proxyPorts: readonly number[],
  ) {
    this.coordinatorIds = coordinatorIdsOf(options.coordinators);
    this.hosts = [...this.coordinatorIds, ...(options.agentIds ?? []), CLIENTS];
  }

  static async open(options: ProxyNetworkOptions): Promise<ProxyNetwork> {
    const ports = await freePorts(options.coordinators * 2);
    const listenPorts = ports.slice(0, options.coordinators);
    const network = new ProxyNetwork(options, listenPorts, ports.slice(options.coordinators));
    await Promise.all(network.coordinatorIds.map((id, index) => network.serve(id, index)));
    return network;
  }

  place(coordinatorId: string): CoordinatorPlace {
    const listen = `127.0.0.1:${String(this.listenPorts[this.coordinatorIds.indexOf(coordinatorId)])}`;
    return { listen, wrapper: [], args: ['--advertise', this.memberAddress(coordinatorId)] };
  }

  memberAddress(coordinatorId: string): string {
    return `127.0.0.1:${String(this.proxyPorts[this.coordinatorIds.indexOf(coordinatorId)])}`;
  }

  clientAddress(coordinatorId: string): string {
    return this.memberAddress(coordinatorId);
  }

  agentPlace(): Place {
    return { wrapper: [], args: [] };
  }

  /** Changes some conditions of one direction; the others stay. */
  set(from: string, to: string, change: Partial<LinkConditions>): void {
    this.conditions.set(`${from} ${to}`, { ...this.of(from, to), ...change });
    this.wake();
  }

  cut(from: string, to: string): void {
    this.set(from, to, { cut: true });
  }

  heal(a: string, b: string): void {
    this.conditions.delete(`${a} ${b}`);
    this.conditions.delete(`${b} ${a}`);
    this.wake();
  }

  healAll(): void {
    this.conditions.clear();
    this.wake();
  }

  async close(): Promise<void> {
    for (const pipe of this.pipes) pipe.destroy();
    await Promise.all(this.servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }

  private of(from: string, to: string): LinkConditions {
    return this.conditions.get(`${from} ${to}`) ?? PERFECT;
  }

  private wake(): void {
    for (const pipe of this.pipes) pipe.pump();
  }

  private async serve(id: string, index: number): Promise<void> {
    const server = createServer((opener) => {
      const from = ownerOf(opener.remotePort ?? 0, this.options.pids()) ?? CLIENTS;
      const target = connect(this.listenPorts[index] ?? 0, '127.0.0.1');
      this.join(opener, target, () => this.of(from, id));
      this.join(target, opener, () => this.of(id, from));
    });
    this.servers.push(server);
    await new Promise<void>((resolve) => server.listen(this.proxyPorts[index], '127.0.0.1', resolve));
  }

  private join(source: Socket, target: Socket, conditions: () => LinkConditions): void {
    const pipe = new Pipe(source, target, conditions, this.options.random, () => this.pipes.delete(pipe));
    this.pipes.add(pipe);
  }
}

/** One direction of one connection. */
class Pipe {
  private readonly waiting: { readonly data: Buffer | undefined; readonly dueMs: number }[] = [];
  private waitingBytes = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly source: Socket,
    private readonly target: Socket,
    private readonly conditions: () => LinkConditions,
    private readonly random: () => number,
    private readonly ended: () => void,
  ) {
    source.setNoDelay(true);
    source.on('error', () => undefined);
    source.on('data', (data) => {
      this.take(data);
    });
    source.on('close', () => {
      this.take(undefined);
    });
    target.on('drain', () => {
      this.pump();
    });
  }

  /** Passes on what is due. Undefined is the end: that, too, takes its time, and is not heard of over a link that is cut. */
  pump(): void {
    clearTimeout(this.timer);
    for (let head = this.waiting[0]; head !== undefined; head = this.waiting[0]) {
      if (this.conditions().cut || this.target.writableNeedDrain) return;
      const leftMs = head.dueMs - performance.now();
      if (leftMs > 0) {
        this.timer = setTimeout(() => {
          this.pump();
        }, leftMs);
        return;
      }
      this.waiting.shift();
      if (head.data === undefined) return this.destroy();
      this.waitingBytes -= head.data.length;
      this.target.write(head.data);
      if (this.waitingBytes < MAX_WAITING_BYTES) this.source.resume();
    }
  }

  destroy(): void {
    clearTimeout(this.timer);
    this.source.destroy();
    this.target.destroy();
    this.ended();
  }

  private take(data: Buffer | undefined): void {
    const { delayMs, jitterMs, lossChance } = this.conditions();
    let dueMs = performance.now() + delayMs;
    if (jitterMs > 0) dueMs += jitterMs * this.random();
    if (lossChance > 0) {
      for (let waitMs = RETRANSMISSION_MS; this.random() < lossChance; waitMs *= 2) dueMs += waitMs;
    }
    // A stream keeps its order: nothing is due before what came before it.
    this.waiting.push({ data, dueMs: Math.max(dueMs, this.waiting.at(-1)?.dueMs ?? 0) });
    this.waitingBytes += data?.length ?? 0;
    if (this.waitingBytes >= MAX_WAITING_BYTES) this.source.pause();
    this.pump();
  }
}

/** Which of these processes has the socket with this local port; undefined when none. */
function ownerOf(port: number, pids: ReadonlyMap<string, number>): string | undefined {
  const inode = inodeOf(port);
  if (inode === undefined) return undefined;
  for (const [id, pid] of pids) {
    try {
      const folder = `/proc/${String(pid)}/fd`;
      if (readdirSync(folder).some((fd) => linkOf(`${folder}/${fd}`) === `socket:[${inode}]`)) return id;
    } catch {
      // It has ended.
    }
  }
  return undefined;
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

function inodeOf(port: number): string | undefined {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  for (const line of readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1)) {
    const fields = line.trim().split(/\s+/);
    // Several sockets may have the port on other addresses; a connection of ours is from loopback, and established.
    if (fields[1]?.endsWith(local) && fields[1].startsWith('0100007F') && fields[3] === '01') return fields[9];
  }
  return undefined;
}
