import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AttemptEnding, RequestOrder, StartOrder } from '../shared/guard-protocol.js';
import { hostClock } from '../shared/platform.js';
import {
  bundleEntry,
  cleanUp,
  DEADLINE_MS,
  eventually,
  exitOf,
  temporaryFolder,
} from '../shared/process.spec-support.js';
import { shellOrder, startGuard, TestAgent, type RunningGuard } from './guard.spec-support.js';

jest.setTimeout(2 * DEADLINE_MS);

let file: string;
let guard: RunningGuard;
let agent: TestAgent;
let server: Server;
let origin: string;
const seen: { request: IncomingMessage; body: string; closed: boolean }[] = [];

type Answer = (response: ServerResponse, request: IncomingMessage) => void;
const answers = new Map<string, Answer>();

beforeAll(async () => {
  file = bundleEntry('guard/main.ts', temporaryFolder(), 'guard.cjs');
  guard = await startGuard(file, temporaryFolder());
  agent = await TestAgent.connect(guard.data);
  await agent.welcome();
  server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const entry = { request, body: Buffer.concat(pieces).toString(), closed: false };
      seen.push(entry);
      response.on('close', () => (entry.closed = true));
      answers.get(request.url ?? '')?.(response, request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
  cleanUp();
});

let count = 0;

/** An order for a request to this path, which is answered so. */
function requestOrder(answer: Answer, changes: Partial<RequestOrder> = {}, rest: Partial<StartOrder> = {}): StartOrder {
  count += 1;
  const path = `/${count}`;
  answers.set(path, answer);
  const rules = { privateRedirects: false, forbidPrivate: false };
  const request: RequestOrder = {
    ...{ method: 'GET', url: origin + path, headers: {}, body: '', expectedStatuses: [{ from: 200, to: 299 }] },
    ...{ requestTimeoutMs: DEADLINE_MS, maxRedirects: 0, rules },
    ...changes,
  };
  return { ...shellOrder(`request-${count}`, ''), command: '', args: [], request, ...rest };
}

async function run(order: StartOrder): Promise<AttemptEnding> {
  agent.start(order);
  return agent.ended(order.key);
}

function resultOf({ result = '' }: AttemptEnding): Record<string, unknown> {
  return JSON.parse(Buffer.from(result, 'base64').toString()) as Record<string, unknown>;
}

const ok: Answer = (response) => response.end('fine');

describe('an http attempt under the guard', () => {
  test('sends method, headers and body, and who it is; the answer is its result', async () => {
    const order = requestOrder(
      (response) =>
        response.writeHead(201, { 'content-type': 'text/plain', etag: 'x', 'set-cookie': 'no' }).end('made'),
      { method: 'PUT', headers: { 'X-Colour': 'blue' }, body: Buffer.from('grüß').toString('base64') },
    );
    const ending = await run(order);
    expect(ending).toMatchObject({ outcome: 'succeeded', exitCode: null, message: '' });
    const sent = seen.at(-1);
    expect([sent?.request.method, sent?.body, sent?.request.headers['x-colour']]).toEqual(['PUT', 'grüß', 'blue']);
    expect(sent?.request.headers).toMatchObject({
      ...{ 'synod-job-id': order.jobId, 'synod-attempt': '1', 'synod-fencing-token': order.fencingToken },
    });
    expect(resultOf(ending)).toMatchObject({
      ...{ status: 201, url: order.request?.url, body: 'made', truncated: false },
    });
    expect(Object.keys(resultOf(ending).headers as object)).not.toContain('set-cookie');
  });

  test('fails by a status that is not expected, with the answer all the same', async () => {
    const ending = await run(requestOrder((response) => response.writeHead(503).end('later')));
    expect(ending).toMatchObject({ outcome: 'failed', message: 'HTTP status 503; expected: 200 to 299' });
    expect(resultOf(ending)).toMatchObject({ status: 503, body: 'later' });
    const expectedStatuses = [{ from: 404, to: 404 }];
    const found = await run(requestOrder((response) => response.writeHead(404).end(), { expectedStatuses }));
    expect(found.outcome).toBe('succeeded');
  });

  test('keeps of a long answer what a result can hold, and reads no further', async () => {
    const endless: Answer = (response) => {
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(64 * 1024)));
        response.once('drain', more);
      };
      more();
    };
    const ending = await run(requestOrder(endless));
    expect(ending.outcome).toBe('succeeded');
    expect(Buffer.from(ending.result ?? '', 'base64').length).toBeLessThanOrEqual(64 * 1024);
    expect(resultOf(ending).truncated).toBe(true);
    const binary = Buffer.alloc(100, 0xff);
    const other = await run(requestOrder((response) => response.end(binary)));
    expect(resultOf(other)).toMatchObject({ bodyBase64: binary.toString('base64'), truncated: false });
  });

  test('fails when nobody answers, and is timed out when nobody answers in time', async () => {
    const refused = await run(requestOrder(ok, { url: 'http://127.0.0.1:1/' }));
    expect(refused.outcome).toBe('failed');
    expect(refused.message).toContain('ECONNREFUSED');
    const late = await run(requestOrder(() => undefined, { requestTimeoutMs: 50 }));
    expect(late).toMatchObject({ outcome: 'timedOut', message: 'no complete answer in 50 ms' });
    const half = await run(requestOrder((response) => response.write('half'), { requestTimeoutMs: 100 }));
    expect(half.outcome).toBe('timedOut');
    const over = await run(requestOrder(() => undefined, {}, { timeoutMs: 50 }));
    expect(over).toMatchObject({ outcome: 'timedOut', message: 'it ran longer than 50 ms' });
  });

  test('a cancellation, a lapsed lease and an eviction close the connection at once', async () => {
    const cancelled = requestOrder(() => undefined);
    agent.start(cancelled);
    await eventually(
      'the request arrives',
      () => seen.at(-1)?.request.url === new URL(cancelled.request?.url ?? '').pathname,
    );
    const entry = seen.at(-1);
    agent.send({ type: 'stop', key: cancelled.key, stop: { outcome: 'cancelled', message: 'c', immediate: false } });
    expect(await agent.ended(cancelled.key)).toMatchObject({ outcome: 'cancelled', message: 'c' });
    await eventually('the connection is closed', () => entry?.closed === true);
    const lapsing = await run(requestOrder(() => undefined, {}, { leaseMs: 100 }));
    expect(lapsing).toMatchObject({ outcome: 'lost', message: 'its worker lease lapsed' });
  });

  test('an order whose lease had lapsed when it came is never sent', async () => {
    const before = seen.length;
    const order = requestOrder(ok, {}, { leaseMs: 100 });
    agent.start(order, hostClock.monotonicMs() - 1_000_000);
    expect(await agent.ended(order.key)).toMatchObject({ outcome: 'lost', startedAtMs: null });
    expect(seen.length).toBe(before);
  });

  test('outlives its agent no longer than any attempt', async () => {
    const own = await startGuard(file, temporaryFolder(), { orphanGraceMs: 500 });
    const connected = await TestAgent.connect(own.data);
    const order = requestOrder(() => undefined);
    connected.start(order);
    await connected.started(order.key);
    const path = new URL(order.request?.url ?? '').pathname;
    const entry = await eventually('the request arrives', () => seen.find((it) => it.request.url === path));
    connected.socket.destroy();
    await exitOf(own.process);
    await eventually('the connection is closed', () => entry.closed);
  });
});

