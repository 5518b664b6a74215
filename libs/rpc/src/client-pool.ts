import type { Client } from '@grpc/grpc-js';
import { connect } from './client.js';
import type { ConnectOptions } from './client.js';
import type { ServiceConstructor } from './handlers.js';
import type { RpcSecurity } from './security.js';

/** One client for each address of a service, made when it is first asked for; the counterpart of `AddressRotation`. */
export class ClientPool<C extends Client> {
  readonly #clients = new Map<string, C>();
  readonly #service: ServiceConstructor<C>;
  readonly #security: RpcSecurity;
  readonly #options: ConnectOptions;

  constructor(service: ServiceConstructor<C>, security: RpcSecurity, options: ConnectOptions = {}) {
    this.#service = service;
    this.#security = security;
    this.#options = options;
  }

  get(address: string): C {
    const known = this.#clients.get(address);
    if (known !== undefined) return known;
    const client = connect(this.#service, address, this.#security, this.#options);
    this.#clients.set(address, client);
    return client;
  }

  /** Closes the clients of addresses that are not among these: for memberships that change. */
  retain(addresses: readonly string[]): void {
    for (const [address, client] of this.#clients) {
      if (addresses.includes(address)) continue;
      client.close();
      this.#clients.delete(address);
    }
  }

  close(): void {
    this.retain([]);
  }
}
