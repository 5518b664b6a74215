import type { CancelTimer, Logger, Timers } from '@synod/base';
import type { NodeId } from '@synod/consensus';
import { workerHeardFromWire } from '@synod/contracts';
import type { WorkerHeard } from '@synod/contracts';
import type { WireForwardRequestInput, WireForwardResponse, WireHeartbeatRequestInput } from '@synod/wire';

/** The part of a Forward call that the link needs. */
export interface ForwardCall {
  write(request: WireForwardRequestInput): boolean;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'end', listener: () => void): unknown;
  on(event: 'data', listener: (response: WireForwardResponse) => void): unknown;
  cancel(): void;
}

/** The link broke, or the other side does not lead: the outcome of what was sent is unknown. */
export class LinkBroken extends Error {
  override readonly name = 'LinkBroken';
}

interface Request {
  resolve: (response: WireForwardResponse) => void;
  reject: (error: Error) => void;
}

export interface LeaderLinkModules {
  readonly open: (leader: NodeId) => ForwardCall;
  readonly timers: Timers;
  readonly logger: Logger;
  /** The link stands, for the first time or again: what is unanswered should be sent. */
  readonly ready: () => void;
}

/** A leader that can't be reached is tried again after so long, and twice as long with each failure. */
const RECONNECT_MIN_MS = 50;
const RECONNECT_MAX_MS = 1_000;

/** A follower's stream to the leader, for its commands, read-index requests and relayed heartbeats. */
export class LeaderLink {
  private leader: NodeId | undefined;
  private call: ForwardCall | undefined;
  private readonly requests = new Map<string, Request>();
  private nextRequestId = 1;
  private cancelReconnect: CancelTimer = () => undefined;
  /** Links in a row that broke before the leader answered anything. */
  private failures = 0;

  constructor(private readonly modules: LeaderLinkModules) {}

  /** Undefined when this node leads or no leader is known. */
  setLeader(leader: NodeId | undefined): void {
    if (leader === this.leader) return;
    this.leader = leader;
    this.failures = 0;
    this.disconnect();
    this.connect();
  }

  /** Requests that the leader has not answered. */
  get requestCount(): number {
    return this.requests.size;
  }

  /** A stream to the leader is open, or being opened. */
  get isUp(): boolean {
    return this.call !== undefined;
  }

  stop(): void {
    this.leader = undefined;
    this.disconnect();
  }

  /** Resolves when the leader applied or refused them all. Rejects when the link broke: the outcome is unknown. */
  sendCommands(commands: readonly Uint8Array[]): Promise<WireForwardResponse> {
    return this.request({ commands: { commands: commands as Buffer[] } });
  }

  /** Resolves with the slot to wait for before a linearizable read. */
  async readIndex(): Promise<number> {
    const response = await this.request({ readIndex: {} });
    if (!response.readIndexed) throw new LinkBroken('the leader refused the read');
    return Number(response.readIndexed.appliedSlot);
  }

  relayHeartbeats(
    heartbeats: WireHeartbeatRequestInput[],
    disconnected: WireHeartbeatRequestInput[],
    nodes: WireHeartbeatRequestInput[] = [],
  ): Promise<WireForwardResponse> {
    return this.request({ heartbeats: { heartbeats, disconnected, nodes } });
  }

  /** Tells the leader these states, and resolves with what a majority agrees on. */
  async compareStates(
    nodeId: NodeId,
    hashes: readonly { readonly slot: number; readonly hash: string }[],
  ): Promise<{ slot: number; hash: string }[]> {
    const wire = hashes.map(({ slot, hash }) => ({ slot: String(slot), hash }));
    const response = await this.request({ stateHashes: { nodeId, hashes: wire } });
    if (!response.stateHashesAgreed) throw new LinkBroken('the leader compared nothing');
    return response.stateHashesAgreed.hashes.map(({ slot, hash }) => ({ slot: Number(slot), hash }));
  }

  /** What the leader knows of this worker, or of all that are online. */
  async workersHeard(workerId = ''): Promise<readonly WorkerHeard[]> {
    const response = await this.request({ workersHeard: { workerId } });
    if (!response.workersHeard) throw new LinkBroken('the leader says nothing of workers');
    return response.workersHeard.workers.map(workerHeardFromWire);
  }

  private request(message: WireForwardRequestInput): Promise<WireForwardResponse> {
    const call = this.call;
    if (call === undefined) return Promise.reject(new LinkBroken('no link to a leader'));
    const requestId = String(this.nextRequestId++);
    return new Promise((resolve, reject) => {
      this.requests.set(requestId, { resolve, reject });
      call.write({ ...message, requestId });
    });
  }

  private connect(): void {
    if (this.leader === undefined) return;
    const call = this.modules.open(this.leader);
    this.call = call;
    call.on('data', (response) => {
      this.failures = 0;
      const request = this.requests.get(response.requestId);
      this.requests.delete(response.requestId);
      request?.resolve(response);
    });
    const broken = (): void => {
      if (this.call !== call) return;
      this.disconnect();
      const delayMs = Math.min(RECONNECT_MIN_MS * 2 ** this.failures, RECONNECT_MAX_MS);
      this.failures += 1;
      this.modules.logger.debug({ leader: this.leader, delayMs }, 'the link to the leader broke');
      this.cancelReconnect = this.modules.timers.after(delayMs, () => {
        this.connect();
      });
    };
    call.on('error', broken);
    call.on('end', broken);
    this.modules.ready();
  }

  private disconnect(): void {
    this.cancelReconnect();
    const call = this.call;
    this.call = undefined;
    call?.cancel();
    const unanswered = [...this.requests.values()];
    this.requests.clear();
    for (const request of unanswered) request.reject(new LinkBroken('the link to the leader broke'));
  }
}
