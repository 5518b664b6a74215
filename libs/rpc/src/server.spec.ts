import { createServer } from 'node:net';
import { credentials, makeGenericClientConstructor, status } from '@grpc/grpc-js';
import { services } from '@synod/wire';
import { bidi, callUnary, invalidArgument, messagesOf, rpcError, serverStream, toRpcError, unary } from './index.js';
import { Bench, failure, recordingLogger } from './rpc.spec-support.js';

const bench = new Bench();
afterEach(() => bench.close());

describe('listening', () => {
  it('resolves with the bound address when port 0 was asked for', async () => {
    expect(await bench.server().listen('127.0.0.1:0')).toMatch(/^127\.0\.0\.1:[1-9]\d*$/);
    expect(await bench.server().listen('localhost:0')).toMatch(/^127\.0\.0\.1:[1-9]\d*$/);
  });

  it('serves IPv6 loopback without TLS', async () => {
    const address = await bench.serve({ getJob: unary(() => ({})) }, {}, '[::1]:0');
    expect(address).toMatch(/^\[::1\]:\d+$/);
    await expect(callUnary(bench.client(address), 'getJob', { jobId: 'j' })).resolves.toEqual({ job: null });
  });

  it.each(['0.0.0.0:0', '[::]:0', '192.0.2.1:0', 'example.org:0'])(
    'refuses %s without TLS and without insecure',
    async (address) => {
      await expect(bench.server().listen(address)).rejects.toMatchObject({ code: 'insecureAddress' });
    },
  );

  it('serves other addresses when insecure is said', async () => {
    const server = bench.server({ security: { insecure: true } });
    expect(await server.listen('0.0.0.0:0')).toMatch(/^0\.0\.0\.0:\d+$/);
  });

  it('refuses a port in use with a code of its own', async () => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
    const { port } = blocker.address() as { port: number };
    try {
      await expect(bench.server().listen(`127.0.0.1:${port}`)).rejects.toMatchObject({ code: 'addressInUse' });
      await expect(bench.server().listen(`localhost:${port}`)).rejects.toMatchObject({ code: 'addressInUse' });
    } finally {
      blocker.close();
    }
  });

  it('refuses an address of another host, and what is no address', async () => {
    const server = bench.server({ security: { insecure: true } });
    await expect(server.listen('192.0.2.1:0')).rejects.toMatchObject({ code: 'addressUnavailable' });
    for (const address of ['localhost', ':7401', 'host:99999', '::1:7401', 'http://host:1', 'a b:1'])
      await expect(server.listen(address)).rejects.toMatchObject({ code: 'addressInvalid' });
  });

  it('refuses after stop, and stops twice', async () => {
    const server = bench.server();
    await server.listen('127.0.0.1:0');
    await Promise.all([server.stop(0), server.stop(0)]);
    await expect(server.listen('127.0.0.1:0')).rejects.toMatchObject({ code: 'serverStopped' });
  });
});

