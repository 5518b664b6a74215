import { option } from './option.js';
import { UsageError } from './usage-error.js';

/** `--log-level`, the same in every app. */
export const LOG_OPTIONS = {
  logLevel: option.choice({
    summary: 'Least level that is logged (JSON lines on stderr)',
    choices: ['debug', 'info', 'warn', 'error', 'silent'],
    default: 'info',
    group: 'General',
  }),
};

/** TLS of all servers and channels of an app; {@link rpcSecurity} turns them into what `libs/rpc` takes. */
export const SECURITY_OPTIONS = {
  tlsCert: option.string({ summary: 'PEM certificate of this process', valueName: 'file', group: 'Security' }),
  tlsKey: option.string({ summary: 'PEM key of that certificate', valueName: 'file', group: 'Security' }),
  tlsCa: option.string({ summary: 'PEM authority that peers are checked by', valueName: 'file', group: 'Security' }),
  insecure: option.boolean({
    summary: 'Allows addresses that are not loopback without TLS: anybody who reaches them may run commands',
    group: 'Security',
  }),
};

interface SecurityValues {
  readonly tlsCert: string | undefined;
  readonly tlsKey: string | undefined;
  readonly tlsCa: string | undefined;
  readonly insecure: boolean;
}

/** The `RpcSecurity` of `libs/rpc`. */
export function rpcSecurity(values: SecurityValues): {
  readonly tlsCertFile?: string;
  readonly tlsKeyFile?: string;
  readonly tlsCaFile?: string;
  readonly insecure: boolean;
} {
  return {
    ...(values.tlsCert === undefined ? {} : { tlsCertFile: values.tlsCert }),
    ...(values.tlsKey === undefined ? {} : { tlsKeyFile: values.tlsKey }),
    ...(values.tlsCa === undefined ? {} : { tlsCaFile: values.tlsCa }),
    insecure: values.insecure,
  };
}

/** How to reach Consul, as its users expect. */
export const CONSUL_OPTIONS = {
  consul: option.url({ summary: "This host's Consul agent, such as http://127.0.0.1:8500", group: 'Consul' }),
  consulToken: option.string({ summary: 'ACL token for Consul', secret: true, valueName: 'token', group: 'Consul' }),
  consulDatacenter: option.string({ summary: 'Consul datacenter; the agent’s own if not set', group: 'Consul' }),
  consulPrefix: option.string({
    summary: 'Start of the names of the services, such as synod-worker',
    default: 'synod',
    pattern: /^[a-z0-9](?:[a-z0-9-]{0,40}[a-z0-9])?$/,
    patternText: '1 to 42 of a-z, 0-9 and inner dashes',
    group: 'Consul',
  }),
  consulCa: option.string({ summary: 'PEM authority of an https Consul', valueName: 'file', group: 'Consul' }),
  consulCert: option.string({
    summary: 'PEM certificate to show to an https Consul that verifies its callers; with --consul-key',
    valueName: 'file',
    group: 'Consul',
  }),
  consulKey: option.string({ summary: 'PEM key of --consul-cert', valueName: 'file', group: 'Consul' }),
};

export interface ConsulValues {
  readonly consulToken: string | undefined;
  readonly consulDatacenter: string | undefined;
  readonly consulPrefix: string;
  readonly consulCa: string | undefined;
  readonly consulCert: string | undefined;
  readonly consulKey: string | undefined;
}

/**
 * The options of the Consul node store of `libs/discovery`, but for its url. Throws UsageError when one of certificate and key is
 * missing.
 */
export function consulSettings(values: ConsulValues): {
  readonly token: string | undefined;
  readonly datacenter: string | undefined;
  readonly prefix: string;
  readonly caFile: string | undefined;
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
} {
  const { consulCert, consulKey } = values;
  if ((consulCert === undefined) !== (consulKey === undefined)) {
    const [given, missing] =
      consulKey === undefined ? ['--consul-cert', '--consul-key'] : ['--consul-key', '--consul-cert'];
    throw new UsageError({ code: 'invalidCombination', option: given }, `${given} needs ${missing} too`);
  }
  return {
    token: values.consulToken,
    datacenter: values.consulDatacenter,
    prefix: values.consulPrefix,
    caFile: values.consulCa,
    certFile: consulCert,
    keyFile: consulKey,
  };
}
