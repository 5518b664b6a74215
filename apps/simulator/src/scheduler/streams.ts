import { rpcError } from '@synod/rpc';
import type { RpcError } from '@synod/rpc';
import type { StreamModules } from './links.js';
import type { SimulatedProcess } from './process.js';

/** What the owner of one end of a call hears. */
export interface EndListener {
  data(bytes: Uint8Array): void;
  /** The call is over; without an error, in order. Once, and never because of this end's own `close`. */
  closed(error: RpcError | undefined): void;
}

type Frame =
  | { readonly kind: 'open' }
  | { readonly kind: 'data'; readonly bytes: Uint8Array }
  | { readonly kind: 'close'; readonly error: RpcError | undefined };

/** A process that takes calls, on a machine that has one such process at a time. */
export interface Listener {
  readonly process: SimulatedProcess;
  accept(method: string, end: CallEnd): void;
}

const RETRANSMISSION_MS = 200;
/** As `libs/rpc` sets them: a ping after so long without an answer for so long. The client's, then the server's. */
const KEEPALIVE_MS = [6_000, 10_000] as const;
const LOOK_INTERVAL_MS = 500;

/** One end of a call. Its frames reach the other end in order, unless the call breaks. */
export class CallEnd {
  listener: EndListener | undefined;
  open = true;
  silentMs = 0;
  readonly held: Frame[] = [];
  lastArrivalMs = 0;
  peer: CallEnd | undefined;

  constructor(
    readonly machine: string,
    readonly keepaliveMs: number,
    private readonly streams: Streams,
    public process: SimulatedProcess | undefined,
  ) {}

  send(bytes: Uint8Array): void {
    if (this.open && this.process?.alive === true) this.streams.carry(this, { kind: 'data', bytes });
  }

  /** Ends the call, with a status when an error is given. */
  close(error?: RpcError): void {
    if (!this.open || this.process?.alive !== true) return;
    this.open = false;
    this.streams.carry(this, { kind: 'close', error });
  }

  /** The process heard that the other end is gone. */
  broken(error: RpcError | undefined): void {
    if (!this.open) return;
    this.open = false;
    this.process?.enter(() => this.listener?.closed(error));
  }
}

/** Calls between processes: connections that keep order, stall while a link is cut, and break when that lasts or a process dies. */
export class Streams {
  private readonly listeners = new Map<string, Listener>();
  private calls: [CallEnd, CallEnd][] = [];

  constructor(private readonly modules: StreamModules) {
    modules.links.onMended(() => this.release());
    modules.time.every(LOOK_INTERVAL_MS, () => this.look());
  }

  listen(machine: string, listener: Listener): void {
    this.listeners.set(machine, listener);
  }

  call(from: { readonly machine: string; readonly process: SimulatedProcess }, to: string, method: string): CallEnd {
    const client = new CallEnd(from.machine, KEEPALIVE_MS[0], this, from.process);
    const server = new CallEnd(to, KEEPALIVE_MS[1], this, undefined);
    client.peer = server;
    server.peer = client;
    this.calls.push([client, server]);
    this.carry(client, { kind: 'open' }, method);
    return client;
  }

  /** SIGKILL: the kernel closes its connections. When the whole machine stopped, nobody does. */
  processDied(process: SimulatedProcess, machineIsUp: boolean): void {
    for (const ends of this.calls) {
      for (const end of ends) {
        if (end.process !== process || !end.open) continue;
        end.open = false;
        if (machineIsUp) this.carry(end, { kind: 'close', error: unreachable() });
      }
    }
  }

  carry(from: CallEnd, frame: Frame, method = ''): void {
    const { peer } = from;
    if (peer === undefined) return;
    if (frame.kind === 'open') this.schedule(from, peer, frame, method);
    else if (from.held.length > 0 || !this.passes(from, peer)) from.held.push(frame);
    else this.schedule(from, peer, frame, method);
  }

  /** Nothing is sent before the connection stands, nor over a link that is cut. */
  private passes(from: CallEnd, to: CallEnd): boolean {
    return to.process !== undefined && !this.modules.links.isCut(from.machine, to.machine);
  }

  private schedule(from: CallEnd, to: CallEnd, frame: Frame, method: string): void {
    const { time, random, delays } = this.modules;
    const { minDelayMs, maxDelayMs, lossRate } = delays;
    const delayMs = random.between(minDelayMs, maxDelayMs) + (random.chance(lossRate) ? RETRANSMISSION_MS : 0);
    from.lastArrivalMs = Math.max(from.lastArrivalMs, time.nowMs + delayMs);
    time.after(from.lastArrivalMs - time.nowMs, () => this.arrive(from, to, frame, method));
  }

  private arrive(from: CallEnd, to: CallEnd, frame: Frame, method: string): void {
    if (frame.kind === 'open') return this.accept(from, to, method);
    if (!to.open) return;
    if (frame.kind === 'close') return to.broken(frame.error);
    const { bytes } = frame;
    to.process?.enter(() => {
      if (to.open) to.listener?.data(bytes);
    });
  }

  /** A connection that can't be made now is tried until the keepalive of the client gives up; a refused one breaks at once. */
  private accept(client: CallEnd, server: CallEnd, method: string): void {
    const { time, links } = this.modules;
    if (!client.open) return;
    if (links.isCut(client.machine, server.machine) || links.isCut(server.machine, client.machine)) {
      time.after(RETRANSMISSION_MS, () => this.accept(client, server, method));
      return;
    }
    const listener = this.listeners.get(server.machine);
    if (listener === undefined || !listener.process.alive) {
      time.after(0.1, () => client.broken(unreachable()));
      return;
    }
    server.process = listener.process;
    this.releaseFrom(client, server);
    listener.process.enter(() => listener.accept(method, server));
  }

  private release(): void {
    for (const [client, server] of this.calls) {
      this.releaseFrom(client, server);
      this.releaseFrom(server, client);
    }
  }

  private releaseFrom(from: CallEnd, to: CallEnd): void {
    if (from.held.length === 0 || !this.passes(from, to)) return;
    for (const frame of from.held.splice(0)) this.schedule(from, to, frame, '');
  }

  /** Keepalive: an end whose pings find no answer for too long is broken. */
  private look(): void {
    this.calls = this.calls.filter(([client, server]) => client.open || (server.open && server.process !== undefined));
    for (const [client, server] of this.calls) {
      const { links } = this.modules;
      const passes = !links.isCut(client.machine, server.machine) && !links.isCut(server.machine, client.machine);
      for (const [end, other] of [
        [client, server],
        [server, client],
      ] as const) {
        const answered = passes && other.process?.running === true;
        end.silentMs = answered ? 0 : end.silentMs + LOOK_INTERVAL_MS;
        if (end.silentMs >= end.keepaliveMs && end.process?.running === true) end.broken(unreachable());
      }
    }
  }
}

export function unreachable(): RpcError {
  return rpcError('UNAVAILABLE', 'UNREACHABLE', 'the connection broke');
}
