import { writeFileSync } from 'node:fs';
import { parseArguments, USAGE } from './arguments.js';
import type { SimulatorArguments } from './arguments.js';
import { runCampaign } from './campaign.js';
import { command, formatReport } from './report.js';

function main(argv: readonly string[]): number {
  let options: SimulatorArguments;
  try {
    options = parseArguments(argv);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\nsee --help\n`);
    return 2;
  }
  if (options.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const { seed, runs } = options;
  const report = runCampaign({
    seed,
    runs,
    repeats: Math.max(1, Math.ceil(runs / 20)),
    stopAtFirstFailure: false,
    onRun: ({ seed: failing, failure }) => {
      if (failure !== undefined) process.stderr.write(`seed ${failing}: ${failure.invariant}; ${command(failing)}\n`);
    },
  });
  process.stdout.write(formatReport(report));
  if (options.jsonFile !== undefined) writeFileSync(options.jsonFile, `${JSON.stringify(report, undefined, 2)}\n`);
  return report.passed ? 0 : 1;
}

// A reader that has seen enough, such as `head`, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = main(process.argv.slice(2));