describe('redirects', () => {
  const redirect =
    (status: number, to: string): Answer =>
    (response) =>
      response.writeHead(status, { location: to }).end();
  const privately = { rules: { privateRedirects: true, forbidPrivate: false } };

  test('are answers like any other unless the job says how many to follow', async () => {
    const ending = await run(requestOrder(redirect(302, '/nowhere')));
    expect(ending).toMatchObject({ outcome: 'failed', message: 'HTTP status 302; expected: 200 to 299' });
    expect(resultOf(ending)).toMatchObject({ headers: { location: '/nowhere' } });
  });

  test('never lead into a private network, unless the agent allows it', async () => {
    answers.set('/target', ok);
    const before = seen.length;
    const refused = await run(requestOrder(redirect(302, '/target'), { maxRedirects: 3 }));
    expect(refused).toMatchObject({ outcome: 'failed' });
    expect(refused.message).toContain('private network');
    const metadata = await run(requestOrder(redirect(302, 'http://169.254.169.254/latest'), { maxRedirects: 3 }));
    expect(metadata.message).toContain('private network');
    // A name that leads there is no better than the address.
    const named = await run(
      requestOrder(redirect(302, `${origin.replace('127.0.0.1', 'localhost')}/target`), { maxRedirects: 3 }),
    );
    expect(named.message).toContain('private network');
    expect(seen.length).toBe(before + 3);
    const allowed = await run(requestOrder(redirect(302, '/target'), { maxRedirects: 3, ...privately }));
    expect(resultOf(allowed)).toMatchObject({ status: 200, url: `${origin}/target` });
  });

  test('of a form become a GET; credentials stay with their origin', async () => {
    answers.set('/page', ok);
    const form = { method: 'POST', body: 'aGk=', maxRedirects: 1, ...privately };
    await run(requestOrder(redirect(303, '/page'), { ...form, headers: { Authorization: 'secret' } }));
    expect([seen.at(-1)?.request.method, seen.at(-1)?.body]).toEqual(['GET', '']);
    expect(seen.at(-1)?.request.headers.authorization).toBe('secret');
    const elsewhere = `${origin.replace('127.0.0.1', 'localhost')}/page`;
    await run(requestOrder(redirect(307, elsewhere), { ...form, headers: { Authorization: 'secret' } }));
    expect([seen.at(-1)?.request.method, seen.at(-1)?.body]).toEqual(['POST', 'hi']);
    expect(seen.at(-1)?.request.headers.authorization).toBeUndefined();
  });

  test('in a circle end at the number allowed', async () => {
    const order = requestOrder((response, request) => redirect(302, request.url ?? '')(response, request), {
      ...{ maxRedirects: 4, ...privately },
    });
    const before = seen.length;
    expect((await run(order)).outcome).toBe('failed');
    expect(seen.length).toBe(before + 5);
  });
});

test('an agent that forbids private networks sends no request there at all', async () => {
  const before = seen.length;
  const rules = { privateRedirects: true, forbidPrivate: true };
  const ending = await run(requestOrder(ok, { rules }));
  expect(ending.message).toContain('private network');
  expect(seen.length).toBe(before);
});