describe('failures of handlers', () => {
  it('reach the client with reason, violations, metadata and retry delay', async () => {
    const address = await bench.serve({
      getJob: unary(() => Promise.reject(invalidArgument([{ field: 'job_id', description: 'is missing' }]))),
      listJobs: unary(() => {
        throw rpcError('RESOURCE_EXHAUSTED', 'OVERLOADED', 'Später.', {
          retryAfterMs: 1_250,
          metadata: { limit: '9' },
        });
      }),
    });
    const client = bench.client(address);
    expect((await failure(callUnary(client, 'getJob', {}))).facts).toEqual({
      code: 'INVALID_ARGUMENT',
      status: 'INVALID_ARGUMENT',
      reason: 'INVALID_REQUEST',
      message: 'job_id: is missing',
      metadata: {},
      violations: [{ field: 'job_id', description: 'is missing' }],
      retryAfterMs: undefined,
    });
    expect((await failure(callUnary(client, 'listJobs', {}))).facts).toMatchObject({
      status: 'RESOURCE_EXHAUSTED',
      reason: 'OVERLOADED',
      message: 'Später.',
      metadata: { limit: '9' },
      retryAfterMs: 1_250,
    });
  });

  it("are mapped by the app's table", async () => {
    class Full extends Error {}
    const describe = (error: unknown) =>
      error instanceof Full ? rpcError('ABORTED', 'FULL', 'full').facts : undefined;
    const address = await bench.serve({ getJob: unary(() => Promise.reject(new Full())) }, { describe });
    expect((await failure(callUnary(bench.client(address), 'getJob', {}))).facts).toMatchObject({
      code: 'ABORTED',
      reason: 'FULL',
    });
  });

  it('that nobody knows become INTERNAL without their text, and are logged under the id that the client got', async () => {
    const logger = recordingLogger();
    const address = await bench.serve({ getJob: unary(() => Promise.reject(new Error('password=1234'))) }, { logger });
    const error = await failure(callUnary(bench.client(address), 'getJob', {}));
    expect(error.code).toBe('INTERNAL');
    expect(JSON.stringify(error.facts)).not.toContain('1234');
    expect(logger.lines).toHaveLength(1);
    expect(logger.lines[0]?.fields).toMatchObject({
      method: '/synod.v1.JobService/GetJob',
      errorId: error.facts.metadata['errorId'],
    });
    expect(String(logger.lines[0]?.fields['cause'])).toContain('password=1234');
  });

  it('with a thousand violations arrive with those that fit a trailer', async () => {
    const violations = Array.from({ length: 1_000 }, (_, index) => ({
      field: `specs[${index}].exec.command`,
      description: 'is missing',
    }));
    const address = await bench.serve({ getJob: unary(() => Promise.reject(invalidArgument(violations))) });
    const error = await failure(callUnary(bench.client(address), 'getJob', {}));
    expect(error.code).toBe('INVALID_ARGUMENT');
    expect(error.facts.violations.length).toBeGreaterThan(50);
    expect(error.facts.violations.length).toBeLessThan(200);
  });

  it('end a stream behind what was written before', async () => {
    const address = await bench.serve({
      watchEvents: serverStream(async (_request, stream) => {
        stream.write({ cursor: 'a' });
        stream.write({ cursor: 'b' });
        throw rpcError('OUT_OF_RANGE', 'CURSOR_OUTDATED', 'too old');
      }),
    });
    const seen: string[] = [];
    const reading = (async () => {
      for await (const { cursor } of messagesOf(bench.client(address).watchEvents({}))) seen.push(cursor);
    })();
    expect((await failure(reading)).reason).toBe('CURSOR_OUTDATED');
    expect(seen).toEqual(['a', 'b']);
  });

  it('of a bidirectional stream that lives on are told by call.fail', async () => {
    const address = await bench.serve({
      submitStream: bidi((stream, call) => {
        stream.on('data', () => call.fail(rpcError('FAILED_PRECONDITION', 'NOT_LEADER', 'ask another')));
      }),
    });
    const stream = bench.client(address).submitStream();
    const failed = new Promise<unknown>((resolve) => stream.once('error', resolve));
    stream.on('data', () => {});
    stream.write({ submissions: [{ requestId: 1 }] });
    expect(toRpcError(await failed).reason).toBe('NOT_LEADER');
  });

  it('of a method left out are UNIMPLEMENTED', async () => {
    const address = await bench.serve({});
    expect((await failure(callUnary(bench.client(address), 'getJob', {}))).code).toBe('UNIMPLEMENTED');
  });
});

