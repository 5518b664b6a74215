import { CONSUL_OPTIONS, defineOptions, LOG_OPTIONS, option, SECURITY_OPTIONS, UsageError } from '@synod/config';
import { isLoopback, parseAddress, serverCredentials } from '@synod/rpc';
import type { RpcSecurity } from '@synod/rpc';
import { DEFAULT_TRIM_OPTIONS } from './replica/trim-policy.js';
import type { TrimOptions } from './replica/trim-policy.js';
import { DEFAULT_HISTORY_LIMITS } from './state/history.js';

const MIB = 2 ** 20;
const DAY_MS = 86_400_000;

export const COORDINATOR_OPTIONS = defineOptions({
  name: 'coordinator',
  summary: 'One member of the group that decides on every job and every assignment.',
  options: {
    id: option.string({
      summary: 'Identity in the group; never reused, not even for a machine that replaces this one',
      default: 'c1',
      pattern: /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/,
      patternText: '1 to 64 of a-z, 0-9 and inner dashes',
    }),
    listen: option.address({ summary: 'Address of the gRPC server', default: '127.0.0.1:7401' }),
    advertise: option.address({ summary: 'Address at which others reach it; default: where it listens' }),
    data: option.string({ summary: 'Data directory', valueName: 'dir', default: '.synod-coordinator' }),
    initialMembers: option.list({
      summary:
        'The group at its first start, as id=host:port, the same on every member; a restart may leave it out. ' +
        'Default: this member alone',
      valueName: 'id=host:port,…',
      default: [],
    }),
    clusterName: option.string({
      summary: 'Name of the cluster at its first start, the same on every member: two clusters never mix',
      default: 'synod',
      pattern: /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/,
      patternText: '1 to 40 of a-z, 0-9 and inner dashes',
    }),
    logKeptSlots: option.integer({
      summary:
        'Entries of the log kept behind the image of the state, for members that lag: more lets one that was away for ' +
        'longer catch up without a snapshot',
      unit: 'entries',
      min: 100,
      max: 100_000_000,
      default: DEFAULT_TRIM_OPTIONS.keptSlots,
    }),
    logKeptMib: option.integer({
      summary: 'The same in size; whichever is less',
      unit: 'MiB',
      min: 1,
      max: 1_000_000,
      default: DEFAULT_TRIM_OPTIONS.keptBytes / MIB,
    }),
    featureLevelMax: option.integer({
      summary:
        'New behaviour begins when all members support it; above this level this member says it does not. ' +
        'For an upgrade that shall stay reversible: 1 on every member, until all run the new program',
      unit: 'level',
      min: 1,
      max: 1_000_000,
      default: 1_000_000,
    }),
    historyJobs: option.integer({
      summary: 'Finished jobs that are kept to be looked at, those that ended last; each coordinator keeps its own',
      unit: 'jobs',
      min: 0,
      max: 1_000_000_000,
      default: DEFAULT_HISTORY_LIMITS.maxRecords,
    }),
    historyFor: option.durationMs({
      summary: 'How long they are kept',
      minMs: 1_000,
      maxMs: 3_650 * DAY_MS,
      default: DEFAULT_HISTORY_LIMITS.keptForMs,
    }),
    keepLogsMib: option.integer({
      summary:
        'What whole logs of attempts may take here, so that they outlive their workers; the oldest jobs’ go first, and one log has a ' +
        'quarter at most. 0 keeps none. Each coordinator keeps those of the workers that are connected to it',
      unit: 'MiB',
      min: 0,
      max: 100_000_000,
      default: 0,
    }),
    keepLogsFor: option.durationMs({
      summary: 'How long they are kept',
      minMs: 60_000,
      maxMs: 2_147_483_647,
      default: 7 * 24 * 3_600_000,
    }),
    nodeStore: option.choice({
      summary: 'Where this coordinator makes itself known: in the group’s own log alone, or in Consul too',
      choices: ['embedded', 'consul'],
      default: 'embedded',
    }),
    ...CONSUL_OPTIONS,
    ...SECURITY_OPTIONS,
    ...LOG_OPTIONS,
  },
});

/** How much of the log is kept; a step of a trim is a twentieth of that. */
export function trimOptions(options: { readonly logKeptSlots: number; readonly logKeptMib: number }): TrimOptions {
  const { logKeptSlots: keptSlots, logKeptMib } = options;
  const stepSlots = Math.min(DEFAULT_TRIM_OPTIONS.stepSlots, Math.ceil(keptSlots / 20));
  return { ...DEFAULT_TRIM_OPTIONS, keptSlots, keptBytes: logKeptMib * MIB, stepSlots };
}

/** What is kept of logs; undefined: nothing. */
export function keptLogs(options: {
  readonly keepLogsMib: number;
  readonly keepLogsFor: number;
}): { readonly maxBytes: number; readonly keptForMs: number } | undefined {
  if (options.keepLogsMib === 0) return undefined;
  return { maxBytes: options.keepLogsMib * MIB, keptForMs: options.keepLogsFor };
}

export interface Member {
  readonly id: string;
  readonly address: string;
}

/** The members named by `--initial-members`; undefined when none were. */
export function initialMembers(texts: readonly string[], id: string): readonly Member[] | undefined {
  if (texts.length === 0) return undefined;
  const members = texts.map((text) => {
    const match = /^([a-z0-9-]{1,64})=(.+:\d{1,5})$/.exec(text.trim());
    if (match?.[1] === undefined || match[2] === undefined) {
      throw new UsageError(
        { code: 'invalidCombination', option: 'initial-members' },
        `--initial-members: "${text}" is not id=host:port`,
      );
    }
    return { id: match[1], address: match[2] };
  });
  const ids = new Set(members.map((member) => member.id));
  if (ids.size !== members.length || !ids.has(id)) {
    throw new UsageError(
      { code: 'invalidCombination', option: 'initial-members' },
      ids.has(id)
        ? '--initial-members names an id twice'
        : `--initial-members does not name this coordinator (--id ${id}): add ${id}=host:port`,
    );
  }
  return members.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/**
 * What can be refused before the data directory is touched: a directory that was formatted for a start that was refused would
 * stand in the way of the right one. Throws RpcSetupError or UsageError.
 */
export function checkAddresses(
  options: { readonly listen: string; readonly advertise: string | undefined },
  security: RpcSecurity,
): void {
  serverCredentials(options.listen, security);
  if (options.advertise !== undefined || !isWildcard(parseAddress(options.listen).host)) return;
  throw new UsageError(
    { code: 'invalidCombination', option: 'advertise' },
    `--listen ${options.listen} is every address of this host, and none that others could call: give --advertise host:port`,
  );
}

function isWildcard(host: string): boolean {
  return ['0.0.0.0', '::', '0:0:0:0:0:0:0:0'].includes(host);
}

/** A group beyond this host can't find a member that advertises loopback. */
export function checkAdvertised(members: readonly Member[], advertised: string): void {
  const beyond = members.some((member) => !isLoopback(parseAddress(member.address).host));
  if (beyond && isLoopback(parseAddress(advertised).host)) {
    throw new UsageError(
      { code: 'invalidCombination', option: 'advertise' },
      `this coordinator is known to the others as ${advertised}, which only this host reaches: give --advertise host:port`,
    );
  }
}

export function checkStore(options: { readonly nodeStore: string; readonly consul: string | undefined }): void {
  if (options.nodeStore !== 'consul' || options.consul !== undefined) return;
  throw new UsageError(
    { code: 'invalidCombination', option: 'consul' },
    "--node-store consul needs --consul URL, this host's Consul agent, such as http://127.0.0.1:8500",
  );
}
