import { connect } from '@synod/rpc';
import {
  services,
  type ClusterServiceClient,
  type JobServiceClient,
  type PlacementServiceClient,
  type QueueServiceClient,
  type ScheduleServiceClient,
  type WorkerServiceClient,
} from '@synod/wire';
import { clientError } from './errors.js';
import { toClientError } from './faults.js';

/** TLS of all connections. Without any of it, only loopback addresses are allowed unless `insecure` is set. */
export interface ClientSecurity {
  readonly tlsCertFile?: string;
  readonly tlsKeyFile?: string;
  readonly tlsCaFile?: string;
  readonly insecure?: boolean;
}

/** The services of one coordinator. */
export interface Coordinator {
  readonly address: string;
  readonly jobs: JobServiceClient;
  readonly queues: QueueServiceClient;
  readonly workers: WorkerServiceClient;
  readonly cluster: ClusterServiceClient;
  readonly placement: PlacementServiceClient;
  readonly schedules: ScheduleServiceClient;
}

/** Connections to the coordinators, opened on first use; calls go to one of them until it fails. */
export class Channels {
  private readonly coordinators = new Map<string, Coordinator>();
  /** The order in which this client tries them: its own, so that the clients of a coordinator that is lost don't all go to the same one. */
  private readonly order: readonly string[];
  private index = 0;
  private closed = false;

  constructor(
    readonly addresses: readonly string[],
    private readonly security: ClientSecurity,
  ) {
    if (addresses.length === 0)
      throw clientError('invalidArgument', 'give the address of one coordinator at least, such as 127.0.0.1:7401');
    this.order = shuffled(addresses);
  }

  current(): Coordinator {
    if (this.closed) throw clientError('closed', 'this client was closed: make a new one');
    const address = this.order[this.index % this.order.length] ?? '';
    let coordinator = this.coordinators.get(address);
    if (coordinator === undefined) {
      coordinator = this.open(address);
      this.coordinators.set(address, coordinator);
    }
    return coordinator;
  }

  private open(address: string): Coordinator {
    const security = { insecure: false, ...this.security };
    try {
      return {
        address,
        jobs: connect(services.JobService, address, security),
        queues: connect(services.QueueService, address, security),
        workers: connect(services.WorkerService, address, security),
        cluster: connect(services.ClusterService, address, security),
        placement: connect(services.PlacementService, address, security),
        schedules: connect(services.ScheduleService, address, security),
      };
    } catch (error) {
      throw toClientError(error);
    }
  }

  /** Takes the next coordinator, unless another call has moved on from this one already. */
  moveOnFrom(failed: Coordinator): void {
    if (this.order[this.index % this.order.length] === failed.address) this.index += 1;
  }

  close(): void {
    this.closed = true;
    for (const { jobs, queues, workers, cluster, placement, schedules } of this.coordinators.values())
      for (const client of [jobs, queues, workers, cluster, placement, schedules]) client.close();
    this.coordinators.clear();
  }
}

function shuffled(addresses: readonly string[]): string[] {
  const order = [...addresses];
  for (let index = order.length - 1; index > 0; index -= 1) {
    const other = Math.floor(Math.random() * (index + 1));
    [order[index], order[other]] = [order[other] ?? '', order[index] ?? ''];
  }
  return order;
}
