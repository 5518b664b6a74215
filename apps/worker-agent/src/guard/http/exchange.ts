import { lookup, type LookupAddress } from 'node:dns';
import { request as requestPlain, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as requestSecure } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { isPrivateAddress } from './addresses.js';

export interface ExchangeOptions {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly allowPrivate: boolean;
  /** Of the answer's body; the rest is not read. */
  readonly maxBodyBytes: number;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly truncated: boolean;
}

/** The address that a name leads to is in a private network. */
export class PrivateAddressError extends Error {
  constructor(host: string) {
    super(`${host} is in a private network, where this request may not go`);
  }
}

/**
 * One request and its answer, on a connection of its own. Node's own client, because it lets the addresses be chosen at the
 * moment of connecting: a name is looked up once, and the connection goes to an address that was looked at, so that a name
 * which is answered differently the next time (DNS rebinding) leads nowhere else. Its `fetch` can't be told so without another
 * package, follows redirects by itself, and unpacks what it gets.
 */
export function exchange(options: ExchangeOptions, signal: AbortSignal): Promise<Answer> {
  const { method, url, headers, body, allowPrivate } = options;
  return new Promise((resolve, reject) => {
    const host = url.hostname.replace(/^\[|\]$/g, '');
    // An address is not looked up.
    if (!allowPrivate && isIP(host) !== 0 && isPrivateAddress(host)) return reject(new PrivateAddressError(host));
    const send = url.protocol === 'https:' ? requestSecure : requestPlain;
    const call: ClientRequest = send(url, {
      ...{ method, headers, signal, agent: false, lookup: lookupWithin(allowPrivate) },
      maxHeaderSize: 32 * 1024,
    });
    call.on('error', reject);
    call.on('socket', (socket) =>
      socket.once('connect', () => {
        const { remoteAddress = '' } = socket;
        if (!allowPrivate && isPrivateAddress(remoteAddress)) call.destroy(new PrivateAddressError(remoteAddress));
      }),
    );
    call.on('response', (response) => {
      readAnswer(response, options.maxBodyBytes).then(resolve, reject);
    });
    call.end(body);
  });
}

function lookupWithin(allowPrivate: boolean): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found: LookupAddress[]) => {
      if (error !== null) return callback(error, []);
      const allowed = allowPrivate ? found : found.filter(({ address }) => !isPrivateAddress(address));
      const [first] = allowed;
      if (first === undefined) return callback(new PrivateAddressError(hostname), []);
      if (options.all === true) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}

function readAnswer(response: IncomingMessage, maxBytes: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let size = 0;
    const finish = (truncated: boolean): void => {
      const body = Buffer.concat(pieces).subarray(0, maxBytes);
      resolve({ status: response.statusCode ?? 0, headers: singleHeaders(response), body, truncated });
    };
    response.on('data', (chunk: Buffer) => {
      pieces.push(chunk);
      size += chunk.length;
      if (size <= maxBytes) return;
      finish(true);
      response.destroy();
    });
    response.on('end', () => finish(false));
    response.on('error', reject);
    response.on('close', () => reject(new Error('the connection was closed before the answer was complete')));
  });
}

function singleHeaders({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );
}
