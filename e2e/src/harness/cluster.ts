import { mkdtempSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SynodClient } from '@synod/client';
import type { ClusterStatus } from '@synod/client';
import { whenThisEnds } from './leftovers.js';
import { LoopbackNetwork } from './network.js';
import type { ClusterNetwork } from './network.js';
import { AppProcess, appMain, runToEnd } from './processes.js';
import type { Finished } from './processes.js';
import { until } from './until.js';

export interface ClusterOptions {
  readonly coordinators: number;
  readonly agents: number;
  /** Attempts at the same time of each agent. */
  readonly capacity?: number;
  /** Further flags of every coordinator. */
  readonly coordinatorArgs?: readonly string[];
  /** Flags by which agents find the coordinators; default: their addresses. */
  readonly agentArgs?: readonly string[];
  /** A command in front of each coordinator, such as a tracer. */
  readonly coordinatorWrapper?: (id: string, directory: string) => readonly string[];
  /** Where the processes run; default: loopback. The cluster closes it. */
  readonly network?: ClusterNetwork;
}

/** A member under load is at the end of the log, when it is no further behind. */
const MAX_LAG_SLOTS = 200;
/** A coordinator that says nothing for so long is left out. */
const ASK_DEADLINE_MS = 1_500;

/** A cluster of real processes in a directory of its own, by default on free ports of loopback. */
export class LocalCluster {
  readonly processes = new Map<string, AppProcess>();
  readonly addresses: readonly string[];
  readonly client: SynodClient;
  private readonly ownClients = new Map<string, SynodClient>();
  private kept = false;
  private readonly forget: () => void;

  private constructor(
    readonly directory: string,
    private readonly network: ClusterNetwork,
    private readonly options: ClusterOptions,
  ) {
    this.addresses = network.coordinatorIds.map((id) => network.clientAddress(id));
    this.client = new SynodClient({ addresses: this.addresses });
    this.forget = whenThisEnds(() => this.removeDirectory());
  }

  /** Everything up to the first start of a process. */
  static async create(options: ClusterOptions): Promise<LocalCluster> {
    const directory = mkdtempSync(join(tmpdir(), 'synod-e2e-'));
    mkdirSync(join(directory, 'logs'));
    const network = options.network ?? (await LoopbackNetwork.open(options.coordinators));
    return new LocalCluster(directory, network, options);
  }

  static async start(options: ClusterOptions): Promise<LocalCluster> {
    const cluster = await LocalCluster.create(options);
    await cluster.startAll();
    return cluster;
  }

  /** Resolves when a leader serves all that the members support, and all agents are there. */
  async startAll(): Promise<void> {
    await Promise.all(this.coordinatorIds().map((id) => this.startCoordinator(id)));
    await until('the feature level that all members support', async () => {
      const { leaderId, members } = await this.status();
      const leader = members.find(({ id }) => id === leaderId);
      return leader !== undefined && leader.featureLevel === leader.maxFeatureLevel ? true : undefined;
    });
    await Promise.all(this.agentIds().map((id) => this.startAgent(id)));
    await this.workersOnline(this.options.agents);
  }

  coordinatorIds(): string[] {
    return [...this.network.coordinatorIds];
  }

  agentIds(): string[] {
    return Array.from({ length: this.options.agents }, (_value, index) => `w${String(index + 1)}`);
  }

  /** At which this process reaches it. */
  addressOf(coordinatorId: string): string {
    return this.network.clientAddress(coordinatorId);
  }

  /** The data directory of a process. */
  dataOf(id: string): string {
    return join(this.directory, id);
  }

  async startCoordinator(id: string, extra: readonly string[] = []): Promise<AppProcess> {
    const members = this.coordinatorIds().map((member) => `${member}=${this.network.memberAddress(member)}`);
    const { listen, args } = this.network.place(id);
    return this.launch('coordinator', id, [
      ...['--id', id, '--listen', listen, '--data', this.dataOf(id)],
      ...['--initial-members', members.join(',')],
      ...args,
      ...(this.options.coordinatorArgs ?? []),
      ...extra,
    ]);
  }

  /** `data`: its directory, when it is not the one of an earlier agent with this id. */
  async startAgent(id: string, extra: readonly string[] = [], data = this.dataOf(id)): Promise<AppProcess> {
    return this.launch('worker-agent', id, [
      ...['--id', id, '--data', data],
      ...(this.options.agentArgs ?? ['--coordinators', this.memberAddresses().join(',')]),
      ...['--capacity', String(this.options.capacity ?? 8)],
      ...this.network.agentPlace(id).args,
      ...extra,
    ]);
  }

