/** The answer to the request of an http job, as far as the attempt's result holds it (64 KiB). */
export interface HttpResult {
  readonly status: number;
  /** Where the request ended, redirects followed. */
  readonly url: string;
  /** Some of them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** True when only the first part of the body was kept. */
  readonly truncated: boolean;
}

/** Reads the `result` of an attempt of an http job; undefined when it holds no answer, as when nobody answered. */
export function readHttpResult(result: Uint8Array): HttpResult | undefined {
  let read: unknown;
  try {
    read = JSON.parse(Buffer.from(result).toString('utf8'));
  } catch {
    return undefined;
  }
  if (typeof read !== 'object' || read === null) return undefined;
  const { status, url, headers, body, bodyBase64, truncated } = read as Readonly<Record<string, unknown>>;
  if (typeof status !== 'number') return undefined;
  const base64 = typeof bodyBase64 === 'string';
  return {
    status,
    url: typeof url === 'string' ? url : '',
    headers: typeof headers === 'object' && headers !== null ? (headers as HttpResult['headers']) : {},
    body: base64 ? Buffer.from(bodyBase64, 'base64') : Buffer.from(typeof body === 'string' ? body : ''),
    truncated: truncated === true,
  };
}
