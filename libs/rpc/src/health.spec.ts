import { credentials, makeGenericClientConstructor, status } from '@grpc/grpc-js';
import type { ClientDuplexStream, ServiceDefinition } from '@grpc/grpc-js';
import { service as healthService } from 'grpc-health-check';
import { Bench } from './rpc.spec-support.js';

const bench = new Bench();
afterEach(() => bench.close());

describe('health and reflection', () => {
  it('answers the standard health check per service', async () => {
    const server = bench.server();
    server.setServing('synod.v1.JobService', true);
    server.setServing('', false);
    const address = await server.listen('127.0.0.1:0');
    const Health = makeGenericClientConstructor(healthService, 'Health');
    const client = bench.keep(new Health(address, credentials.createInsecure()));
    const check = (service: string) =>
      new Promise((resolve, reject) => {
        const method = client['check'] as (
          request: object,
          callback: (error: Error | null, response: { status: string }) => void,
        ) => void;
        method.call(client, { service }, (error, response) => (error ? reject(error) : resolve(response.status)));
      });
    expect(await check('synod.v1.JobService')).toBe('SERVING');
    expect(await check('')).toBe('NOT_SERVING');
    await expect(check('nobody')).rejects.toMatchObject({ code: status.NOT_FOUND });
  });

  it('describes a type by the file that declares it, and the files of its imports', async () => {
    const address = await bench.serve({});
    const definition = reflectionDefinition();
    const Reflection = makeGenericClientConstructor(definition, 'Reflection');
    const client = bench.keep(new Reflection(address, credentials.createInsecure()));
    const stream = (client['info'] as () => ClientDuplexStream<Buffer, Buffer>).call(client);
    const answer = new Promise<Buffer>((resolve, reject) => stream.once('data', resolve).once('error', reject));
    // ServerReflectionRequest { file_containing_symbol: "synod.v1.AttemptEnd" }
    const symbol = Buffer.from('synod.v1.AttemptEnd');
    stream.write(Buffer.concat([Buffer.from([0x22, symbol.length]), symbol]));
    const text = (await answer).toString('latin1');
    expect(text).toContain('synod/v1/agent_service.proto');
    expect(text).toContain('synod/v1/job.proto');
    expect(text).toContain('stdout_tail');
    stream.end();
  });
});

/** The reflection service with raw bytes: enough to see that it answers. */
function reflectionDefinition(): ServiceDefinition {
  const same = (bytes: Buffer) => bytes;
  return {
    info: {
      path: '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
      requestStream: true,
      responseStream: true,
      requestSerialize: same,
      requestDeserialize: same,
      responseSerialize: same,
      responseDeserialize: same,
    },
  };
}
