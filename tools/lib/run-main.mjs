// Runs a built program with this process's arguments and streams, and ends as it ends.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { ensure } from './ensure.mjs';

/** `main` is the program's file, `builds` the projects that have to be built for it. */
export async function runMain(main, { builds }) {
  await ensure({ builds });
  const child = spawn(process.execPath, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
  // A terminal sends Ctrl-C to both, and once more does no harm; a signal sent to this process alone is passed on.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  process.exitCode = await new Promise((resolve) => {
    child.on('error', () => resolve(1));
    child.on('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  });
}
