import type { Clock, Logger, Random, Timers } from '@synod/base';
import type { AgentOptions } from '../options.js';
import type { CoordinatorAddresses } from './coordinators.js';

/** What others see of this worker in a registry or in Consul. */
export interface RegisteredWorker {
  readonly workerId: string;
  readonly incarnation: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly capacity: number;
  readonly version: string;
}

export interface DiscoveryModules {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly logger: Logger;
}

/** Finds coordinators through registries and Consul, and registers this worker there. Away, they change nothing. */
export class Discovery {
  constructor(
    readonly options: AgentOptions,
    readonly modules: DiscoveryModules,
    readonly coordinators: CoordinatorAddresses,
  ) {}

  start(_worker: RegisteredWorker, _onOutdated: () => void): void {}

  async stop(_deregister: boolean): Promise<void> {}
}
