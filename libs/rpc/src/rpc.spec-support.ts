import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@grpc/grpc-js';
import { services } from '@synod/wire';
import type { LogFields, Logger } from '@synod/base';
import { connect, createRpcServer, unimplemented } from './index.js';
import type { ConnectOptions, Handlers, RpcError, RpcSecurity, RpcServer, RpcServerOptions } from './index.js';

export const PLAIN: RpcSecurity = { insecure: false };

export type JobHandlers = Handlers<typeof services.JobService>;

/** Handlers of JobService of which only those given are there. */
export function jobHandlers(handlers: Partial<JobHandlers>): JobHandlers {
  const none = unimplemented;
  return {
    submitJob: none,
    submitJobs: none,
    submitStream: none,
    getJob: none,
    listJobs: none,
    cancelJob: none,
    retryJob: none,
    changeJob: none,
    explainJob: none,
    checkFence: none,
    watchEvents: none,
    getJobLogs: none,
    ...handlers,
  };
}

/** The RpcError with which a call ends; one that succeeds fails the test. */
export async function failure(promise: Promise<unknown>): Promise<RpcError> {
  return promise.then(
    () => Promise.reject(new Error('it succeeded')),
    (error: unknown) => error as RpcError,
  );
}

/** For `toThrow`: an error of this code. (Jest takes any asymmetric matcher there; its types say Error.) */
export function withCode(code: string): Error {
  return expect.objectContaining({ code }) as Error;
}

export function withFacts(facts: object): Error {
  return expect.objectContaining({ facts }) as Error;
}

export interface RecordedLine {
  readonly fields: LogFields;
  readonly message: string;
}

export function recordingLogger(): Logger & { readonly lines: RecordedLine[] } {
  const lines: RecordedLine[] = [];
  const record = (fields: LogFields, message: string) => void lines.push({ fields, message });
  const logger = { lines, debug: record, info: record, warn: record, error: record, child: () => logger };
  return logger;
}

/** Servers and clients of one test file, closed after each test. */
export class Bench {
  readonly #servers: RpcServer[] = [];
  readonly #clients: Client[] = [];

  async serve(handlers: Partial<JobHandlers>, options: Partial<RpcServerOptions> = {}, address = '127.0.0.1:0') {
    const server = createRpcServer({ security: PLAIN, ...options }).addService(
      services.JobService,
      jobHandlers(handlers),
    );
    this.#servers.push(server);
    return server.listen(address);
  }

  client(address: string, security: RpcSecurity = PLAIN, options: ConnectOptions = {}) {
    return this.keep(connect(services.JobService, address, security, options));
  }

  keep<C extends Client>(client: C): C {
    this.#clients.push(client);
    return client;
  }

  server(options: Partial<RpcServerOptions> = {}): RpcServer {
    const server = createRpcServer({ security: PLAIN, ...options });
    this.#servers.push(server);
    return server;
  }

  async close(): Promise<void> {
    for (const client of this.#clients.splice(0)) client.close();
    await Promise.all(this.#servers.splice(0).map((server) => server.stop(0)));
  }
}

export interface TestCertificates {
  readonly folder: string;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  /** Certificate of another authority. */
  readonly strangerCert: string;
  readonly strangerKey: string;
  remove(): void;
}

/** Throwaway certificates for 127.0.0.1 by the openssl command; undefined where there is none. */
export function makeCertificates(): TestCertificates | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'rpc-tls-'));
  const file = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'ignore', cwd: folder });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  try {
    writeFileSync(file('san.cnf'), 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
    for (const name of ['ca', 'stranger']) {
      openssl(
        'req',
        '-x509',
        ...key,
        '-days',
        '2',
        '-subj',
        `/CN=${name}`,
        '-keyout',
        `${name}.key`,
        '-out',
        `${name}.pem`,
      );
    }
    openssl('req', ...key, '-subj', '/CN=member', '-keyout', 'member.key', '-out', 'member.csr');
    const sign = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'san.cnf'];
    openssl('x509', '-req', '-in', 'member.csr', ...sign, '-out', 'member.pem');
  } catch {
    rmSync(folder, { recursive: true, force: true });
    return undefined;
  }
  return {
    folder,
    ca: file('ca.pem'),
    cert: file('member.pem'),
    key: file('member.key'),
    strangerCert: file('stranger.pem'),
    strangerKey: file('stranger.key'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
