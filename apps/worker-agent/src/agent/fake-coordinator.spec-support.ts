import {
  Metadata,
  Server,
  ServerCredentials,
  status,
  type ServerDuplexStream,
  type ServerReadableStream,
} from '@grpc/grpc-js';
import { encodeStatus } from '@synod/rpc';
import { loadWire, services } from '@synod/wire';
import type {
  WireAttemptReport,
  WireHeartbeatRequest,
  WireHeartbeatResponseInput,
  WireHello,
  WireNode,
  WireRegisterNodeRequest,
  WireJobSpecInput,
  WirePushLogsRequest,
  WireReportGuardEndedRequest,
  WireSessionRequest,
  WireSessionResponseInput,
} from '@synod/wire';
import { eventually } from '../shared/process.spec-support.js';

type SessionCall = ServerDuplexStream<WireSessionRequest, WireSessionResponseInput>;

/** One session of an agent, as its coordinator sees it. */
export class FakeSession {
  hello: WireHello | undefined;
  readonly reports: WireAttemptReport[] = [];
  readonly sequences: string[] = [];
  goodbye = false;
  /** Why it drains; undefined while it doesn't. */
  draining: string | undefined;
  over = false;

  constructor(
    readonly call: SessionCall,
    readonly coordinator: FakeCoordinator,
  ) {
    call.on('data', (message: WireSessionRequest) => this.#receive(message));
    for (const event of ['end', 'cancelled', 'error', 'close']) call.on(event, () => (this.over = true));
  }

  send(message: WireSessionResponseInput): void {
    this.call.write(message);
  }

  assign(jobId: string, counter: number, script: string, rest: Partial<WireJobSpecInput> = {}): void {
    const exec = { command: 'sh', args: ['-c', script] };
    const assignment = { jobId, attempt: 1, fencingToken: token(counter), spec: { exec, ...rest } };
    this.send({ assignments: { assignments: [assignment] } });
  }

  /** Ends the session as a coordinator does that goes away. */
  break(): void {
    this.call.emit('error', { code: status.UNAVAILABLE, details: 'going away' });
    this.over = true;
  }

  #receive(message: WireSessionRequest): void {
    if (message.hello) {
      this.hello = message.hello;
      if (this.coordinator.newestIncarnation > Number(message.hello.incarnation)) return this.#refuse();
      this.coordinator.newestIncarnation = Number(message.hello.incarnation);
      const { clusterId, coordinatorId, outdated } = this.coordinator;
      this.send({ welcome: { clusterId, coordinatorId, heartbeatIntervalMs: 200, outdated } });
    } else if (message.reports) {
      this.reports.push(...message.reports.reports);
      this.sequences.push(message.reports.sequence);
      if (this.coordinator.acknowledges) this.send({ reportsAcknowledged: { sequences: [message.reports.sequence] } });
    } else if (message.draining) {
      this.draining = message.draining.reason;
    } else if (message.goodbye) {
      this.goodbye = true;
      this.call.end();
    }
  }

  #refuse(): void {
    const refusal = encodeStatus({
      status: 'FAILED_PRECONDITION',
      reason: 'INCARNATION_OUTDATED',
      message: 'a newer incarnation has registered',
      metadata: {},
      violations: [],
      retryAfterMs: undefined,
    });
    const metadata = new Metadata();
    metadata.set('grpc-status-details-bin', loadWire().messages.Status.serialize(refusal));
    this.call.emit('error', { code: refusal.code, details: refusal.message, metadata });
  }
}

/** Fencing token number `counter` of generation 1. */
export function token(counter: number): string {
  return (2n ** 48n + BigInt(counter)).toString();
}

