import { connect } from '@synod/rpc';
import { services } from '@synod/wire';
import type { AgentServiceClient, WireAttemptRefInput, WireSessionResponse } from '@synod/wire';

export interface ThinAgentOptions {
  /** It begins at the one that its number says, and goes on to the next. */
  readonly addresses: readonly string[];
  readonly number: number;
  readonly workerId: string;
  readonly capacity: number;
}

/** From one session that broke to the next. */
const REOPEN_MS = 500;
/** A coordinator that gives no answer for so long is left. */
const WELCOME_TIMEOUT_MS = 5_000;

/**
 * What a coordinator sees of an agent, and nothing else: a session and heartbeats on connections of their own, attempts that are held
 * for ever. A thousand of them in one process take less of a processor than a thousand real ones would.
 */
export class ThinAgent {
  /** Sessions that broke. */
  disconnections = 0;
  private readonly incarnation = Date.now();
  private readonly held = new Map<string, WireAttemptRefInput>();
  private index: number;
  private session: AgentServiceClient | undefined;
  private heartbeats: AgentServiceClient | undefined;
  private heartbeatStream: ReturnType<AgentServiceClient['heartbeat']> | undefined;
  private sequence = 0;
  private welcomed: () => void = () => undefined;

  constructor(private readonly options: ThinAgentOptions) {
    this.index = options.number;
  }

  /** Resolves when a coordinator has taken it in. */
  start(): Promise<void> {
    return new Promise((resolve) => {
      this.welcomed = resolve;
      this.open();
    });
  }

  /** To be called once in each heartbeat interval. */
  beat(): void {
    const { workerId } = this.options;
    this.sequence += 1;
    this.heartbeatStream?.write({ workerId, incarnation: this.incarnation, sequence: this.sequence });
  }

  private open(): void {
    const { addresses, workerId, capacity } = this.options;
    const address = addresses[this.index % addresses.length] ?? '';
    this.index += 1;
    this.close();
    const session = connect(services.AgentService, address, { insecure: false }, { ownConnection: true });
    const heartbeats = connect(services.AgentService, address, { insecure: false }, { ownConnection: true });
    this.session = session;
    this.heartbeats = heartbeats;
    const stream = session.session();
    const timer = setTimeout(() => stream.cancel(), WELCOME_TIMEOUT_MS);
    let opened = false;
    stream.on('error', () => undefined);
    stream.on('data', (response: WireSessionResponse) => {
      this.take(response);
      if (!response.welcome) return;
      clearTimeout(timer);
      opened = true;
      this.beatOn(heartbeats);
      this.welcomed();
    });
    stream.on('status', () => {
      clearTimeout(timer);
      if (this.session !== session) return;
      if (opened) this.disconnections += 1;
      setTimeout(() => this.open(), REOPEN_MS * (0.5 + Math.random()));
    });
    const abilities = { runsExec: false, handlers: ['hold'], labels: {}, version: 'bench', host: 'bench' };
    const held = [...this.held.values()];
    stream.write({ hello: { workerId, incarnation: this.incarnation, capacity, held, ...abilities } });
  }

  private beatOn(heartbeats: AgentServiceClient): void {
    const stream = heartbeats.heartbeat();
    stream.on('error', () => undefined);
    stream.on('data', () => undefined);
    this.heartbeatStream = stream;
    this.beat();
  }

  private take({ assignments, cancellations, welcome }: WireSessionResponse): void {
    for (const { jobId, attempt, fencingToken } of assignments?.assignments ?? []) {
      this.held.set(jobId, { jobId, attempt, fencingToken });
    }
    const gone = [...(cancellations?.attempts ?? []), ...(welcome?.outdated ?? [])];
    for (const { jobId } of gone) this.held.delete(jobId);
  }

  private close(): void {
    this.session?.close();
    this.heartbeats?.close();
    this.heartbeatStream = undefined;
  }
}
