// The command line of `npm run mutants`.
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

export const HELP = `npm run mutants -- [--only P4,id,…] [--seeds N] [--jobs N] [--json FILE] [--markdown FILE] [--smoke | --anchors]

Applies each mutant (a small, quiet change of the source for one of the pitfalls P1 to P23) on its own, until something kills it: a seed of the
simulator, a test, a scenario. The working tree is never touched.

  --only LIST      only these pitfalls or mutants, by name
  --seeds N        seeds of the simulator for each mutant at the most, from 1 (default 500, with --smoke 40)
  --jobs N         mutants at a time (default: half of the processors)
  --json FILE      also write the report to FILE as JSON
  --markdown FILE  write the table to FILE: between its marks <!-- mutants:begin --> and <!-- mutants:end -->, or as a new file
  --smoke          only those that die within a few seeds, and no controls: a minute
  --anchors        only see that every mutant still matches the source
  --help           show this

Status 0 when every mutant was quiet and died, and every control survived; 1 when not; 2 when the arguments are wrong.
`;

/** Throws an `Error` whose message says what is wrong. */
export function parseOptions(argv) {
  const { values } = parseArgs({
    args: argv,
    options: {
      only: { type: 'string' },
      seeds: { type: 'string' },
      jobs: { type: 'string', default: String(Math.max(1, Math.floor(availableParallelism() / 2))) },
      json: { type: 'string' },
      markdown: { type: 'string' },
      smoke: { type: 'boolean', default: false },
      anchors: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const { only, smoke } = values;
  if (smoke && only !== undefined) throw new Error('--smoke chooses mutants itself: leave out --only');
  return {
    ...values,
    only: only?.split(',').map((name) => name.trim()),
    seeds: integer('seeds', values.seeds ?? (smoke ? '40' : '500'), 1, 1_000_000),
    jobs: integer('jobs', values.jobs, 1, 256),
  };
}

function integer(name, text, min, max) {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw new Error(`--${name} must be an integer from ${min} to ${max}, not '${text}'`);
  }
  return value;
}

/** The mutants that the options name. Throws when a name is nobody's. */
export function selected(mutants, { only, smoke }) {
  if (smoke) return mutants.filter((mutant) => mutant.smoke);
  if (only === undefined) return mutants;
  const unknown = only.filter((name) => !mutants.some(({ id, pitfall }) => name === id || name === pitfall));
  if (unknown.length > 0) throw new Error(`no mutant and no pitfall is called ${unknown.join(', ')}`);
  return mutants.filter(({ id, pitfall }) => only.includes(id) || only.includes(pitfall));
}
