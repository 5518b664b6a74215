import { mkdtempSync, mkdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SynodClient } from '@synod/client';
import type { ClusterStatus } from '@synod/client';
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
}

/** A cluster of real processes on free ports, in a directory of its own. */
export class LocalCluster {
  readonly processes = new Map<string, AppProcess>();
  readonly addresses: readonly string[];
  readonly client: SynodClient;
  private readonly ports: readonly number[];

  private constructor(
    readonly directory: string,
    ports: readonly number[],
    private readonly options: ClusterOptions,
  ) {
    this.ports = ports;
    this.addresses = ports.map((port) => `127.0.0.1:${String(port)}`);
    this.client = new SynodClient({ addresses: this.addresses });
  }

  static async start(options: ClusterOptions): Promise<LocalCluster> {
    const directory = mkdtempSync(join(tmpdir(), 'synod-e2e-'));
    const cluster = new LocalCluster(directory, await freePorts(options.coordinators), options);
    mkdirSync(join(directory, 'logs'));
    const coordinators = cluster.coordinatorIds().map((id) => cluster.startCoordinator(id));
    await Promise.all(coordinators);
    await cluster.leader();
    await Promise.all(cluster.agentIds().map((id) => cluster.startAgent(id)));
    await cluster.workersOnline(options.agents);
    return cluster;
  }

  coordinatorIds(): string[] {
    return this.ports.map((_port, index) => `c${String(index + 1)}`);
  }

  agentIds(): string[] {
    return Array.from({ length: this.options.agents }, (_value, index) => `w${String(index + 1)}`);
  }

  addressOf(coordinatorId: string): string {
    return this.addresses[Number(coordinatorId.slice(1)) - 1] ?? '';
  }

  async startCoordinator(id: string, extra: readonly string[] = []): Promise<AppProcess> {
    const members = this.coordinatorIds().map((member) => `${member}=${this.addressOf(member)}`);
    return this.launch('coordinator', id, [
      ...['--id', id, '--listen', this.addressOf(id), '--data', join(this.directory, id)],
      ...['--initial-members', members.join(',')],
      ...(this.options.coordinatorArgs ?? []),
      ...extra,
    ]);
  }

  async startAgent(id: string, extra: readonly string[] = []): Promise<AppProcess> {
    return this.launch('worker-agent', id, [
      ...['--id', id, '--data', join(this.directory, id)],
      ...(this.options.agentArgs ?? ['--coordinators', this.addresses.join(',')]),
      ...['--capacity', String(this.options.capacity ?? 8)],
      ...extra,
    ]);
  }

  /** The process with this id; it may have ended. */
  process(id: string): AppProcess {
    const found = this.processes.get(id);
    if (found === undefined) throw new Error(`no process ${id}`);
    return found;
  }

  status(): Promise<ClusterStatus> {
    return this.client.clusterStatus();
  }

  /** Waits for a leader, and names it. */
  async leader(): Promise<string> {
    return until('a leader', async () => {
      const { leaderId } = await this.status();
      return leaderId === '' ? undefined : leaderId;
    });
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

  async stop(): Promise<void> {
    this.client.close();
    const running = [...this.processes.values()].filter((process) => process.isRunning);
    const agents = running.filter((process) => process.app === 'worker-agent');
    await Promise.all(agents.map((process) => process.end('SIGTERM')));
    await Promise.all(running.filter((process) => !agents.includes(process)).map((process) => process.end('SIGTERM')));
    rmSync(this.directory, { recursive: true, force: true });
  }

  private async launch(app: 'coordinator' | 'worker-agent', id: string, args: readonly string[]): Promise<AppProcess> {
    const wrapper = app === 'coordinator' ? this.options.coordinatorWrapper?.(id, this.directory) : undefined;
    const process = new AppProcess(app, id, args, join(this.directory, 'logs', `${id}.log`), wrapper);
    this.processes.set(id, process);
    await process.ready();
    return process;
  }
}

/** Ports that were free a moment ago. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve) => {
          const server = createServer();
          server.listen(0, '127.0.0.1', () => {
            resolve(server);
          });
        }),
    ),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
