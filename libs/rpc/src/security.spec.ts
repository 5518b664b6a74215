import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { callUnary, isLoopback, parseAddress, unary } from './index.js';
import type { RpcSecurity } from './index.js';
import { channelCredentials, serverCredentials } from './security.js';
import { Bench, failure, makeCertificates, withCode, withFacts } from './rpc.spec-support.js';

const bench = new Bench();
afterEach(() => bench.close());

describe('isLoopback', () => {
  it.each(['127.0.0.1', '127.9.9.9', 'localhost', 'LocalHost', '::1', '::ffff:127.0.0.1'])('holds for %s', (host) =>
    expect(isLoopback(host)).toBe(true),
  );
  it.each([
    '0.0.0.0',
    '::',
    '10.0.0.1',
    'localhost.example.org',
    '127.0.0.1.example.org',
    '128.0.0.1',
    '::ffff:10.0.0.1',
  ])('does not hold for %s', (host) => expect(isLoopback(host)).toBe(false));
});

describe('parseAddress', () => {
  it('takes names, IPv4 and bracketed IPv6', () => {
    expect(parseAddress('c1.example.org:7401')).toEqual({ host: 'c1.example.org', port: 7401 });
    expect(parseAddress('[fe80::1]:0')).toEqual({ host: 'fe80::1', port: 0 });
  });
});

describe('credentials that can not be made', () => {
  const address = '127.0.0.1:0';
  const security = (files: Omit<RpcSecurity, 'insecure'>): RpcSecurity => ({ insecure: false, ...files });

  it('name the file that is missing', () => {
    const make = () => channelCredentials(address, security({ tlsCaFile: '/nonexistent/ca.pem' }));
    expect(make).toThrow(withFacts({ code: 'tlsFileUnreadable', option: 'tlsCaFile', path: '/nonexistent/ca.pem' }));
    expect(make).toThrow(/--tls-ca.*ENOENT/);
  });

  it('say which of certificate and key is missing', () => {
    const missing = (name: string) => withFacts({ code: 'tlsIncomplete', missing: name });
    expect(() => serverCredentials(address, security({ tlsCertFile: __filename }))).toThrow(missing('tlsKeyFile'));
    expect(() => serverCredentials(address, security({ tlsKeyFile: __filename }))).toThrow(missing('tlsCertFile'));
    expect(() => serverCredentials(address, security({ tlsCaFile: __filename }))).toThrow(missing('tlsCertFile'));
    expect(() => channelCredentials(address, security({ tlsKeyFile: __filename }))).toThrow(missing('tlsCertFile'));
  });
});

const certificates = makeCertificates();
if (certificates === undefined)
  process.stderr.write('skipped: TLS with real certificates (there is no openssl command)\n');

(certificates === undefined ? describe.skip : describe)('TLS with real certificates', () => {
  const files = certificates as NonNullable<typeof certificates>;
  afterAll(() => files.remove());
  const member = (): RpcSecurity => ({ insecure: false, tlsCertFile: files.cert, tlsKeyFile: files.key });
  const mutual = (): RpcSecurity => ({ ...member(), tlsCaFile: files.ca });
  const handlers = { getJob: unary(() => ({})) };

  it('serves clients that trust its authority, beyond loopback too', async () => {
    const address = await bench.serve(handlers, { security: member() }, '0.0.0.0:0');
    const client = bench.client(address.replace('0.0.0.0', '127.0.0.1'), { insecure: false, tlsCaFile: files.ca });
    await expect(callUnary(client, 'getJob', {})).resolves.toEqual({ job: null });
  });

  it('is refused by clients of another authority, and by plain ones', async () => {
    const address = await bench.serve(handlers, { security: member() });
    for (const security of [{ insecure: false, tlsCaFile: files.strangerCert }, { insecure: true }]) {
      expect((await failure(callUnary(bench.client(address, security), 'getJob', {}))).code).toBe('UNAVAILABLE');
    }
  });

  it('with an authority named, serves members only', async () => {
    const address = await bench.serve(handlers, { security: mutual() });
    await expect(callUnary(bench.client(address, mutual()), 'getJob', {})).resolves.toEqual({ job: null });
    const bare = bench.client(address, { insecure: false, tlsCaFile: files.ca });
    expect((await failure(callUnary(bare, 'getJob', {}))).code).toBe('UNAVAILABLE');
    const strange = {
      insecure: false,
      tlsCaFile: files.ca,
      tlsCertFile: files.strangerCert,
      tlsKeyFile: files.strangerKey,
    };
    expect((await failure(callUnary(bench.client(address, strange), 'getJob', {}))).code).toBe('UNAVAILABLE');
  });

  it('says so when key and certificate do not belong together, or are no PEM', () => {
    const invalid = withCode('tlsInvalid');
    const mixed = { insecure: false, tlsCertFile: files.cert, tlsKeyFile: files.strangerKey };
    expect(() => channelCredentials('127.0.0.1:1', mixed)).toThrow(invalid);
    expect(() => serverCredentials('127.0.0.1:1', mixed)).toThrow(invalid);
    const garbage = join(files.folder, 'garbage.pem');
    writeFileSync(garbage, 'hello');
    expect(() =>
      serverCredentials('127.0.0.1:1', { insecure: false, tlsCertFile: garbage, tlsKeyFile: garbage }),
    ).toThrow(invalid);
  });
});
