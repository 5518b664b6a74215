import {
  CONSUL_OPTIONS,
  consulSettings,
  defineOptions,
  LOG_OPTIONS,
  option,
  rpcSecurity,
  SECURITY_OPTIONS,
  UsageError,
} from '@synod/config';
import type { Environment } from '@synod/config';
import { DEFAULT_TTL_MS, MAX_TTL_MS, MIN_TTL_MS } from '@synod/discovery';
import type { ConsulNodeStoreOptions } from '@synod/discovery';
import { formatAddress, parseAddress } from '@synod/rpc';
import type { RpcSecurity } from '@synod/rpc';

export const VERSION = '0.1.0';

/** Where Consul's own tools look for it. */
const DEFAULT_CONSUL_URL = 'http://127.0.0.1:8500';

export const REGISTRY_OPTIONS = defineOptions({
  name: 'registry',
  version: VERSION,
  summary:
    'Streams who is there (coordinators, registries, workers) to all who ask, and registers hosts without Consul.',
  options: {
    id: option.string({ summary: 'Its name, unique in the cluster; made of the address if not set', group: 'General' }),
    listen: option.address({ summary: 'Where it serves', default: '127.0.0.1:7400', group: 'General' }),
    advertise: option.address({ summary: 'Where others reach it; --listen if not set', group: 'General' }),
    nodeStore: option.choice({
      summary: 'Who knows the nodes: the coordinators (and Consul too, with --consul), or Consul alone',
      choices: ['embedded', 'consul'],
      default: 'embedded',
      group: 'Node store',
    }),
    coordinators: option.addresses({
      summary: 'Coordinators to ask; unused with --node-store consul',
      default: ['127.0.0.1:7401', '127.0.0.1:7402', '127.0.0.1:7403'],
      group: 'Node store',
    }),
    ttlMs: option.durationMs({
      summary: 'Life of its own registration when it is not renewed',
      minMs: MIN_TTL_MS,
      maxMs: MAX_TTL_MS,
      default: DEFAULT_TTL_MS,
      flag: 'ttl',
      group: 'Node store',
    }),
    ...CONSUL_OPTIONS,
    ...SECURITY_OPTIONS,
    ...LOG_OPTIONS,
  },
});

/** The options as the registry uses them. */
export interface RegistryOptions {
  /** Undefined: made of the bound address. */
  readonly id: string | undefined;
  readonly listen: string;
  /** Undefined: the bound address. */
  readonly advertise: string | undefined;
  /** Undefined: Consul alone. */
  readonly coordinators: readonly string[] | undefined;
  readonly consul: ConsulNodeStoreOptions | undefined;
  readonly ttlMs: number;
  readonly security: RpcSecurity;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** For the log: without secrets. */
  readonly described: Readonly<Record<string, unknown>>;
}

/** Throws UsageError, or InformationRequested for `--help` and `--version`. */
export function parseOptions(argv: readonly string[], env: Environment): RegistryOptions {
  const given = REGISTRY_OPTIONS.parse(argv, env);
  const { listen, advertise, nodeStore } = given;
  if (advertise === undefined && isAnyAddress(listen)) {
    const text = `--listen ${listen} is no address that others can call: say with --advertise host:port where they reach it`;
    throw new UsageError({ code: 'invalidCombination', option: '--advertise' }, text);
  }
  const url = given.consul ?? (nodeStore === 'consul' ? DEFAULT_CONSUL_URL : undefined);
  const consul = consulSettings(given);
  return {
    id: given.id,
    listen,
    advertise,
    coordinators: nodeStore === 'embedded' ? given.coordinators : undefined,
    consul: url === undefined ? undefined : { ...consul, url },
    ttlMs: given.ttlMs,
    security: rpcSecurity(given),
    logLevel: given.logLevel,
    described: REGISTRY_OPTIONS.describe(given),
  };
}

/** The name of a registry that was given none. */
export function defaultId(address: string): string {
  return `registry-${formatAddress(parseAddress(address)).replace(/[^A-Za-z0-9.:-]/g, '-')}`;
}

function isAnyAddress(address: string): boolean {
  return ['0.0.0.0', '::', '0:0:0:0:0:0:0:0'].includes(parseAddress(address).host);
}