/** A coordinator's AgentService on loopback whose decisions are a test's. */
export class FakeCoordinator {
  clusterId = 'cluster-1';
  coordinatorId = 'c1';
  acknowledges = true;
  outdated: { jobId: string; attempt: number; fencingToken: string }[] = [];
  newestIncarnation = 0;
  /** Ballot that confirms heartbeats; undefined: none are confirmed. */
  leader: { round: number; priority: number; nodeId: string } | undefined = { round: 5, priority: 1, nodeId: 'c1' };
  readsLogs = true;
  heartbeats = 0;
  readonly sessions: FakeSession[] = [];
  readonly guardsEnded: WireReportGuardEndedRequest[] = [];
  readonly logs: WirePushLogsRequest[] = [];
  logCalls: ServerReadableStream<WirePushLogsRequest, unknown>[] = [];
  logsOver = 0;
  address = '';
  /** Coordinators that its registry knows. */
  nodes: { nodeId: string; kind: 'NODE_KIND_COORDINATOR'; address: string }[] = [];
  readonly registered: WireNode[] = [];
  readonly deregistered: string[] = [];
  readonly #server = new Server();

  async start(): Promise<this> {
    this.#server.addService(services.AgentService.service, {
      Session: (call: SessionCall) => void this.sessions.push(new FakeSession(call, this)),
      Heartbeat: (call: ServerDuplexStream<WireHeartbeatRequest, WireHeartbeatResponseInput>) => {
        call.on('data', ({ sequence }: WireHeartbeatRequest) => {
          this.heartbeats += 1;
          if (this.leader !== undefined) call.write({ sequence, leader: this.leader });
        });
        call.on('error', () => undefined);
      },
      PushLogs: (
        call: ServerReadableStream<WirePushLogsRequest, unknown>,
        answer: (error: null, it: object) => void,
      ) => {
        this.logCalls.push(call);
        call.on('data', (message: WirePushLogsRequest) => {
          this.logs.push(message);
          if (!this.readsLogs) call.pause();
        });
        call.on('error', () => undefined);
        call.on('end', () => {
          this.logsOver += 1;
          answer(null, {});
        });
      },
      ReportGuardEnded: (call: { request: WireReportGuardEndedRequest }, answer: (error: null, it: object) => void) => {
        this.guardsEnded.push(call.request);
        answer(null, {});
      },
    });
    this.#serveRegistry();
    const port = await new Promise<number>((resolve, reject) => {
      this.#server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      );
    });
    this.address = `127.0.0.1:${port}`;
    return this;
  }

  #serveRegistry(): void {
    this.#server.addService(services.RegistryService.service, {
      RegisterNode: (call: { request: WireRegisterNodeRequest }, answer: (error: null, it: object) => void) => {
        if (call.request.node !== null) this.registered.push(call.request.node);
        answer(null, {});
      },
      DeregisterNode: (call: { request: { nodeId: string } }, answer: (error: null, it: object) => void) => {
        this.deregistered.push(call.request.nodeId);
        answer(null, {});
      },
      ListNodes: (_call: unknown, answer: (error: null, it: object) => void) => answer(null, { nodes: this.nodes }),
      WatchNodes: (call: { write(message: object): void }) => call.write({ nodes: this.nodes }),
    });
  }

  /** As a coordinator does that is killed: connections break, nobody listens. */
  kill(): void {
    this.#server.forceShutdown();
  }

  /** Session number `index` (from 0), once its Hello came. */
  session(index: number): Promise<FakeSession> {
    return eventually(`session ${index} opens`, () => {
      const session = this.sessions[index];
      return session?.hello === undefined ? undefined : session;
    });
  }

  /** The end of a job's attempt, from whichever session. */
  ended(jobId: string): Promise<WireAttemptReport> {
    return eventually(`${jobId} is reported as ended`, () => this.reportsOf(jobId).find((it) => it.end !== null));
  }

  reportsOf(jobId: string): WireAttemptReport[] {
    return this.sessions.flatMap((session) => session.reports).filter((it) => it.jobId === jobId);
  }

  /** What came of a stream, in order. */
  text(stream: 'LOG_STREAM_STDOUT' | 'LOG_STREAM_STDERR'): string {
    const chunks = this.logs.flatMap((it) => (it.chunk?.stream === stream ? [it.chunk.data] : []));
    return Buffer.concat(chunks).toString();
  }
}
