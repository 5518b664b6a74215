import { runCli } from './bootstrap.js';
import { processIo } from './process-io.js';

void runCli(process.argv.slice(2), processIo()).then((status) => {
  // What is still in a pipe goes out first; nothing else may keep the process.
  process.stdout.write('', () => process.stderr.write('', () => process.exit(status)));
});
