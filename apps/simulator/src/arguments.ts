import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import type { PlanOverrides } from './world.js';

export const USAGE = `Runs Synod's consensus core in simulated clusters: every run's topology, faults, load and clocks follow from its seed.

Usage: npm run sim -- [--runs N] [--seed S] [--jobs N] [--json FILE] [--markdown FILE]
       npm run sim -- --shrink S [--save FILE]
       npm run sim -- --plan FILE

  --runs N             runs, with seeds S to S + N - 1 (default 20, 1 to 1000000)
  --seed S             first seed (default 1, 0 to 2^52)
  --jobs N             runs at the same time (default: processors); the digest is the same whatever N is
  --world NAME         kind of run (default consensus)
  --json FILE          also write the report to FILE as JSON
  --markdown FILE      also write the report to FILE as a page of documentation

  --shrink S           look for a smaller plan that fails as seed S does, and print what repeats it
  --save FILE          where --shrink puts that plan (default dist/sim/WORLD-S.json)
  --plan FILE          run the plan in FILE, or shrink it with --shrink 0
  --show-plan          print the plan of --seed instead of running it

  --only-faults A,B    leave out all other faults, and noise of links and clocks that isn't named; '' for none at all
  --only-injections I  keep only these of the plan's injections, by index: 3,7,12
  --clients N          that many clients
  --until-ms T         end the phase of faults after T simulated milliseconds
  --help               show this

Status 0 when every run held all invariants, ran the same twice, and the campaign showed what it must (from 200 runs on;
in full from 1000 on); 1 when not; 2 when the arguments are wrong.
`;

export interface SimulatorArguments {
  readonly runs: number;
  readonly seed: number;
  readonly jobs: number;
  readonly world: string;
  readonly jsonFile: string | undefined;
  readonly markdownFile: string | undefined;
  readonly shrinkSeed: number | undefined;
  readonly saveFile: string | undefined;
  readonly planFile: string | undefined;
  readonly showPlan: boolean;
  readonly overrides: PlanOverrides;
  readonly help: boolean;
}

const MAX_SEED = 2 ** 52;

/** Throws an `Error` whose message says what is wrong with the arguments. */
export function parseArguments(argv: readonly string[]): SimulatorArguments {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      runs: { type: 'string', default: '20' },
      seed: { type: 'string', default: '1' },
      jobs: { type: 'string', default: String(availableParallelism()) },
      world: { type: 'string', default: 'consensus' },
      json: { type: 'string' },
      markdown: { type: 'string' },
      shrink: { type: 'string' },
      save: { type: 'string' },
      plan: { type: 'string' },
      'show-plan': { type: 'boolean', default: false },
      'only-faults': { type: 'string' },
      'only-injections': { type: 'string' },
      clients: { type: 'string' },
      'until-ms': { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  return {
    runs: integer('runs', values.runs, 1, 1_000_000),
    seed: integer('seed', values.seed, 0, MAX_SEED),
    jobs: integer('jobs', values.jobs, 1, 256),
    world: values.world,
    jsonFile: values.json,
    markdownFile: values.markdown,
    shrinkSeed: optional(values.shrink, (text) => integer('shrink', text, 0, MAX_SEED)),
    saveFile: values.save,
    planFile: values.plan,
    showPlan: values['show-plan'],
    overrides: {
      onlyFaults: optional(values['only-faults'], list),
      onlyInjections: optional(values['only-injections'], (text) =>
        list(text).map((index) => integer('only-injections', index, 0, 100_000)),
      ),
      clients: optional(values.clients, (text) => integer('clients', text, 1, 1_000)),
      untilMs: optional(values['until-ms'], (text) => integer('until-ms', text, 1, 10_000_000)),
    },
    help: values.help,
  };
}

/** True when somebody restricts what may happen: then there is nothing that must have been reached. */
export function isRestricted({ overrides }: SimulatorArguments): boolean {
  return Object.values(overrides).some((value) => value !== undefined);
}

function optional<T>(text: string | undefined, parse: (text: string) => T): T | undefined {
  return text === undefined ? undefined : parse(text);
}

function list(text: string): string[] {
  return text === '' ? [] : text.split(',');
}

function integer(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < min || value > max || text.trim() === '') {
    throw new Error(`--${name} must be an integer from ${min} to ${max}, not '${text}'`);
  }
  return value;
}
