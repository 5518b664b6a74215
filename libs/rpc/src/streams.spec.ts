import type { ServerDuplexStream, ServerWritableStream } from '@grpc/grpc-js';
import type { WireGetJobLogsRequest, WireGetJobLogsResponseInput } from '@synod/wire';
import { bidi, closed, messagesOf, serverStream, tryWrite, writeWithBackpressure } from './index.js';
import { Bench, failure } from './rpc.spec-support.js';

const bench = new Bench();
afterEach(() => bench.close());

const CHUNK = { data: Buffer.alloc(256 * 1024) };
type LogStream = ServerWritableStream<WireGetJobLogsRequest, WireGetJobLogsResponseInput>;

function signal<T = void>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve };
}

describe('writeWithBackpressure', () => {
  it('holds the writer back while the reader does not read', async () => {
    let written = 0;
    let pending = false;
    const stuck = signal();
    const handler = serverStream<WireGetJobLogsRequest, WireGetJobLogsResponseInput>(async (_request, stream) => {
      while (written < 100) {
        pending = true;
        const write = writeWithBackpressure(stream, CHUNK).then(() => (pending = false));
        setTimeout(() => pending && stuck.resolve(), 100);
        await write;
        written += 1;
      }
    });
    const address = await bench.serve({ getJobLogs: handler });
    const call = bench.client(address).getJobLogs({});
    call.on('error', () => {});
    // Before its first read a grpc-js client takes everything; from then on it takes what it is asked for, and some ahead.
    const messages = messagesOf(call);
    await messages.next();
    await stuck.promise;
    expect(written).toBeLessThan(60);
    let received = 1;
    for await (const _ of messages) received += 1;
    expect(received).toBe(100);
  });

  it('rejects when the client goes away while it waits, and afterwards', async () => {
    const outcome = signal<unknown>();
    const later = signal<unknown>();
    const handler = serverStream<WireGetJobLogsRequest, WireGetJobLogsResponseInput>(async (_request, stream) => {
      const writing = (async () => {
        for (;;) await writeWithBackpressure(stream, CHUNK);
      })();
      outcome.resolve((await failure(writing)).reason);
      later.resolve((await failure(writeWithBackpressure(stream, CHUNK))).reason);
    });
    const address = await bench.serve({ getJobLogs: handler });
    const call = bench.client(address).getJobLogs({});
    call.on('error', () => {});
    await new Promise((resolve) => call.once('readable', resolve));
    call.cancel();
    expect(await outcome.promise).toBe('STREAM_CLOSED');
    expect(await later.promise).toBe('STREAM_CLOSED');
  });
});

describe('tryWrite', () => {
  it('refuses beyond the bound, and takes more when the reader has read', async () => {
    const opened = signal<LogStream>();
    const handler = serverStream<WireGetJobLogsRequest, WireGetJobLogsResponseInput>((_request, stream) =>
      opened.resolve(stream),
    );
    const address = await bench.serve({ getJobLogs: handler });
    const call = bench.client(address).getJobLogs({});
    call.on('error', () => {});
    const stream = await opened.promise;
    let taken = 0;
    while (tryWrite(stream, CHUNK, 40)) taken += 1;
    expect(taken).toBe(40);
    expect(tryWrite(stream, CHUNK, 40)).toBe(false);
    const drained = new Promise((resolve) => stream.once('drain', resolve));
    call.resume();
    await drained;
    expect(tryWrite(stream, CHUNK, 40)).toBe(true);
    stream.end();
  });

  it('refuses on a stream that has ended', async () => {
    const opened = signal<LogStream>();
    const handler = serverStream<WireGetJobLogsRequest, WireGetJobLogsResponseInput>((_request, stream) =>
      opened.resolve(stream),
    );
    const address = await bench.serve({ getJobLogs: handler });
    const call = bench.client(address).getJobLogs({});
    call.on('error', () => {});
    const stream = await opened.promise;
    const end = closed(stream);
    call.cancel();
    await end;
    expect(tryWrite(stream, CHUNK)).toBe(false);
  });
});

describe('messagesOf', () => {
  it('cancels the call when the loop is left', async () => {
    const ended = signal();
    const address = await bench.serve({
      watchEvents: serverStream((_request, stream) => {
        for (let index = 0; index < 3; index += 1) stream.write({ cursor: String(index) });
        void closed(stream).then(ended.resolve);
      }),
    });
    for await (const { cursor } of messagesOf(bench.client(address).watchEvents({}))) {
      expect(cursor).toBe('0');
      break;
    }
    await ended.promise;
  });

  it('reads a bidirectional stream to its end in order', async () => {
    const address = await bench.serve({
      submitStream: bidi(async (stream) => {
        for await (const { submissions } of messagesOf(stream)) {
          await writeWithBackpressure(stream, { answers: submissions.map(({ requestId }) => ({ requestId })) });
        }
      }),
    });
    const call = bench.client(address).submitStream();
    const sent = Array.from({ length: 500 }, (_, index) => String(index));
    void (async () => {
      for (const requestId of sent) await writeWithBackpressure(call, { submissions: [{ requestId }] });
      call.end();
    })();
    const received: string[] = [];
    for await (const { answers } of messagesOf(call)) received.push(...answers.map(({ requestId }) => requestId));
    expect(received).toEqual(sent);
  });

  it('tells a broken connection as UNAVAILABLE or CANCELLED', async () => {
    const opened = signal();
    const server = new Bench();
    const address = await server.serve({ watchEvents: serverStream(() => opened.resolve()) });
    const reading = (async () => {
      for await (const _ of messagesOf(bench.client(address).watchEvents({}))) continue;
    })();
    await opened.promise;
    const [error] = await Promise.all([failure(reading), server.close()]);
    expect(['UNAVAILABLE', 'CANCELLED']).toContain(error.code);
  });
});

describe('closed', () => {
  it('resolves for a handler when the client has finished or gone', async () => {
    const streams: ServerDuplexStream<unknown, unknown>[] = [];
    const ends = [signal(), signal()];
    const opened = [signal(), signal()];
    const address = await bench.serve({
      submitStream: bidi(async (stream) => {
        const index = streams.push(stream) - 1;
        stream.resume();
        opened[index]?.resolve();
        await closed(stream);
        ends[index]?.resolve();
      }),
    });
    const client = bench.client(address);
    const finishing = client.submitStream();
    finishing.on('data', () => {});
    await opened[0]?.promise;
    finishing.end();
    await ends[0]?.promise;
    const leaving = client.submitStream();
    leaving.on('error', () => {});
    leaving.write({});
    await opened[1]?.promise;
    leaving.cancel();
    await ends[1]?.promise;
  });
});
