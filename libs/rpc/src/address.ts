import { RpcSetupError } from './rpc-error.js';

export interface HostAndPort {
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
}

const BRACKETED = /^\[([0-9a-fA-F:.%]+)\]:(\d{1,5})$/;
const PLAIN = /^([^[\]:/\s]+):(\d{1,5})$/;
const LOOPBACK_V4 = /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/;
const MAPPED_V4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** Parses `host:port` or `[ipv6]:port`. Throws `addressInvalid`. */
export function parseAddress(address: string): HostAndPort {
  const match = BRACKETED.exec(address) ?? PLAIN.exec(address);
  const port = Number(match?.[2]);
  if (match === null || port > 65_535) {
    throw new RpcSetupError(
      { code: 'addressInvalid', address },
      `"${address}" is not an address: write host:port, such as 127.0.0.1:7401, or [::1]:7401 for IPv6, with a port up to 65535.`,
    );
  }
  return { host: match[1] as string, port };
}

export function formatAddress({ host, port }: HostAndPort): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether this host is reached by processes of the same machine only. A name other than `localhost` is not: it may change. */
export function isLoopback(host: string): boolean {
  const lower = host.toLowerCase();
  if (lower === 'localhost' || lower === '::1' || lower === '0:0:0:0:0:0:0:1') return true;
  const plain = MAPPED_V4.exec(lower)?.[1] ?? lower;
  return LOOPBACK_V4.test(plain);
}
