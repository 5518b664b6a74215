/** Names of fields that are never logged, compared without case and dashes. A fencing token is no secret. */
const SECRET_NAMES: ReadonlySet<string> = new Set(
  [
    'token',
    'password',
    'passphrase',
    'secret',
    'authorization',
    'cookie',
    'apikey',
    'credentials',
    'privatekey',
  ].concat([
    'setcookie',
    'consultoken',
    'synodtoken',
    'xconsultoken',
    'accesstoken',
    'refreshtoken',
    'bearertoken',
    'authtoken',
  ]),
);

export const REDACTED = '[redacted]';

/** Deeper values are shown as a mark: a log line is bounded. */
const MAX_DEPTH = 6;

/** User and password in a URL. */
const URL_CREDENTIALS = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi;

/** A copy of `fields` for the log: secrets replaced, errors as plain objects with their code, facts, stack and cause. */
export function loggable(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return plainObject(fields, 0);
}

function plainObject(fields: Readonly<Record<string, unknown>>, depth: number): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    shown[name] = isSecret(name) && value !== undefined ? REDACTED : plain(value, depth);
  }
  return shown;
}

function plain(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.includes('@') ? value.replace(URL_CREDENTIALS, `$1${REDACTED}@`) : value;
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return '[too deep]';
  if (value instanceof Error) return plainError(value, depth);
  if (Array.isArray(value)) return value.map((item) => plain(item, depth + 1));
  if (value instanceof Uint8Array) return `[${value.byteLength} bytes]`;
  if (value instanceof Map) return plainObject(Object.fromEntries(value as Map<string, unknown>), depth + 1);
  if (value instanceof Set) return [...(value as Set<unknown>)].map((item) => plain(item, depth + 1));
  if ('toJSON' in value && typeof value.toJSON === 'function') return (value.toJSON as () => unknown)();
  return plainObject(value as Record<string, unknown>, depth + 1);
}

function plainError(error: Error, depth: number): Record<string, unknown> {
  const facts = 'facts' in error ? { facts: plain(error.facts, depth + 1) } : {};
  const code = 'code' in error ? { code: plain(error.code, depth + 1) } : {};
  const cause = error.cause === undefined ? {} : { cause: plain(error.cause, depth + 1) };
  return {
    type: error.name,
    message: plain(error.message, depth),
    ...code,
    ...facts,
    ...cause,
    stack: plain(error.stack, depth),
  };
}

function isSecret(name: string): boolean {
  return SECRET_NAMES.has(name.toLowerCase().replace(/[-_]/g, ''));
}
