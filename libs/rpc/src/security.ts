import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { ChannelCredentials, ServerCredentials } from '@grpc/grpc-js';
import { isLoopback, parseAddress } from './address.js';
import { RpcSetupError } from './rpc-error.js';

/**
 * The one credentials option of every server and channel. With a file named, TLS is used; a server with a CA demands
 * certificates of its clients (mutual TLS). Without files, only loopback addresses are served and called, unless `insecure`.
 */
export interface RpcSecurity {
  /** PEM files. */
  readonly tlsCertFile?: string | undefined;
  readonly tlsKeyFile?: string | undefined;
  /** Certificates that the other side's must descend from; a channel without it trusts the system's. */
  readonly tlsCaFile?: string | undefined;
  /** Allows addresses beyond loopback without TLS: anyone who reaches them may do anything. */
  readonly insecure: boolean;
}

type FileOption = 'tlsCertFile' | 'tlsKeyFile' | 'tlsCaFile';

interface KeyPair {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Credentials of a server at this address. Throws `insecureAddress`, `tlsIncomplete`, `tlsFileUnreadable`, `tlsInvalid`. */
export function serverCredentials(address: string, security: RpcSecurity): ServerCredentials {
  if (!usesTls(security)) {
    refuseInsecure(address, security, 'serve');
    return ServerCredentials.createInsecure();
  }
  const pair = readKeyPair(security);
  if (pair === undefined) throw incomplete('tlsCertFile');
  const ca = readPem(security, 'tlsCaFile');
  checkUsable(pair, ca);
  return usable(() =>
    ServerCredentials.createSsl(ca ?? null, [{ cert_chain: pair.cert, private_key: pair.key }], ca !== undefined),
  );
}

/** Credentials of a channel to this address. Throws as {@link serverCredentials}. */
export function channelCredentials(address: string, security: RpcSecurity): ChannelCredentials {
  if (!usesTls(security)) {
    refuseInsecure(address, security, 'call');
    return ChannelCredentials.createInsecure();
  }
  const pair = readKeyPair(security);
  const ca = readPem(security, 'tlsCaFile');
  return usable(() => ChannelCredentials.createSsl(ca ?? null, pair?.key ?? null, pair?.cert ?? null));
}

export function usesTls(security: RpcSecurity): boolean {
  return [security.tlsCertFile, security.tlsKeyFile, security.tlsCaFile].some(
    (file) => file !== undefined && file !== '',
  );
}

function refuseInsecure(address: string, security: RpcSecurity, verb: 'serve' | 'call'): void {
  const { host } = parseAddress(address);
  if (security.insecure || isLoopback(host)) return;
  throw new RpcSetupError(
    { code: 'insecureAddress', address },
    `Refusing to ${verb} ${address} without TLS: others on the network could read and change everything. Give a certificate ` +
      `(${verb === 'serve' ? '--tls-cert, --tls-key' : '--tls-ca'}), use a loopback address, or accept the risk with --insecure.`,
  );
}

function readKeyPair(security: RpcSecurity): KeyPair | undefined {
  const cert = readPem(security, 'tlsCertFile');
  const key = readPem(security, 'tlsKeyFile');
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined) throw incomplete('tlsCertFile');
  if (key === undefined) throw incomplete('tlsKeyFile');
  return { cert, key };
}

function incomplete(missing: 'tlsCertFile' | 'tlsKeyFile'): RpcSetupError {
  const flag = FLAGS[missing];
  return new RpcSetupError(
    { code: 'tlsIncomplete', missing },
    `TLS needs a certificate and its key: name the missing PEM file with ${flag}.`,
  );
}

const FLAGS = { tlsCertFile: '--tls-cert', tlsKeyFile: '--tls-key', tlsCaFile: '--tls-ca' } as const;

function readPem(security: RpcSecurity, option: FileOption): Buffer | undefined {
  const path = security[option];
  if (path === undefined || path === '') return undefined;
  try {
    return readFileSync(path);
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new RpcSetupError(
      { code: 'tlsFileUnreadable', option, path },
      `The file "${path}" of ${FLAGS[option]} can't be read (${why}): check the path and its permissions.`,
      { cause },
    );
  }
}

/** grpc-js would find out with the first connection only. */
function checkUsable({ cert, key }: KeyPair, ca: Buffer | undefined): void {
  usable(() => createSecureContext(ca === undefined ? { cert, key } : { cert, key, ca }));
}

function usable<T>(make: () => T): T {
  try {
    return make();
  } catch (cause) {
    throw new RpcSetupError(
      { code: 'tlsInvalid' },
      `TLS can't use the given files (${(cause as Error).message}): they must be PEM, and the key must belong to the certificate.`,
      { cause },
    );
  }
}
