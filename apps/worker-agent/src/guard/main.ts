import { messageOf } from '../shared/platform.js';
import { runGuard } from './bootstrap.js';
import { GuardError } from './errors.js';
import { parseGuardArguments } from './options.js';

/** Another guard has the directory: the agent that started this one connects to that. */
const EXIT_RUNNING = 75;

async function main(): Promise<void> {
  try {
    await runGuard(parseGuardArguments(process.argv.slice(2)));
    process.stdout.write('ready\n');
  } catch (error) {
    process.stderr.write(`guard: ${messageOf(error)}\n`);
    process.exit(error instanceof GuardError && error.code === 'guardRunning' ? EXIT_RUNNING : 1);
  }
}

void main();
