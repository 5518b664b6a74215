import { freePorts } from './ports.js';

/** How a process is started on a network, beyond its identity. */
export interface Place {
  /** A command in front of the program that takes it to its host. */
  readonly wrapper: readonly string[];
  /** Further flags. */
  readonly args: readonly string[];
}

export interface CoordinatorPlace extends Place {
  readonly listen: string;
}

/** Where the processes of a cluster run, and how they reach each other. */
export interface ClusterNetwork {
  readonly coordinatorIds: readonly string[];
  place(coordinatorId: string): CoordinatorPlace;
  /** At which other coordinators and agents reach it. */
  memberAddress(coordinatorId: string): string;
  /** At which this process reaches it. */
  clientAddress(coordinatorId: string): string;
  agentPlace(agentId: string): Place;
  close(): Promise<void>;
}

/** The name by which a network with faults calls whoever is no process of the cluster. */
export const CLIENTS = 'clients';

/** A network whose links can be broken, one direction at a time. Hosts are coordinators, agents and {@link CLIENTS}. */
export interface FaultyNetwork extends ClusterNetwork {
  readonly hosts: readonly string[];
  /** From now on nothing of what `from` sends reaches `to`; neither is told. Connections stay as they are. */
  cut(from: string, to: string): void;
  /** Ends all faults between these two, in both directions. */
  heal(a: string, b: string): void;
  healAll(): void;
}

/** Cuts a host from these others, in both directions. */
export function isolate(network: FaultyNetwork, host: string, others: readonly string[]): void {
  for (const other of others) {
    if (other === host) continue;
    network.cut(host, other);
    network.cut(other, host);
  }
}

export function coordinatorIdsOf(count: number): string[] {
  return Array.from({ length: count }, (_value, index) => `c${String(index + 1)}`);
}

/** All processes on loopback, on free ports. */
export class LoopbackNetwork implements ClusterNetwork {
  private constructor(private readonly addresses: ReadonlyMap<string, string>) {}

  static async open(coordinators: number): Promise<LoopbackNetwork> {
    const ports = await freePorts(coordinators);
    const ids = coordinatorIdsOf(coordinators);
    return new LoopbackNetwork(new Map(ids.map((id, index) => [id, `127.0.0.1:${String(ports[index])}`])));
  }

  get coordinatorIds(): readonly string[] {
    return [...this.addresses.keys()];
  }

  place(coordinatorId: string): CoordinatorPlace {
    return { listen: this.memberAddress(coordinatorId), wrapper: [], args: [] };
  }

  memberAddress(coordinatorId: string): string {
    return this.addresses.get(coordinatorId) ?? '';
  }

  clientAddress(coordinatorId: string): string {
    return this.memberAddress(coordinatorId);
  }

  agentPlace(): Place {
    return { wrapper: [], args: [] };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