  /** The process with this id; it may have ended. */
  process(id: string): AppProcess {
    const found = this.processes.get(id);
    if (found === undefined) throw new Error(`no process ${id}`);
    return found;
  }

  /** Pids of the processes that run, by id. */
  pids(): ReadonlyMap<string, number> {
    return new Map([...this.processes].filter(([, it]) => it.isRunning).map(([id, it]) => [id, it.pid]));
  }

  status(): Promise<ClusterStatus> {
    return this.client.clusterStatus();
  }

  /**
   * Waits for a leader, and names the one that most coordinators name. Each of those given is asked by itself, by default all: one
   * that is cut off or stopped says what it knew, or nothing.
   */
  async leader(asked: readonly string[] = this.coordinatorIds()): Promise<string> {
    return until('a leader', async () => {
      const said = await Promise.all(asked.map((id) => this.leaderAccordingTo(id)));
      const votes = new Map<string, number>();
      for (const id of said) if (id !== '') votes.set(id, (votes.get(id) ?? 0) + 1);
      return [...votes].sort(([, a], [, b]) => b - a)[0]?.[0];
    });
  }

  private async leaderAccordingTo(id: string): Promise<string> {
    let client = this.ownClients.get(id);
    if (client === undefined) {
      client = new SynodClient({ addresses: [this.addressOf(id)], deadlineMs: ASK_DEADLINE_MS });
      this.ownClients.set(id, client);
    }
    try {
      return (await client.clusterStatus()).leaderId;
    } catch {
      return '';
    }
  }

  /** Waits until every member runs, serves and stands near the end of the log. */
  async allWell(limitMs = 90_000): Promise<void> {
    await until(
      'all members well',
      async () => {
        const { leaderId, members } = await this.status();
        const applied = members.map((member) => member.appliedSlot);
        const together = Math.max(...applied) - Math.min(...applied) < MAX_LAG_SLOTS;
        return leaderId !== '' && members.every((member) => member.happy) && together ? true : undefined;
      },
      limitMs,
    );
  }

  async workersOnline(count: number): Promise<void> {
    await until(`${String(count)} workers online`, async () => {
      const workers = await this.client.workers();
      return workers.filter((worker) => worker.state === 'online').length >= count ? true : undefined;
    });
  }

  /** Waits until every running coordinator has applied the same slot, and returns their state hashes. */
  async convergedHashes(count: number): Promise<string[]> {
    return until(`${String(count)} coordinators at one slot`, async () => {
      const { members } = await this.status();
      const reached = members.filter((member) => member.role !== 'unreachable');
      const slots = new Set(reached.map((member) => member.appliedSlot));
      return reached.length === count && slots.size === 1 ? reached.map((member) => member.stateHash) : undefined;
    });
  }

  /** The command line against this cluster. */
  cli(
    args: readonly string[],
    options: { readonly stdin?: string; readonly env?: NodeJS.ProcessEnv } = {},
  ): Promise<Finished> {
    return runToEnd(process.execPath, [appMain('cli'), ...args], {
      ...options,
      env: { SYNOD_ADDRESS: this.addresses.join(','), ...options.env },
    });
  }

  /** Its directory, with data and logs, outlives `stop`: for who wants to know what went wrong. */
  keepDirectory(): void {
    this.kept = true;
  }

  async stop(): Promise<void> {
    this.client.close();
    for (const client of this.ownClients.values()) client.close();
    const running = [...this.processes.values()].filter((process) => process.isRunning);
    const agents = running.filter((process) => process.app === 'worker-agent');
    await Promise.all(agents.map((process) => process.end('SIGTERM')));
    await Promise.all(running.filter((process) => !agents.includes(process)).map((process) => process.end('SIGTERM')));
    await this.network.close();
    this.removeDirectory();
    this.forget();
  }

  private removeDirectory(): void {
    if (!this.kept) rmSync(this.directory, { recursive: true, force: true, maxRetries: 3 });
  }

  private memberAddresses(): string[] {
    return this.network.coordinatorIds.map((id) => this.network.memberAddress(id));
  }

  private async launch(app: 'coordinator' | 'worker-agent', id: string, args: readonly string[]): Promise<AppProcess> {
    const wrapper =
      app === 'coordinator'
        ? [...this.network.place(id).wrapper, ...(this.options.coordinatorWrapper?.(id, this.directory) ?? [])]
        : this.network.agentPlace(id).wrapper;
    const process = new AppProcess(app, id, args, join(this.directory, 'logs', `${id}.log`), wrapper);
    this.processes.set(id, process);
    await process.ready();
    return process;
  }
}
