import type { HttpTask, StatusRange } from '@synod/jobs';
import type { WireHttpTask, WireHttpTaskInput, WireStatusRange } from '@synod/wire';
import { base64FromBytes, bytesFromBase64 } from './base64.js';
import {
  HTTP_HEADER_MAX_CHARACTERS,
  HTTP_HEADERS_MAX,
  PAYLOAD_MAX_BYTES,
  REDIRECTS_MAX,
  REQUEST_TIMEOUT_DEFAULT_MS,
  STATUS_RANGES_MAX,
  TIMEOUT_MAX_MS,
  URL_MAX_CHARACTERS,
} from './limits.js';
import { shown } from './violations.js';
import type { Violations } from './violations.js';

const METHODS: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const BODILESS: readonly string[] = ['GET', 'HEAD'];
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const HEADER_VALUE = /^[\t\u0020-\u007e\u0080-\u00ff]*$/;

/** They belong to the connection, or say what only the worker knows. */
const RESERVED_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'synod-attempt',
  'synod-fencing-token',
  'synod-job-id',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
const SUCCESS: readonly StatusRange[] = [{ from: 200, to: 299 }];
const STATUS_RULE = { min: 100, max: 599 };

export function readHttpTask(wire: WireHttpTask, prefix: string, violations: Violations): HttpTask {
  const method = wire.method === '' ? 'GET' : wire.method;
  if (!METHODS.includes(method)) {
    violations.add(prefix, 'http.method', `must be one of ${METHODS.join(', ')}, not ${shown(method)}`);
  }
  const body = violations.bytes(prefix, 'http.body', wire.body, PAYLOAD_MAX_BYTES);
  if (body.length > 0 && BODILESS.includes(method)) {
    violations.add(prefix, 'http.body', `can't go with ${method}: leave it out, or use POST`);
  }
  return {
    kind: 'http',
    method,
    url: readUrl(wire.url, prefix, violations),
    headers: readHeaders(wire.headers, prefix, violations),
    body: base64FromBytes(body),
    expectedStatuses: readStatuses(wire.expectedStatuses, prefix, violations),
    requestTimeoutMs: violations.integer(prefix, 'http.request_timeout_ms', wire.requestTimeoutMs, {
      ...{ min: 1, max: TIMEOUT_MAX_MS, fallback: REQUEST_TIMEOUT_DEFAULT_MS, unit: 'ms' },
    }),
    maxRedirects: violations.integer(prefix, 'http.max_redirects', wire.maxRedirects, { min: 0, max: REDIRECTS_MAX }),
  };
}

function readUrl(value: unknown, prefix: string, violations: Violations): string {
  const text = violations.text(prefix, 'http.url', value, { maxCharacters: URL_MAX_CHARACTERS, required: true });
  if (text === '') return text;
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    violations.add(prefix, 'http.url', `is no absolute URL: ${shown(text)}`);
    return text;
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    violations.add(prefix, 'http.url', `must begin with http:// or https://, not ${shown(url.protocol)}`);
  }
  if (url.username !== '' || url.password !== '') {
    violations.add(prefix, 'http.url', 'holds a user or password: use an Authorization header');
  }
  return text;
}

function readHeaders(value: unknown, prefix: string, violations: Violations): Readonly<Record<string, string>> {
  const seen = new Set<string>();
  return violations.map(prefix, 'http.headers', value, HTTP_HEADERS_MAX, (name, text) => {
    const lower = name.toLowerCase();
    if (seen.has(lower)) return 'is there twice: names of headers differ by more than case';
    seen.add(lower);
    if (!HEADER_NAME.test(name)) return 'has a name that no header can have';
    if (RESERVED_HEADERS.has(lower)) return 'is set by the worker: leave it out';
    if (name.length > HTTP_HEADER_MAX_CHARACTERS || text.length > HTTP_HEADER_MAX_CHARACTERS) {
      return `is longer than ${HTTP_HEADER_MAX_CHARACTERS} characters`;
    }
    return HEADER_VALUE.test(text) ? undefined : 'has a value with control characters or beyond Latin-1';
  });
}

function readStatuses(value: unknown, prefix: string, violations: Violations): readonly StatusRange[] {
  const field = 'http.expected_statuses';
  const wires = violations.messages(prefix, field, value, STATUS_RANGES_MAX) as readonly WireStatusRange[];
  if (wires.length === 0) return SUCCESS;
  return wires.map((wire, index) => {
    const from = violations.integer(prefix, `${field}[${index}].from`, wire.from, STATUS_RULE);
    const to = violations.integer(prefix, `${field}[${index}].to`, wire.to, { ...STATUS_RULE, fallback: from });
    if (to < from)
      violations.add(prefix, `${field}[${index}].to`, `is below its start: ${from} to ${to} holds nothing`);
    return { from, to };
  });
}

export function httpTaskToWire(task: HttpTask): WireHttpTaskInput {
  return {
    method: task.method,
    url: task.url,
    headers: task.headers,
    body: bytesFromBase64(task.body),
    expectedStatuses: task.expectedStatuses.map(({ from, to }) => ({ from, to })),
    requestTimeoutMs: task.requestTimeoutMs,
    maxRedirects: task.maxRedirects,
  };
}
