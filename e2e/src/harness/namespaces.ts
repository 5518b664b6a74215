import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { join } from 'node:path';
import { endWithThis, whenThisEnds } from './leftovers.js';
import { CLIENTS, coordinatorIdsOf } from './network.js';
import type { CoordinatorPlace, FaultyNetwork, Place } from './network.js';
import { ROOT } from './processes.js';

/** From the range for tests of network devices (RFC 2544). Nothing of it leaves the namespaces: they have no way out. */
const SUBNET = '198.18.0';
const ROUTER = `${SUBNET}.254`;
const COORDINATOR_PORT = 7401;
const NAMES = 'synod-e2e';

/**
 * Every coordinator and agent on a host of its own: a network namespace, joined to a router namespace by a pair of virtual
 * devices. Packets that the router drops vanish without a word, as on a real network. This process and its clients stay where
 * they are; a relay on a further host takes their connections in. Needs the right to make namespaces.
 */
export class NamespaceNetwork implements FaultyNetwork {
  readonly hosts: readonly string[];
  readonly coordinatorIds: readonly string[];
  private readonly cuts = new Set<string>();
  private readonly relayed = new Map<string, string>();
  private readonly servers: Server[] = [];
  private readonly forget: () => void;
  private relay: ChildProcess | undefined;

  private constructor(
    private readonly prefix: string,
    coordinators: number,
    agentIds: readonly string[],
  ) {
    this.coordinatorIds = coordinatorIdsOf(coordinators);
    this.hosts = [...this.coordinatorIds, ...agentIds, CLIENTS];
    this.forget = whenThisEnds(() => this.remove());
  }

  static async open(coordinators: number, agentIds: readonly string[] = []): Promise<NamespaceNetwork> {
    removeStale();
    const network = new NamespaceNetwork(`${NAMES}-${String(process.pid)}-${String(opened++)}`, coordinators, agentIds);
    try {
      network.build();
      await network.startRelay();
      return network;
    } catch (error) {
      await network.close();
      throw error;
    }
  }

  place(coordinatorId: string): CoordinatorPlace {
    // Beyond loopback, and nobody else can get there.
    return {
      listen: this.memberAddress(coordinatorId),
      wrapper: this.onHost(coordinatorId),
      args: ['--insecure'],
    };
  }

  memberAddress(coordinatorId: string): string {
    return `${this.ipOf(coordinatorId)}:${String(COORDINATOR_PORT)}`;
  }

  clientAddress(coordinatorId: string): string {
    return this.relayed.get(coordinatorId) ?? '';
  }

  agentPlace(agentId: string): Place {
    return { wrapper: this.onHost(agentId), args: ['--insecure'] };
  }

  cut(from: string, to: string): void {
    const key = `${from} ${to}`;
    if (this.cuts.has(key)) return;
    this.rule('add', from, to);
    this.cuts.add(key);
  }

  heal(a: string, b: string): void {
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      if (this.cuts.delete(`${from} ${to}`)) this.rule('del', from, to);
    }
  }

  healAll(): void {
    for (const key of [...this.cuts]) {
      const [from = '', to = ''] = key.split(' ');
      this.heal(from, to);
    }
  }

  close(): Promise<void> {
    this.relay?.kill('SIGKILL');
    for (const server of this.servers) server.close();
    this.remove();
    this.forget();
    return Promise.resolve();
  }

  private remove(): void {
    for (const host of [...this.hosts, 'router']) removeNamespace(this.namespaceOf(host));
  }

  private build(): void {
    const router = this.namespaceOf('router');
    ip('netns', 'add', router);
    ip('-n', router, 'link', 'set', 'lo', 'up');
    this.hosts.forEach((host, index) => {
      const namespace = this.namespaceOf(host);
      const device = `h${String(index)}`;
      ip('netns', 'add', namespace);
      ip('-n', namespace, 'link', 'set', 'lo', 'up');
      ip('link', 'add', device, 'netns', router, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace);
      ip('-n', namespace, 'address', 'add', `${this.ipOf(host)}/32`, 'dev', 'eth0');
      ip('-n', namespace, 'link', 'set', 'eth0', 'up');
      ip('-n', router, 'address', 'add', `${ROUTER}/32`, 'dev', device);
      ip('-n', router, 'link', 'set', device, 'up');
      ip('-n', router, 'route', 'add', `${this.ipOf(host)}/32`, 'dev', device);
      ip('-n', namespace, 'route', 'add', `${ROUTER}/32`, 'dev', 'eth0');
      ip('-n', namespace, 'route', 'add', `${SUBNET}.0/24`, 'via', ROUTER);
    });
    const forward = 'echo 1 > /proc/sys/net/ipv4/ip_forward';
    execFileSync('nsenter', [`--net=/run/netns/${router}`, 'sh', '-c', forward]);
  }

  private async startRelay(): Promise<void> {
    const [command = '', ...rest] = this.onHost(CLIENTS);
    const script = join(ROOT, 'e2e', 'src', 'harness', 'relay.cjs');
    const relay = spawn(command, [...rest, process.execPath, script], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.relay = relay;
    endWithThis(relay);
    for (const id of this.coordinatorIds) {
      const server = createServer();
      this.servers.push(server);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      this.relayed.set(id, `127.0.0.1:${String((server.address() as { port: number }).port)}`);
      const serving = new Promise((resolve) => relay.once('message', resolve));
      relay.send({ host: this.ipOf(id), port: COORDINATOR_PORT }, server);
      await serving;
      // The relay has its own descriptor of it now; here nobody must take a connection.
      server.close();
    }
    relay.unref();
    relay.channel?.unref();
  }

  private rule(verb: 'add' | 'del', from: string, to: string): void {
    ip('-n', this.namespaceOf('router'), 'rule', verb, 'from', this.ipOf(from), 'to', this.ipOf(to), 'blackhole');
  }

  /** A command in front of a program that takes it to a host of this network. */
  onHost(host: string): readonly string[] {
    return ['nsenter', `--net=/run/netns/${this.namespaceOf(host)}`];
  }

  private namespaceOf(host: string): string {
    return `${this.prefix}-${host}`;
  }

  /** At which the other hosts reach it. */
  ipOf(host: string): string {
    const index = this.hosts.indexOf(host);
    if (index < 0) throw new Error(`no host ${host}`);
    return `${SUBNET}.${String(index + 1)}`;
  }
}

let opened = 0;

function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

function removeNamespace(name: string): void {
  try {
    ip('netns', 'delete', name);
  } catch {
    // It was not made, or is gone.
  }
}

/** Namespaces of test processes that were killed before they could remove them. */
function removeStale(): void {
  let names: string[] = [];
  try {
    names = readdirSync('/run/netns');
  } catch {
    // None was ever made here.
  }
  for (const name of names) {
    const pid = new RegExp(`^${NAMES}-(\\d+)-`).exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) removeNamespace(name);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Why namespaces can't be had here; undefined when they can. Makes one and removes it. */
export function namespacesMissing(): string | undefined {
  const name = `${NAMES}-${String(process.pid)}-probe`;
  try {
    ip('netns', 'add', name);
    ip('-n', name, 'rule', 'add', 'from', `${SUBNET}.1`, 'to', `${SUBNET}.2`, 'blackhole');
    execFileSync('nsenter', [`--net=/run/netns/${name}`, 'true'], { stdio: 'ignore' });
    return undefined;
  } catch (error) {
    return `network namespaces can't be made (${firstLine(error)})`;
  } finally {
    removeNamespace(name);
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
