import type { Clock, Logger, Timers } from '@synod/base';
import type { AttemptDirectory } from '../shared/data-directory.js';
import { writeJsonFile } from '../shared/data-directory.js';
import type { StartOrder } from '../shared/guard-protocol.js';
import { isGroupAlive, processIdentity, signalGroup, type ProcessIdentity } from '../shared/process-table.js';
import type { Cgroups, Containment } from './cgroups.js';
import type { FifoPool } from './fifo-pool.js';
import { launch, type Launched, type LaunchRefused } from './launch.js';
import { OutputFile, type OutputLimits } from './output-file.js';

/** Signals to a process group, and whether it lives. */
export interface GroupSignals {
  /** False when the group is gone. */
  signal(group: number, signal: NodeJS.Signals | 0): boolean;
  /** `thorough` also asks whether its members are more than zombies. */
  isAlive(group: number, thorough: boolean): boolean;
}

/** The leader of an attempt's process group, as its guard sees it. */
export interface StartedProcess {
  readonly kind: 'launched';
  readonly pid: number;
  /** All that it starts, if the host keeps that together. */
  readonly contained?: Containment | undefined;
  readonly child: {
    once(event: 'exit', listener: (code: number | null, signal: NodeJS.Signals | null) => void): unknown;
  };
}

/** One output stream on its way to its files. */
export interface KeptOutput {
  /** The group has gone: read what is left and stop. */
  finish(): void;
  /** Resolves when all is in the files. */
  readonly closed: Promise<void>;
}

/** All that an attempt needs of the host below it: processes, their output, and files that outlive the guard. */
export interface AttemptHost<Process extends StartedProcess = StartedProcess> {
  /** Starts the command as the leader of a process group of its own. */
  launch(order: StartOrder, files: AttemptDirectory): Promise<Process | LaunchRefused>;
  identity(pid: number): ProcessIdentity;
  readonly signals: GroupSignals;
  keepOutput(process: Process, files: AttemptDirectory): readonly KeptOutput[];
  /** Whole or not at all. */
  writeFile(path: string, value: unknown): void;
}

/** The host that the guard runs on. */
export function localHost(modules: {
  readonly fifos: FifoPool;
  readonly cgroups: Cgroups | undefined;
  readonly limits: OutputLimits;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Logger;
}): AttemptHost<Launched> {
  const streams = ['stdout', 'stderr'] as const;
  return {
    launch: (order, files) => launch(order, files, modules),
    identity: processIdentity,
    signals: { signal: signalGroup, isAlive: isGroupAlive },
    keepOutput: (process, files) =>
      streams.map((name) => new OutputFile(process[name], `${files.root}/${name}`, modules.limits, modules)),
    writeFile: writeJsonFile,
  };
}
