import { addFlags, InformationRequested, UsageCommand, UsageError } from '@synod/config';
import { addClusterCommand } from './commands/cluster.js';
import { addCompletionCommand } from './commands/completion.js';
import { addDevCommand, type DevCommandModules } from './commands/dev.js';
import { addEventsCommand } from './commands/events.js';
import { addImportCommand } from './commands/import.js';
import { addJobCommand } from './commands/job.js';
import { addJobsCommand } from './commands/jobs.js';
import { addPlacementCommand } from './commands/placement.js';
import { addQueueCommand } from './commands/queue.js';
import { addRunCommand } from './commands/run.js';
import { addScheduleCommand } from './commands/schedule.js';
import { addSubmitCommand } from './commands/submit.js';
import { addWorkerCommand } from './commands/worker.js';
import { describeFailure } from './failure.js';
import { writeOut, type CliIo } from './io.js';
import { CliSession, GLOBAL_OPTIONS } from './session.js';

const VERSION = '0.1.0';

const EXIT_STATUSES = `
Exit statuses:
  0 done   1 failed   2 wrong usage   3 no such job or worker   4 no coordinator reachable, or the cluster does not serve
  124 the wait took too long   130 Ctrl-C   run, submit --wait and job wait: the command's own status, 128 + N for signal N

Start:
  synod dev                          a whole cluster on this machine, until Ctrl-C
  synod run -- sh -c 'echo hello'    run a command on it`;

/** All commands, and what they share. */
export function buildCommands(
  io: CliIo,
  dev?: DevCommandModules,
): { readonly root: UsageCommand; readonly session: CliSession } {
  const root = new UsageCommand('synod');
  const session = new CliSession(io, root);
  root
    .description('Synod, a highly available job scheduler: submits jobs, follows them, looks at the cluster.')
    .version(VERSION, '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', EXIT_STATUSES);
  addFlags(root, GLOBAL_OPTIONS);
  addRunCommand(root, session);
  addSubmitCommand(root, session);
  addJobsCommand(root, session);
  addJobCommand(root, session);
  addQueueCommand(root, session);
  addScheduleCommand(root, session);
  addImportCommand(root, session);
  addWorkerCommand(root, session);
  addPlacementCommand(root, session);
  addClusterCommand(root, session);
  addEventsCommand(root, session);
  addDevCommand(root, session, dev);
  addCompletionCommand(root, session);
  showGlobalFlags(root, io);
  return { root, session };
}

/** Runs one command line and resolves with its exit status. Never throws, never ends the process. `dev` is for tests. */
export async function runCli(argv: readonly string[], io: CliIo, dev?: DevCommandModules): Promise<number> {
  const { root, session } = buildCommands(io, dev);
  try {
    await root.run(argv);
    return session.exitStatus;
  } catch (error) {
    if (error instanceof InformationRequested) {
      await writeOut(io.stdout, error.output);
      return error.exitStatus;
    }
    const { line, status } = describeFailure(withDashesAdvice(error, argv));
    session.note(line);
    return status;
  } finally {
    session.close();
  }
}

/** The help of each command lists the flags of all. */
function showGlobalFlags(command: UsageCommand, io: CliIo): void {
  const helpWidth = Math.min(120, io.stdout.columns ?? 100);
  command.configureHelp({ showGlobalOptions: true, sortSubcommands: false, helpWidth });
  for (const child of command.commands) if (child instanceof UsageCommand) showGlobalFlags(child, io);
}

/** The usual slip: a flag of the command itself, taken for one of ours. */
function withDashesAdvice(error: unknown, argv: readonly string[]): unknown {
  const [name] = argv.filter((word) => !word.startsWith('-'));
  if (!(error instanceof UsageError) || error.code !== 'unknownFlag' || argv.includes('--')) return error;
  if (name !== 'run' && name !== 'submit') return error;
  return new UsageError(
    error.facts,
    `${error.message}; flags of the command itself go behind --, as in: synod ${name} -- ls -l`,
  );
}
