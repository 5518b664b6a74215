import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DiscoveryModules } from '../node-store.js';
import { testModules } from '../discovery.spec-support.js';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: Record<string, unknown>;
}

/** Status, headers and JSON body; undefined: never an answer. */
export type Answer = { readonly status?: number; readonly headers?: Record<string, string>; readonly body?: unknown };
export type Script = (asked: Asked) => Answer | undefined;

/** Speaks as Consul does in cases that a real one is hard to bring into. What the script leaves out is answered as empty. */
export class FakeConsul {
  readonly asked: Asked[] = [];
  script: Script = () => ({});
  private readonly server: Server;
  private readonly waiting: { readonly wanted: (asked: Asked) => boolean; readonly resolve: (asked: Asked) => void }[] =
    [];

  private constructor() {
    this.server = createServer((request, response) => void this.answer(request, response));
  }

  static async start(): Promise<FakeConsul> {
    const fake = new FakeConsul();
    fake.server.listen(0, '127.0.0.1');
    await once(fake.server, 'listening');
    return fake;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Resolves at the next request of this kind. */
  next(wanted: (asked: Asked) => boolean): Promise<Asked> {
    return new Promise((resolve) => this.waiting.push({ wanted, resolve }));
  }

  async stop(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const url = new URL(request.url ?? '', this.url);
    const body = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
    const asked = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body,
    };
    this.asked.push(asked);
    const answer = this.script(asked);
    for (const waiter of this.waiting.filter(({ wanted }) => wanted(asked))) {
      this.waiting.splice(this.waiting.indexOf(waiter), 1);
      waiter.resolve(asked);
    }
    if (answer === undefined) return;
    const empty = asked.path.startsWith('/v1/health/') ? [] : {};
    const type = typeof answer.body === 'string' ? 'text/plain' : 'application/json';
    const headers = { 'content-type': type, 'x-consul-index': '1', ...answer.headers };
    response.writeHead(answer.status ?? 200, headers);
    response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? empty));
  }
}

/** Modules with the real time, for a server that is really asked. */
export function realTimeModules(): DiscoveryModules {
  return {
    ...testModules(),
    clock: { monotonicMs: () => performance.now(), wallMs: () => Date.now() },
    timers: {
      after: (delayMs, callback) => {
        const timer = setTimeout(callback, delayMs);
        return () => clearTimeout(timer);
      },
      every: (intervalMs, callback) => {
        const timer = setInterval(callback, intervalMs);
        return () => clearInterval(timer);
      },
    },
  };
}
