import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { endWithThis } from './leftovers.js';
import { freePorts } from './ports.js';
import { until } from './until.js';

interface Ports {
  readonly http: number;
  readonly server: number;
  readonly serf: number;
  readonly dns: number;
}

/** One Consul process, on ports that it keeps through its restarts. */
export class ConsulNode {
  private child: ChildProcess | undefined;

  constructor(
    readonly name: string,
    private readonly binary: string,
    private readonly directory: string,
    private readonly ports: Ports,
    private readonly args: readonly string[],
    private readonly token: string | undefined,
  ) {}

  get url(): string {
    return `http://127.0.0.1:${String(this.ports.http)}`;
  }

  get dnsPort(): number {
    return this.ports.dns;
  }

  get serverAddress(): string {
    return `127.0.0.1:${String(this.ports.server)}`;
  }

  get serfAddress(): string {
    return `127.0.0.1:${String(this.ports.serf)}`;
  }

  get isRunning(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  start(): void {
    const { http, server, serf, dns } = this.ports;
    mkdirSync(this.data, { recursive: true });
    const ports = ['-http-port', http, '-server-port', server, '-serf-lan-port', serf, '-dns-port', dns].map(String);
    const none = ['-serf-wan-port', '-1', '-grpc-port', '-1'];
    const place = ['-node', this.name, '-data-dir', this.data, '-bind', '127.0.0.1', '-client', '127.0.0.1'];
    this.child = spawn(this.binary, ['agent', ...place, ...ports, ...none, ...this.args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    endWithThis(this.child);
    this.child.stdout?.pipe(createWriteStream(join(this.directory, `${this.name}.log`), { flags: 'a' }));
  }

  /** By SIGKILL. */
  async kill(): Promise<void> {
    const { child } = this;
    if (child === undefined || !this.isRunning) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  freeze(): void {
    this.child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.child?.kill('SIGCONT');
  }

  /** Forgets all that it keeps on its disk; it must not run. */
  wipe(): void {
    rmSync(this.data, { recursive: true, force: true });
  }

  async get<T>(path: string): Promise<T> {
    const headers: Record<string, string> = this.token === undefined ? {} : { 'x-consul-token': this.token };
    const response = await fetch(`${this.url}/v1/${path}`, { headers, signal: AbortSignal.timeout(3_000) });
    if (!response.ok) throw new Error(`${path}: ${String(response.status)} ${await response.text()}`);
    return (await response.json()) as T;
  }

  private get data(): string {
    return join(this.directory, this.name);
  }
}

export interface ConsulClusterOptions {
  /** Default: 3. */
  readonly servers?: number;
  /** Further settings of every process, in Consul's own language. */
  readonly settings?: string;
  /** With which this process asks. */
  readonly token?: string;
}

/** Servers that elect a leader, and client agents, as on the hosts of a real installation. */
export class ConsulCluster {
  private constructor(
    readonly servers: readonly ConsulNode[],
    readonly clients: readonly ConsulNode[],
  ) {}

  /** Resolves when a leader is elected and every agent knows it. */
  static async start(
    binary: string,
    directory: string,
    clients: number,
    { servers = SERVERS, settings = '', token }: ConsulClusterOptions = {},
  ): Promise<ConsulCluster> {
    const folder = join(directory, 'consul');
    mkdirSync(folder, { recursive: true });
    const count = servers + clients;
    const free = await freePorts(count * 4);
    const ports = Array.from({ length: count }, (_value, index) => {
      const [http = 0, server = 0, serf = 0, dns = 0] = free.slice(index * 4, index * 4 + 4);
      return { http, server, serf, dns };
    });
    const joining = ports.slice(0, servers).flatMap(({ serf }) => ['-retry-join', `127.0.0.1:${String(serf)}`]);
    // The pace of elections and of probes that Consul's guide recommends for production.
    const pace = [
      '-hcl',
      `performance { raft_multiplier = 1 }\n${settings}`,
      '-retry-interval',
      '1s',
      '-log-level',
      'warn',
    ];
    const asServer = ['-server', '-bootstrap-expect', String(servers)];
    const nodes = ports.map((own, index) => {
      const isServer = index < servers;
      const name = isServer ? `server${String(index + 1)}` : `host${String(index + 1 - servers)}`;
      return new ConsulNode(name, binary, folder, own, [...joining, ...pace, ...(isServer ? asServer : [])], token);
    });
    const cluster = new ConsulCluster(nodes.slice(0, servers), nodes.slice(servers));
    try {
      for (const node of nodes) node.start();
      await cluster.ready();
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  get nodes(): readonly ConsulNode[] {
    return [...this.servers, ...this.clients];
  }

  /** Every process that runs knows a leader, and all of them are in the catalog. */
  async ready(): Promise<void> {
    await until('a leader of Consul', async () => {
      const running = this.nodes.filter(({ isRunning }) => isRunning);
      const known = await Promise.all(running.map((node) => node.get<string>('status/leader')));
      const members = await Promise.all(running.map((node) => node.get<unknown[]>('catalog/nodes')));
      return known.every((leader) => leader !== '') && members.every((all) => all.length >= running.length)
        ? true
        : undefined;
    });
  }

  async leader(): Promise<ConsulNode> {
    return until('a leader of Consul', async () => {
      const asked = this.servers.find(({ isRunning }) => isRunning);
      const address = await asked?.get<string>('status/leader');
      return this.servers.find(({ serverAddress }) => serverAddress === address);
    });
  }

  /** Resolves when another one leads. */
  async newLeader(than: ConsulNode): Promise<ConsulNode> {
    return until('another leader of Consul', async () => {
      const leader = await this.leader();
      return leader === than ? undefined : leader;
    });
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.kill()));
  }
}

const SERVERS = 3;
