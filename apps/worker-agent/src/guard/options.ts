import { parseArgs } from 'node:util';

/** The guard is started by its agent only; people give options to the agent. */
export interface GuardArguments {
  readonly data: string;
  /** Of each output stream of an attempt. */
  readonly streamBytes: number;
  readonly orphanGraceMs: number;
  /** Control group for attempts: a directory or `auto`; undefined: none. */
  readonly cgroup?: string | undefined;
}

export const DEFAULT_STREAM_BYTES = 64 * 1024 * 1024;
export const DEFAULT_ORPHAN_GRACE_MS = 2_000;

export function guardArguments(given: GuardArguments): string[] {
  return [
    ...[`--data=${given.data}`, `--stream-bytes=${given.streamBytes}`, `--orphan-grace-ms=${given.orphanGraceMs}`],
    ...(given.cgroup === undefined ? [] : [`--cgroup=${given.cgroup}`]),
  ];
}

export function parseGuardArguments(argv: readonly string[]): GuardArguments {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      data: { type: 'string' },
      'stream-bytes': { type: 'string', default: String(DEFAULT_STREAM_BYTES) },
      cgroup: { type: 'string' },
      'orphan-grace-ms': { type: 'string', default: String(DEFAULT_ORPHAN_GRACE_MS) },
    },
  });
  if (values.data === undefined)
    throw new TypeError('--data is missing: the guard is started by worker-agent, not by hand');
  return {
    data: values.data,
    streamBytes: Number(values['stream-bytes']),
    orphanGraceMs: Number(values['orphan-grace-ms']),
    cgroup: values.cgroup,
  };
}
