import { connect } from '@synod/rpc';
import { services, type AgentServiceClient } from '@synod/wire';
import type { ClientSecurity } from '../channels.js';
import { clientError, type SynodClientError } from '../errors.js';
import { toClientError } from '../faults.js';
import type { HeartbeatStream } from './heartbeats.js';
import type { PushStream } from './log-tails.js';
import type { SessionStream } from './session.js';

/** One connection at a time for the session, another one for heartbeats: they must never queue behind payloads. */
export class AgentConnections {
  private readonly session: RotatingConnection;
  private readonly heartbeats: RotatingConnection;
  private logs: Connection | undefined;

  constructor(
    private readonly addresses: readonly string[],
    private readonly security: ClientSecurity = {},
  ) {
    const start = Math.floor(Math.random() * addresses.length);
    this.session = new RotatingConnection(addresses, start, security);
    this.heartbeats = new RotatingConnection(addresses, start, security);
  }

  /** A session at the next coordinator; `error` words what broke its stream. */
  openSession(): { readonly stream: SessionStream; readonly error: (cause: Error | undefined) => SynodClientError } {
    const { client, address } = this.session.next();
    return { stream: client.session(), error: (cause) => this.errorOf(cause, address) };
  }

  openHeartbeats(where: 'same' | 'next'): HeartbeatStream {
    const { client } = where === 'same' ? this.heartbeats.current() : this.heartbeats.next();
    return client.heartbeat();
  }

  /** A stream for a log, to the coordinator of the session: never on its connection, which logs would delay. */
  openPushLogs(over: () => void): PushStream {
    const { address } = this.session.current();
    if (this.logs?.address !== address) {
      this.logs?.client.close();
      this.logs = { address, client: openConnection(address, this.security) };
    }
    return this.logs.client.pushLogs(over);
  }

  private errorOf(cause: Error | undefined, address: string): SynodClientError {
    const { addresses } = this;
    if (cause === undefined)
      return clientError('unavailable', `the coordinator at ${address} ended the session`, { addresses });
    const error = toClientError(cause);
    if (error.code !== 'unavailable') return error;
    const message = `the session with the coordinator at ${address} broke: ${error.message}`;
    return clientError('unavailable', message, { reason: error.facts.reason, addresses, cause });
  }

  close(): void {
    this.session.close();
    this.heartbeats.close();
    this.logs?.client.close();
    this.logs = undefined;
  }
}

interface Connection {
  readonly address: string;
  readonly client: AgentServiceClient;
}

function openConnection(address: string, security: ClientSecurity): AgentServiceClient {
  return connect(services.AgentService, address, { insecure: false, ...security }, { ownConnection: true });
}

/** A connection to one of the addresses. The first `next` gives the first one. */
class RotatingConnection {
  private connection: Connection | undefined;

  constructor(
    private readonly addresses: readonly string[],
    private index: number,
    private readonly security: ClientSecurity,
  ) {}

  current(): Connection {
    if (this.connection !== undefined) return this.connection;
    const address = this.addresses[this.index % this.addresses.length] ?? '';
    this.connection = { address, client: openConnection(address, this.security) };
    this.index += 1;
    return this.connection;
  }

  next(): Connection {
    this.close();
    return this.current();
  }

  close(): void {
    this.connection?.client.close();
    this.connection = undefined;
  }
}
