import { credentials, loadPackageDefinition } from '@grpc/grpc-js';
import type { Client, ClientDuplexStream, GrpcObject, ServiceError } from '@grpc/grpc-js';
import { loadFileDescriptorSetFromBuffer, loadSync } from '@grpc/proto-loader';
import { dirname, join } from 'node:path';
import { LocalCluster } from './harness/cluster.js';

type Unary = (request: unknown, answer: (error: ServiceError | null, response: unknown) => void) => void;
type AnyClient = Client & Readonly<Record<string, Unary>>;

/** gRPC's own description of its reflection service: all that this client knows beforehand. */
const REFLECTION = join(
  dirname(require.resolve('@grpc/reflection/package.json')),
  'build/proto/grpc/reflection/v1/reflection.proto',
);

interface ReflectionAnswer {
  readonly listServicesResponse?: { readonly service: readonly { readonly name: string }[] };
  readonly fileDescriptorResponse?: { readonly fileDescriptorProto: readonly Buffer[] };
  readonly errorResponse?: { readonly errorMessage: string };
}

/** A client that learns everything from the server, as grpcurl does. */
class ReflectingClient {
  private constructor(
    private readonly address: string,
    private readonly types: GrpcObject,
    readonly services: readonly string[],
  ) {}

  static async connect(address: string): Promise<ReflectingClient> {
    const { listServicesResponse } = await ask(address, { listServices: '' });
    const services = (listServicesResponse?.service ?? []).map(({ name }) => name);
    const files = new Map<string, Buffer>();
    for (const fileContainingSymbol of services) {
      const { fileDescriptorResponse } = await ask(address, { fileContainingSymbol });
      for (const file of fileDescriptorResponse?.fileDescriptorProto ?? []) files.set(file.toString('base64'), file);
    }
    const set = Buffer.concat([...files.values()].flatMap((file) => [Buffer.from([0x0a]), varint(file.length), file]));
    const definition = loadFileDescriptorSetFromBuffer(set, { longs: String, enums: String, defaults: true });
    return new ReflectingClient(address, loadPackageDefinition(definition), services);
  }

  call(service: string, method: string, request: unknown): Promise<unknown> {
    const constructor = service.split('.').reduce<unknown>((at, name) => (at as GrpcObject)[name], this.types);
    const client = new (constructor as new (...args: unknown[]) => AnyClient)(
      this.address,
      credentials.createInsecure(),
    );
    return new Promise<unknown>((resolve, reject) => {
      client[method]?.(request, (error, response) => {
        if (error === null) resolve(response);
        else reject(error);
      });
    }).finally(() => {
      client.close();
    });
  }
}

function ask(address: string, request: object): Promise<ReflectionAnswer> {
  const { grpc } = loadPackageDefinition(loadSync(REFLECTION, { oneofs: true })) as unknown as {
    grpc: { reflection: { v1: { ServerReflection: new (...args: unknown[]) => Client } } };
  };
  const client = new grpc.reflection.v1.ServerReflection(address, credentials.createInsecure());
  const stream = (
    client as unknown as {
      serverReflectionInfo(): ClientDuplexStream<object, ReflectionAnswer>;
    }
  ).serverReflectionInfo();
  return new Promise<ReflectionAnswer>((resolve, reject) => {
    stream.on('data', (answer: ReflectionAnswer) => {
      stream.end();
      if (answer.errorResponse === undefined) resolve(answer);
      else reject(new Error(answer.errorResponse.errorMessage));
    });
    stream.on('error', reject);
    stream.write(request);
  }).finally(() => {
    client.close();
  });
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Buffer.from([...bytes, rest]);
}

describe('a client that knows reflection alone (1 coordinator)', () => {
  let cluster: LocalCluster;
  let client: ReflectingClient;

  beforeAll(async () => {
    cluster = await LocalCluster.start({ coordinators: 1, agents: 0 });
    client = await ReflectingClient.connect(cluster.addresses[0] ?? '');
  }, 60_000);

  afterAll(() => cluster.stop(), 60_000);

  it('finds the services', () => {
    expect(client.services).toEqual(
      expect.arrayContaining(['synod.v1.JobService', 'synod.v1.QueueService', 'synod.v1.ScheduleService']),
    );
  });

  it('submits a job and lists it', async () => {
    const spec = { exec: { command: 'echo', args: ['hi'] }, queue: 'reflected' };
    // The loader keeps the names of the proto.
    const { job_id } = (await client.call('synod.v1.JobService', 'submitJob', { spec })) as { job_id: string };
    const listed = await client.call('synod.v1.JobService', 'listJobs', { queue: 'reflected' });
    expect(listed).toMatchObject({ jobs: [{ job_id, state: 'JOB_STATE_READY', spec: { exec: { command: 'echo' } } }] });
  });

  it('values of enums that the coordinator does not know are refused, and the answer names the field', async () => {
    for (const more of [{ mode: 99 }, { placement: 99 }]) {
      const submitted = client.call('synod.v1.JobService', 'submitJob', {
        spec: { exec: { command: 'true' }, ...more },
      });
      await expect(submitted).rejects.toMatchObject({
        code: 3,
        details: expect.stringContaining(Object.keys(more)[0] ?? '') as string,
      });
    }
  });
});
