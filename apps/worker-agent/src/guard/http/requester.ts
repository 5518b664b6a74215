import { mkdirSync } from 'node:fs';
import type { Timers } from '@synod/base';
import { attemptDirectory, type DataDirectory } from '../../shared/data-directory.js';
import type { RequestOrder, StartOrder } from '../../shared/guard-protocol.js';
import { messageOf } from '../../shared/platform.js';
import type { RequestOutcome, Requester } from '../request-attempt.js';
import { exchange, type Answer } from './exchange.js';
import { encodeResult, MAX_RESULT_BYTES } from './result.js';

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** They go to the origin that they were meant for only. */
const CREDENTIALS: ReadonlySet<string> = new Set(['authorization', 'cookie']);

/** Makes the requests of `http` attempts, from the guard's own process. */
export function httpRequester(modules: { readonly timers: Timers; readonly directory: DataDirectory }): Requester {
  return {
    prepare({ key }) {
      mkdirSync(attemptDirectory(modules.directory, key).root, { recursive: true, mode: 0o711 });
    },
    async send(order, signal) {
      const limit = new AbortController();
      const { requestTimeoutMs } = order.request;
      const cancel = modules.timers.after(requestTimeoutMs, () => limit.abort());
      try {
        return await follow(order, AbortSignal.any([signal, limit.signal]));
      } catch (error) {
        const message = limit.signal.aborted ? `no complete answer in ${requestTimeoutMs} ms` : reasonOf(error);
        return { outcome: limit.signal.aborted ? 'timedOut' : 'failed', message, result: '' };
      } finally {
        cancel();
      }
    },
  };
}

async function follow(
  order: StartOrder & { readonly request: RequestOrder },
  signal: AbortSignal,
): Promise<RequestOutcome> {
  const { request } = order;
  const { rules } = request;
  let url = new URL(request.url);
  let { method } = request;
  let body = Buffer.from(request.body, 'base64');
  let headers: Record<string, string> = { 'user-agent': 'synod', ...lowerCased(request.headers) };
  for (let redirects = 0; ; redirects += 1) {
    const allowPrivate = redirects === 0 ? !rules.forbidPrivate : rules.privateRedirects && !rules.forbidPrivate;
    const sent = { ...headers, ...identityOf(order) };
    const answer = await exchange(
      { method, url, headers: sent, body, allowPrivate, maxBodyBytes: MAX_RESULT_BYTES },
      signal,
    );
    const target = redirects < request.maxRedirects ? targetOf(answer, url) : undefined;
    if (target === undefined) return outcomeOf(request, answer, url);
    if (target.origin !== url.origin) headers = without(headers, CREDENTIALS);
    // As browsers do: a form that was sent is answered by a page.
    const becomesGet = answer.status === 303 ? method !== 'HEAD' : answer.status < 303 && method === 'POST';
    if (becomesGet) {
      method = 'GET';
      body = Buffer.alloc(0);
      headers = without(headers, new Set(['content-type', 'content-encoding', 'content-language']));
    }
    url = target;
  }
}

function targetOf({ status, headers }: Answer, from: URL): URL | undefined {
  const { location } = headers;
  if (!REDIRECTS.has(status) || location === undefined) return undefined;
  const target = new URL(location, from);
  if (target.protocol !== 'http:' && target.protocol !== 'https:') {
    throw new Error(`it was redirected to ${target.protocol}//, where no request can go`);
  }
  target.username = '';
  target.password = '';
  return target;
}

function outcomeOf({ expectedStatuses }: RequestOrder, answer: Answer, url: URL): RequestOutcome {
  const result = encodeResult(answer, url.href).toString('base64');
  const isExpected = expectedStatuses.some(({ from, to }) => answer.status >= from && answer.status <= to);
  if (isExpected) return { outcome: 'succeeded', message: '', result };
  const expected = expectedStatuses.map(({ from, to }) => (from === to ? `${from}` : `${from} to ${to}`)).join(', ');
  return { outcome: 'failed', message: `HTTP status ${answer.status}; expected: ${expected}`, result };
}

function identityOf({ jobId, attempt, fencingToken }: StartOrder): Record<string, string> {
  return { 'synod-job-id': jobId, 'synod-attempt': String(attempt), 'synod-fencing-token': fencingToken };
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function without(headers: Readonly<Record<string, string>>, names: ReadonlySet<string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.has(name)));
}

/** Connecting to several addresses fails with all their reasons at once. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ');
  return messageOf(error);
}
