import { connect, createServer, type Server, type Socket } from 'node:net';
import {
  bidi,
  createRpcServer,
  clientStream,
  rpcError,
  serverStream,
  unary,
  unimplemented,
  type RpcServer,
} from '@synod/rpc';
import {
  services,
  type WireCheckFenceRequest,
  type WireCheckFenceResponseInput,
  type WireGetJobLogsRequest,
  type WireGetJobLogsResponseInput,
  type WireHeartbeatRequest,
  type WireHeartbeatResponseInput,
  type WireJobInput,
  type WireSessionRequest,
  type WireSessionResponseInput,
  type WireSetWorkerSchedulingRequest,
  type WireSubmitJobRequest,
  type WireSubmission,
  type WireSubmissionAnswerInput,
  type WireSubmitStreamRequest,
  type WireWatchEventsRequest,
  type WireWatchEventsResponseInput,
  type WireWorkerInput,
} from '@synod/wire';

export interface Writer<Response> {
  write(response: Response): unknown;
  end(): void;
}

export interface Duplex<Request, Response> extends Writer<Response> {
  on(event: 'data', listener: (request: Request) => void): unknown;
  on(event: 'end', listener: () => void): unknown;
}

/** What a test wants its coordinators to answer; shared by them, as their state is. */
export interface FakeBehaviour {
  submitJob?(request: WireSubmitJobRequest, from: FakeCoordinator): { jobId: string; replayed?: boolean };
  submitStream?(submission: WireSubmission, from: FakeCoordinator): WireSubmissionAnswerInput | undefined;
  /** Each message, with how many submissions it carries. */
  submitMessage?(submissions: number): void;
  getJob?(jobId: string, from: FakeCoordinator): WireJobInput;
  listJobs?(pageToken: string): { jobs: WireJobInput[]; nextPageToken: string };
  watch?(request: WireWatchEventsRequest, stream: Writer<WireWatchEventsResponseInput>, from: FakeCoordinator): void;
  logs?(request: WireGetJobLogsRequest, stream: Writer<WireGetJobLogsResponseInput>, from: FakeCoordinator): void;
  checkFence?(request: WireCheckFenceRequest): WireCheckFenceResponseInput;
  getWorker?(workerId: string): WireWorkerInput;
  setWorkerScheduling?(request: WireSetWorkerSchedulingRequest, from: FakeCoordinator): void;
  session?(stream: Duplex<WireSessionRequest, WireSessionResponseInput>, from: FakeCoordinator): void;
  heartbeat?(stream: Duplex<WireHeartbeatRequest, WireHeartbeatResponseInput>, from: FakeCoordinator): void;
}

const notToday = () => rpcError('UNIMPLEMENTED', 'FAKE', 'this fake does not answer that');

/** A coordinator without a cluster, on loopback. */
export class FakeCoordinator {
  address = '';
  private server: RpcServer | undefined;
  private door: FrontDoor | undefined;

  constructor(
    readonly id: string,
    private readonly behaviour: FakeBehaviour,
  ) {}

  async start(): Promise<this> {
    const { behaviour } = this;
    const server = createRpcServer({ security: { insecure: false }, reflection: false });
    server.addService(services.JobService, {
      submitJob: unary(async (request) => (behaviour.submitJob ?? fail)(request, this)),
      submitJobs: unimplemented,
      submitStream: bidi((stream) => {
        stream.on('data', ({ submissions }: WireSubmitStreamRequest) => {
          behaviour.submitMessage?.(submissions.length);
          for (const submission of submissions) {
            const answer = behaviour.submitStream?.(submission, this);
            if (answer !== undefined) stream.write({ answers: [answer] });
          }
        });
        stream.on('end', () => stream.end());
      }),
      getJob: unary(async ({ jobId }) => ({ job: (behaviour.getJob ?? fail)(jobId, this) })),
      listJobs: unary(async ({ pageToken }) => (behaviour.listJobs ?? fail)(pageToken)),
      cancelJob: unary(async () => ({ alreadyFinal: false })),
      retryJob: unimplemented,
      changeJob: unimplemented,
      explainJob: unimplemented,
      checkFence: unary(async (request) => (behaviour.checkFence ?? fail)(request)),
      watchEvents: serverStream((request, stream) => (behaviour.watch ?? fail)(request, stream, this)),
      getJobLogs: serverStream((request, stream) => (behaviour.logs ?? fail)(request, stream, this)),
    });
    server.addService(services.WorkerService, {
      listWorkers: unimplemented,
      getWorker: unary(async ({ workerId }) => ({ worker: (behaviour.getWorker ?? fail)(workerId) })),
      setWorkerScheduling: unary(async (request) => {
        (behaviour.setWorkerScheduling ?? fail)(request, this);
        return {};
      }),
    });
    server.addService(services.AgentService, {
      session: bidi((stream) => (behaviour.session ?? fail)(stream, this)),
      heartbeat: bidi((stream) => (behaviour.heartbeat ?? answerHeartbeats)(stream, this)),
      pushLogs: clientStream(async () => ({})),
      reportGuardEnded: unary(async () => ({})),
    });
    this.door = new FrontDoor(await server.listen('127.0.0.1:0'));
    this.address = await this.door.open();
    this.server = server;
    return this;
  }

  /** Ends at once, as a killed process does. */
  async kill(): Promise<void> {
    this.door?.slam();
    await this.server?.stop(0);
  }
}

/** Passes connections on to a server. A grpc-js server that is shut down does not break its connections at once; this does. */
class FrontDoor {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  constructor(backAddress: string) {
    const [host = '', port = ''] = backAddress.split(':');
    this.server = createServer((front) => {
      const back = connect(Number(port), host);
      for (const [from, to] of [
        [front, back],
        [back, front],
      ] as const) {
        this.sockets.add(from);
        from.pipe(to);
        from.on('error', () => to.destroy());
        from.on('close', () => this.sockets.delete(from));
      }
    });
  }

  open(): Promise<string> {
    return new Promise((resolve) => {
      this.server.listen(0, '127.0.0.1', () => {
        const bound = this.server.address();
        resolve(`127.0.0.1:${bound !== null && typeof bound === 'object' ? bound.port : 0}`);
      });
    });
  }

  slam(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }
}

function fail(): never {
  throw notToday();
}

export function answerHeartbeats(stream: Duplex<WireHeartbeatRequest, WireHeartbeatResponseInput>): void {
  stream.on('data', ({ sequence }) => stream.write({ sequence, leader: { round: 1, priority: 0, nodeId: 'c1' } }));
  stream.on('end', () => stream.end());
}

/** A job on the wire. */
export function wireJob(
  jobId: string,
  state: WireJobInput['state'] = 'JOB_STATE_RUNNING',
  more: WireJobInput = {},
): WireJobInput {
  return { jobId, state, spec: { exec: { command: 'true' } }, submittedAtMs: '1', revision: '1', ...more };
}

/** Lets a test wait for something that a server sees. */
export class Signal<Value = void> {
  readonly happened: Promise<Value>;
  resolve: (value: Value) => void = () => undefined;

  constructor() {
    this.happened = new Promise((resolve) => (this.resolve = resolve));
  }
}
