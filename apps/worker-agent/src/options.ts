import { availableParallelism, hostname } from 'node:os';
import {
  CONSUL_OPTIONS,
  defineOptions,
  LOG_OPTIONS,
  option,
  SECURITY_OPTIONS,
  type ResolvedOptions,
} from '@synod/config';
import { DEFAULT_ORPHAN_GRACE_MS } from './guard/options.js';

/** Shells mostly wait, so more of them than processors; a host that only computes is told less. */
const ATTEMPTS_PER_PROCESSOR = 4;

const DEFINITIONS = {
  id: option.string({
    summary: 'Name of this worker, unique in the cluster',
    default: hostname()
      .replace(/[^A-Za-z0-9._-]/g, '-')
      .replace(/^[^A-Za-z0-9]+/, '')
      .slice(0, 128),
    pattern: /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/,
    patternText: '1 to 128 of letters, digits, dots, dashes and underscores, first a letter or digit',
  }),
  data: option.string({
    summary: 'Directory of its own: what runs, results, output',
    default: './.synod-agent',
    valueName: 'dir',
  }),
  coordinators: option.addresses({
    summary: 'Coordinators; 127.0.0.1:7401 to :7403 when no registry or Consul is given either',
    group: 'Cluster',
  }),
  registry: option.addresses({
    summary: 'Registries (or coordinators) to find coordinators through and to register at',
    group: 'Cluster',
  }),
  capacity: option.integer({
    summary: 'Attempts at the same time',
    min: 1,
    max: 10_000,
    unit: 'attempts',
    default: Math.min(10_000, availableParallelism() * ATTEMPTS_PER_PROCESSOR),
    group: 'Work',
  }),
  labels: option.keyValues({ summary: 'Labels that jobs can ask for', group: 'Work' }),
  onStop: option.choice({
    summary:
      'At SIGTERM: "drain" lets what runs end for --stop-timeout, and what may run at most once for up to a day; "end" ends it, so that it runs elsewhere; "keep" leaves it to an agent started in its place',
    choices: ['drain', 'end', 'keep'],
    default: 'end',
    group: 'Work',
  }),
  stopTimeout: option.durationMs({
    summary:
      'How long attempts have in all: with --on-stop end before they are killed, with drain before they are told to end',
    minMs: 0,
    maxMs: 3_600_000,
    default: 30_000,
    group: 'Work',
  }),
  restartGrace: option.durationMs({
    summary:
      'How long the guard waits for a restarted agent before it ends what runs; longer delays the jobs of a dead one',
    minMs: 500,
    maxMs: 60_000,
    default: DEFAULT_ORPHAN_GRACE_MS,
    group: 'Work',
  }),
  allowCommands: option.list({
    summary: 'Only these commands are run, by absolute path; others fail with exit status 126',
    group: 'Work',
  }),
  cgroup: option.string({
    summary:
      'Control group (v2) that is delegated to the agent, or "auto" for its own: for limits of jobs, and to end what left their process groups',
    valueName: 'dir',
    group: 'Work',
  }),
  httpPrivateRedirects: option.boolean({
    summary: 'Requests of http jobs follow redirects into private networks, such as this host and its cloud metadata',
    default: false,
    group: 'Work',
  }),
  httpForbidPrivate: option.boolean({
    summary: 'Requests of http jobs never go into private networks, not even where the job says so',
    default: false,
    group: 'Work',
  }),
  outputBytes: option.integer({
    summary:
      'Output kept of each stream of an attempt; the oldest part of a longer one is dropped. Times of its parts take an eighth more',
    min: 64 * 1024,
    max: 2 ** 40,
    unit: 'bytes',
    default: 64 * 1024 * 1024,
    group: 'Output',
  }),
  keepAttempts: option.integer({
    summary: 'Ended attempts whose output stays on this host',
    min: 0,
    max: 1_000_000,
    unit: 'attempts',
    default: 1_000,
    group: 'Output',
  }),
  keepBytes: option.integer({
    summary: 'What the output and directories of ended attempts may take together',
    min: 0,
    max: 2 ** 50,
    unit: 'bytes',
    default: 2 ** 30,
    group: 'Output',
  }),
  ...CONSUL_OPTIONS,
  ...SECURITY_OPTIONS,
  ...LOG_OPTIONS,
};

export type AgentOptions = ResolvedOptions<typeof DEFINITIONS>;

export const agentOptions = defineOptions({
  name: 'worker-agent',
  summary: 'Runs the attempts that a Synod cluster assigns to this host.',
  options: DEFINITIONS,
});

/** Where coordinators listen on one's own host, so that an agent without options joins a coordinator without options. */
export const LOCAL_COORDINATORS: readonly string[] = ['127.0.0.1:7401', '127.0.0.1:7402', '127.0.0.1:7403'];

export function givenCoordinators(options: AgentOptions): readonly string[] {
  if (options.coordinators !== undefined) return options.coordinators;
  return options.registry === undefined && options.consul === undefined ? LOCAL_COORDINATORS : [];
}