describe('calls', () => {
  it('tell the handler their deadline, and that it has passed', async () => {
    let remainingMs = 0;
    let aborted: () => void;
    const abortion = new Promise<void>((resolve) => (aborted = resolve));
    const address = await bench.serve({
      getJob: unary((_request, call) => {
        remainingMs = call.remainingMs;
        call.signal.addEventListener('abort', () => aborted());
        return new Promise(() => {});
      }),
    });
    const error = await failure(callUnary(bench.client(address), 'getJob', {}, { deadlineMs: 120 }));
    expect(error.code).toBe('DEADLINE_EXCEEDED');
    expect(remainingMs).toBeGreaterThan(0);
    expect(remainingMs).toBeLessThanOrEqual(120);
    await abortion;
  });

  it('without a deadline have all the time there is', async () => {
    let deadlineMs = 0;
    const address = await bench.serve({
      watchEvents: serverStream(async (_request, _stream, call) => void (deadlineMs = call.deadlineMs)),
    });
    for await (const _ of messagesOf(bench.client(address).watchEvents({}))) throw new Error('a message');
    expect(deadlineMs).toBe(Infinity);
  });

  it('that the client cancels abort the signal of the handler', async () => {
    let reached: () => void;
    const atHandler = new Promise<void>((resolve) => (reached = resolve));
    let aborted: () => void;
    const abortion = new Promise<void>((resolve) => (aborted = resolve));
    const address = await bench.serve({
      getJob: unary((_request, call) => {
        call.signal.addEventListener('abort', () => aborted());
        reached();
        return new Promise(() => {});
      }),
    });
    const controller = new AbortController();
    const call = failure(callUnary(bench.client(address), 'getJob', {}, { signal: controller.signal }));
    await atHandler;
    controller.abort();
    expect((await call).code).toBe('CANCELLED');
    await abortion;
  });

  it('under way end by themselves during the grace of stop; streams are ended after it', async () => {
    let finish: (value: object) => void = () => {};
    let reached: () => void;
    const atHandler = new Promise<void>((resolve) => (reached = resolve));
    const server = bench.server().addService(services.RegistryService, {
      registerNode: unary(() => new Promise<object>((resolve) => ((finish = resolve), reached()))),
      deregisterNode: unary(() => ({})),
      listNodes: unary(() => ({})),
      watchNodes: serverStream((_request, stream) => void stream.write({ nodes: [] })),
    });
    const address = await server.listen('127.0.0.1:0');
    const client = bench.keep(new services.RegistryService(address, credentials.createInsecure()));
    const watch = client.watchNodes({});
    const watchEnd = new Promise<unknown>((resolve) => watch.once('error', resolve));
    await new Promise((resolve) => watch.once('data', resolve));
    const registration = callUnary(client, 'registerNode', {});
    await atHandler;
    const stopped = server.stop(50);
    finish({});
    await expect(registration).resolves.toEqual({});
    await stopped;
    expect(['UNAVAILABLE', 'CANCELLED']).toContain(toRpcError(await watchEnd).code);
  });

  it('larger than 8 MiB fail with MESSAGE_TOO_LARGE, whichever side notices', async () => {
    const large = 'x'.repeat(9 * 1024 * 1024);
    const address = await bench.serve({
      getJob: unary(() => ({ job: { jobId: large } })),
      cancelJob: unary(() => ({})),
    });
    const client = bench.client(address);
    for (const call of [callUnary(client, 'cancelJob', { reason: large }), callUnary(client, 'getJob', {})]) {
      expect((await failure(call)).facts).toMatchObject({ code: 'RESOURCE_EXHAUSTED', reason: 'MESSAGE_TOO_LARGE' });
    }
    const raw = makeGenericClientConstructor(services.JobService.service, 'raw');
    const unbounded = bench.keep(new raw(address, credentials.createInsecure()));
    const answer = await new Promise<{ code: number } | null>((resolve) => {
      const method = unbounded['cancelJob'] as (
        request: object,
        callback: (error: { code: number } | null) => void,
      ) => void;
      method.call(unbounded, { reason: large }, resolve);
    });
    expect(answer?.code).toBe(status.RESOURCE_EXHAUSTED);
  });

  it('of 7 MiB pass', async () => {
    const address = await bench.serve({
      cancelJob: unary(({ reason }) => ({ alreadyFinal: reason.length === 7 * 1024 * 1024 })),
    });
    const reason = 'x'.repeat(7 * 1024 * 1024);
    expect(await callUnary(bench.client(address), 'cancelJob', { reason })).toEqual({ alreadyFinal: true });
  });
});
