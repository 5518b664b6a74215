import { createServer } from 'node:net';
import type { AddressInfo, Server as NetServer, Socket } from 'node:net';
import { services } from '@synod/wire';
import { callUnary, ClientPool, connect, serverStream, unary } from './index.js';
import { Bench, failure, PLAIN, withCode } from './rpc.spec-support.js';

const bench = new Bench();
const listeners: NetServer[] = [];
const sockets: Socket[] = [];
afterEach(async () => {
  await bench.close();
  for (const listener of listeners.splice(0)) listener.close();
  for (const socket of sockets.splice(0)) socket.destroy();
});

/** A host that accepts connections and never says a word. */
async function silentHost(): Promise<string> {
  const server = createServer((socket) => sockets.push(socket));
  listeners.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function unusedAddress(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `127.0.0.1:${port}`;
}

describe('connect', () => {
  it('refuses addresses beyond loopback without TLS, unless insecure', () => {
    expect(() => connect(services.JobService, 'example.org:7401', PLAIN)).toThrow(withCode('insecureAddress'));
    bench.keep(connect(services.JobService, 'example.org:7401', { insecure: true }));
  });

  it('refuses what is no address', () => {
    expect(() => connect(services.JobService, 'example.org', PLAIN)).toThrow(withCode('addressInvalid'));
  });

  it('shares a connection between clients of one address, except one that asks for its own', async () => {
    const peers: string[] = [];
    const address = await bench.serve({ getJob: unary((_request, call) => (peers.push(call.peer), {})) });
    await callUnary(bench.client(address), 'getJob', {});
    await callUnary(bench.client(address), 'getJob', {});
    await callUnary(bench.client(address, PLAIN, { ownConnection: true }), 'getJob', {});
    expect(peers[1]).toBe(peers[0]);
    expect(peers[2]).not.toBe(peers[0]);
  });

  it('does not go through an http_proxy', async () => {
    const address = await bench.serve({ getJob: unary(() => ({})) });
    process.env['http_proxy'] = `http://${await unusedAddress()}`;
    try {
      await callUnary(bench.client(address, PLAIN, { ownConnection: true }), 'getJob', {});
    } finally {
      delete process.env['http_proxy'];
    }
  });
});

describe('callUnary', () => {
  it('fails at once as UNREACHABLE where nobody listens', async () => {
    const error = await failure(callUnary(bench.client(await unusedAddress()), 'getJob', {}, { deadlineMs: 5_000 }));
    expect(error.facts).toMatchObject({ code: 'UNAVAILABLE', reason: 'UNREACHABLE' });
  });

  it('fails as CONNECT_TIMEOUT, long before its deadline, at a host that says nothing', async () => {
    const options = { deadlineMs: 60_000, connectTimeoutMs: 50 };
    const error = await failure(callUnary(bench.client(await silentHost()), 'getJob', {}, options));
    expect(error.facts).toMatchObject({ code: 'UNAVAILABLE', reason: 'CONNECT_TIMEOUT' });
  });

  it('fails at its deadline when that comes before the connection', async () => {
    const error = await failure(callUnary(bench.client(await silentHost()), 'getJob', {}, { deadlineMs: 30 }));
    expect(error.code).toBe('DEADLINE_EXCEEDED');
  });

  it('connects again to a server that came back', async () => {
    const address = await bench.serve({ getJob: unary(() => ({})) });
    const client = bench.client(address);
    await callUnary(client, 'getJob', {});
    client.getChannel().getConnectivityState(true);
    const restarted = new Bench();
    await stopAll(bench, client);
    expect((await failure(callUnary(client, 'getJob', {}))).code).toBe('UNAVAILABLE');
    await restarted.serve({ getJob: unary(() => ({})) }, {}, address);
    try {
      await callUnaryWhenBack(client);
    } finally {
      client.close();
      await restarted.close();
    }
  });

  it('rejects without a call when the signal was aborted before', async () => {
    const client = bench.client(await unusedAddress());
    expect((await failure(callUnary(client, 'getJob', {}, { signal: AbortSignal.abort() }))).code).toBe('CANCELLED');
  });

  it('leaves nothing behind on the signal', async () => {
    const address = await bench.serve({ getJob: unary(() => ({})) });
    const { signal } = new AbortController();
    const removed = jest.spyOn(signal, 'removeEventListener');
    await callUnary(bench.client(address), 'getJob', {}, { signal });
    expect(removed).toHaveBeenCalledTimes(1);
  });
});

type JobClient = ReturnType<Bench['client']>;

async function stopAll(servers: Bench, spared: JobClient): Promise<void> {
  const close = jest.spyOn(spared, 'close').mockImplementation(() => {});
  await servers.close();
  close.mockRestore();
}

/** The channel tries again within its back-off of 1 s. */
async function callUnaryWhenBack(client: JobClient): Promise<void> {
  await new Promise<void>((resolve, reject) =>
    client.waitForReady(Date.now() + 4_000, (error) => (error ? reject(error) : resolve())),
  );
  await callUnary(client, 'getJob', {});
}

describe('ClientPool', () => {
  it('keeps one client for each address, and closes those that are no longer wanted', async () => {
    const pool = new ClientPool(services.JobService, PLAIN);
    const first = pool.get('127.0.0.1:1');
    const second = pool.get('127.0.0.1:2');
    expect(pool.get('127.0.0.1:1')).toBe(first);
    const closing = jest.spyOn(second, 'close');
    pool.retain(['127.0.0.1:1']);
    expect(closing).toHaveBeenCalledTimes(1);
    expect(pool.get('127.0.0.1:1')).toBe(first);
    expect(pool.get('127.0.0.1:2')).not.toBe(second);
    pool.close();
  });

  it('leads to a server', async () => {
    const address = await bench.serve({
      watchEvents: serverStream(async (_request, stream) => void stream.write({ cursor: 'c' })),
    });
    const pool = new ClientPool(services.JobService, PLAIN);
    const cursor = await new Promise((resolve) =>
      pool
        .get(address)
        .watchEvents({})
        .once('data', ({ cursor }) => resolve(cursor)),
    );
    expect(cursor).toBe('c');
    pool.close();
  });
});
