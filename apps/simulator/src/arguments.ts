import { parseArgs } from 'node:util';

export const USAGE = `Runs Synod's consensus core in a simulated cluster: every run's topology, faults, load and clocks follow from its seed.

Usage: npm run sim -- [--runs N] [--seed S] [--json FILE]

  --runs N     runs, with seeds S to S + N - 1 (default 20, 1 to 1000000)
  --seed S     first seed (default 1, 0 to 2^52)
  --json FILE  also write the report to FILE as JSON
  --help       show this

Status 0 when every run held all invariants, ran the same twice, and the campaign reached every event that it must (from
20 runs on); 1 when not; 2 when the arguments are wrong.
`;

export interface SimulatorArguments {
  readonly runs: number;
  readonly seed: number;
  readonly jsonFile: string | undefined;
  readonly help: boolean;
}

/** Throws an `Error` whose message says what is wrong with the arguments. */
export function parseArguments(argv: readonly string[]): SimulatorArguments {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      runs: { type: 'string', default: '20' },
      seed: { type: 'string', default: '1' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  return {
    runs: integer('runs', values.runs, 1, 1_000_000),
    seed: integer('seed', values.seed, 0, 2 ** 52),
    jsonFile: values.json,
    help: values.help,
  };
}

function integer(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < min || value > max || text.trim() === '') {
    throw new Error(`--${name} must be an integer from ${min} to ${max}, not '${text}'`);
  }
  return value;
}
