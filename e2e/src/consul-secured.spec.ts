import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { findConsul } from '@synod/conformance';
import { LocalCluster, until } from './index.js';
import { ConsulCluster } from './harness/consul-cluster.js';
import { freePorts } from './harness/ports.js';

const consul = findConsul();
const itself = 'path' in consul ? describe : describe.skip;

const MASTER = '5f2d7a0e-1111-4222-8333-944455566677';
const PREFIX = 'team-a';
/** What docs/consul.md says that a token needs, for this prefix. */
const RULES = [
  `service_prefix "${PREFIX}-" { policy = "write" }`,
  'node_prefix "" { policy = "read" }',
  'agent_prefix "" { policy = "read" }',
].join('\n');

itself(
  'cluster (1 coordinator, 1 agent) with a Consul that verifies its callers and denies what no token allows',
  () => {
    let consuls: ConsulCluster;
    let cluster: LocalCluster;
    let url: string;
    let pem: (name: string) => string;

    beforeAll(async () => {
      cluster = await LocalCluster.create({ coordinators: 1, agents: 1, agentArgs: [] });
      pem = (name) => join(cluster.directory, name);
      makeCertificates(cluster.directory);
      const [https = 0] = await freePorts(1);
      url = `https://127.0.0.1:${String(https)}`;
      const settings = [
        'acl { enabled = true default_policy = "deny" enable_token_persistence = true',
        `tokens { master = "${MASTER}" agent = "${MASTER}" } }`,
        `ports { https = ${String(https)} } datacenter = "south" verify_incoming_https = true`,
        `ca_file = "${pem('ca.pem')}" cert_file = "${pem('member.pem')}" key_file = "${pem('member.key')}"`,
      ];
      consuls = await ConsulCluster.start('path' in consul ? consul.path : '', cluster.directory, 0, {
        servers: 1,
        settings: settings.join('\n'),
        token: MASTER,
      });
      const token = await makeToken();
      const tls = ['--consul-ca', pem('ca.pem'), '--consul-cert', pem('member.pem'), '--consul-key', pem('member.key')];
      const args = ['--consul', url, '--consul-token', token, '--consul-prefix', PREFIX, ...tls];
      const south = ['--consul-datacenter', 'south'];
      await cluster.startCoordinator('c1', ['--node-store', 'consul', ...args, ...south]);
      await cluster.startAgent('w1', [...args, ...south]);
    }, 90_000);

    afterAll(async () => {
      await cluster.stop();
      await consuls.stop();
    }, 60_000);

    it('an agent that knows Consul alone finds the coordinator and is a passing service, under the prefix', async () => {
      await cluster.workersOnline(1);
      for (const kind of ['coordinator', 'worker']) {
        await until(`a passing ${kind}`, async () => {
          const found = await ask<unknown[]>('GET', `/v1/health/service/${PREFIX}-${kind}?passing`);
          return found.length === 1 ? true : undefined;
        });
      }
      expect(await ask('GET', '/v1/health/service/synod-worker')).toEqual([]);
    }, 60_000);

    it('one of certificate and key is refused with what is missing', async () => {
      const refused = cluster.startAgent('w2', ['--consul', url, '--consul-cert', pem('member.pem')]);
      await expect(refused).rejects.toThrow('--consul-cert needs --consul-key too');
    }, 30_000);

    async function makeToken(): Promise<string> {
      // ACLs are there a moment after the leader is.
      return until('ACLs', async () => {
        await ask('PUT', '/v1/acl/policy', { Name: PREFIX, Rules: RULES }).catch(() => undefined);
        const made = await ask<{ SecretID?: string }>('PUT', '/v1/acl/token', { Policies: [{ Name: PREFIX }] });
        return made.SecretID;
      });
    }

    function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
      const files = { ca: 'ca.pem', cert: 'member.pem', key: 'member.key' };
      const tls = Object.fromEntries(Object.entries(files).map(([key, name]) => [key, readFileSync(pem(name))]));
      return new Promise((resolve, reject) => {
        const call = request(`${url}${path}`, { ...tls, method, headers: { 'x-consul-token': MASTER } }, (response) => {
          let text = '';
          response.on('data', (chunk: Buffer) => (text += chunk.toString()));
          response.on('end', () => {
            if (response.statusCode === 200) resolve(JSON.parse(text) as T);
            else reject(new Error(`${path}: ${String(response.statusCode)} ${text}`));
          });
        });
        call.on('error', reject);
        call.end(body === undefined ? undefined : JSON.stringify(body));
      });
    }
  },
);

/** Throwaway ones for 127.0.0.1: `ca.pem`, and `member.pem` with `member.key` for servers and clients alike. */
function makeCertificates(cwd: string): void {
  const openssl = (...args: string[]): void => {
    execFileSync('openssl', args, { stdio: 'pipe', cwd });
  };
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  writeFileSync(join(cwd, 'san.cnf'), 'subjectAltName=IP:127.0.0.1,DNS:localhost,DNS:server.south.consul\n');
  openssl('req', '-x509', ...key, '-days', '2', '-subj', '/CN=ca', '-keyout', 'ca.key', '-out', 'ca.pem');
  openssl('req', ...key, '-subj', '/CN=member', '-keyout', 'member.key', '-out', 'member.csr');
  const sign = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'san.cnf'];
  openssl('x509', '-req', '-in', 'member.csr', ...sign, '-out', 'member.pem');
}
