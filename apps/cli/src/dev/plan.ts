import { join } from 'node:path';

export type DevRole = 'registry' | 'coordinator' | 'worker-agent';

/** One process of a development cluster. */
export interface PlannedProcess {
  readonly role: DevRole;
  readonly id: string;
  /** Folder of its bundle beside this one's: `coordinator`. */
  readonly app: string;
  readonly args: readonly string[];
  /** host:port that it listens on; empty for workers, which listen on nothing. */
  readonly address: string;
}

export interface DevOptions {
  readonly coordinators: number;
  readonly agents: number;
  /** Absolute. */
  readonly data: string;
  readonly basePort: number;
  readonly nodeStore: 'embedded' | 'consul';
  readonly consul: string;
  /** Attempts at the same time of each agent; undefined leaves it to the agent. */
  readonly capacity: number | undefined;
}

/** An agent gets so long to end what runs, well within the time that `dev` gives it. */
const AGENT_STOP_TIMEOUT = '6s';
const HTTP_OFFSET = 100;

const local = (port: number) => `127.0.0.1:${port}`;

/** The processes of a cluster: registry at the base port B, coordinator i at B+i, agents. */
export function planCluster(options: DevOptions): readonly PlannedProcess[] {
  const { basePort, data, nodeStore, consul } = options;
  const members = numbered(options.coordinators, (i) => ({ id: `c${i}`, address: local(basePort + i) }));
  const coordinators = members.map(({ address }) => address).join(',');
  const initialMembers = members.map(({ id, address }) => `${id}=${address}`).join(',');
  const store = nodeStore === 'consul' ? ['--node-store', 'consul', '--consul', consul] : ['--node-store', 'embedded'];
  const capacity = options.capacity === undefined ? [] : ['--capacity', String(options.capacity)];
  return [
    ...members.map(({ id, address }) => ({
      role: 'coordinator' as const,
      id,
      app: 'coordinator',
      args: ['--id', id, '--listen', address, '--data', join(data, id), '--initial-members', initialMembers, ...store],
      address,
    })),
    {
      role: 'registry',
      id: 'r1',
      app: 'registry',
      args: ['--id', 'r1', '--listen', local(basePort), '--coordinators', coordinators, ...store],
      address: local(basePort),
    },
    ...numbered(options.agents, (i) => {
      const id = `w${i}`;
      const find = ['--coordinators', coordinators, '--registry', local(basePort)];
      const args = ['--id', id, '--data', join(data, id), ...find, '--stop-timeout', AGENT_STOP_TIMEOUT, ...capacity];
      const own = nodeStore === 'consul' ? ['--consul', consul] : [];
      return { role: 'worker-agent' as const, id, app: 'worker-agent', args: [...args, ...own], address: '' };
    }),
  ];
}

/** All ports that have to be free. */
export function portsOf(options: DevOptions): readonly number[] {
  const grpc = numbered(options.coordinators + 1, (i) => options.basePort + i - 1);
  const http = numbered(options.coordinators, (i) => options.basePort + HTTP_OFFSET + i);
  return [...grpc, ...http];
}

function numbered<Value>(count: number, make: (number: number) => Value): Value[] {
  return Array.from({ length: count }, (_, index) => make(index + 1));
}
