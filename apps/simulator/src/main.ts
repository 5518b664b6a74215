import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { isRestricted, parseArguments, USAGE } from './arguments.js';
import type { SimulatorArguments } from './arguments.js';
import { runCampaign } from './campaign/campaign.js';
import { runRegressions } from './campaign/regressions.js';
import { command, formatMarkdown, formatReport } from './campaign/report.js';
import { shrink } from './campaign/shrink.js';
import { simulateHere } from './campaign/simulators.js';
import { runThread, simulateInThreads } from './campaign/threads.js';
import { overridePlan } from './world.js';
import type { BasePlan, World } from './world.js';
import { WORLDS, worldOf } from './worlds.js';

const MAX_SHRINK_ATTEMPTS = 600;

async function main(argv: readonly string[]): Promise<number> {
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
  const world = worldOf(options.world);
  const unknown = unknownName(options, world);
  if (world === undefined || unknown !== undefined) {
    process.stderr.write(`${unknown}\nsee --help\n`);
    return 2;
  }
  const plan =
    options.planFile === undefined ? undefined : (JSON.parse(readFileSync(options.planFile, 'utf8')) as BasePlan);
  if (options.shrinkSeed !== undefined) {
    return shrinkPlan(world, plan ?? overridePlan(world, options.shrinkSeed, options.overrides), options);
  }
  if (options.showPlan) {
    const shown = plan ?? overridePlan(world, options.seed, options.overrides);
    process.stdout.write(`${JSON.stringify(shown, undefined, 2)}\n`);
    return 0;
  }
  return plan === undefined ? campaign(world, options) : runPlan(world, plan);
}

function unknownName({ world: name, overrides }: SimulatorArguments, world: World | undefined): string | undefined {
  if (world === undefined) return `no world ${name}; there are ${WORLDS.map((it) => it.name).join(', ')}`;
  const kind = overrides.onlyFaults?.find((it) => !world.faultKinds.includes(it));
  return kind === undefined ? undefined : `no fault ${kind}; there are ${world.faultKinds.join(', ')}`;
}

async function campaign(world: World, options: SimulatorArguments): Promise<number> {
  const { seed, runs, jobs, overrides } = options;
  const restricted = isRestricted(options);
  const broken = restricted ? [] : await runRegressions(world);
  for (const line of broken) process.stderr.write(`${line}\n`);
  const simulators =
    jobs === 1 || runs === 1
      ? simulateHere(world, overrides)
      : simulateInThreads({ jobs: Math.min(jobs, runs), file: __filename, world: world.name, overrides });
  const startedMs = performance.now();
  const report = await runCampaign(
    world,
    {
      seed,
      runs,
      repeats: Math.max(1, Math.ceil(runs / 50)),
      stopAtFirstFailure: false,
      mustReach: !restricted,
      onRun: ({ seed: failing, failure }) => {
        if (failure !== undefined) {
          process.stderr.write(`seed ${failing}: ${failure.invariant}; ${command(world.name, failing)}\n`);
        }
      },
    },
    simulators,
  );
  await simulators.close();
  process.stdout.write(formatReport(report, world));
  process.stdout.write(`took ${((performance.now() - startedMs) / 1_000).toFixed(0)} s with ${simulators.jobs} jobs\n`);
  if (options.jsonFile !== undefined) writeFile(options.jsonFile, `${JSON.stringify(report, undefined, 2)}\n`);
  if (options.markdownFile !== undefined) writeFile(options.markdownFile, formatMarkdown(report, world));
  return report.passed && broken.length === 0 ? 0 : 1;
}

async function runPlan(world: World, plan: BasePlan): Promise<number> {
  const { failure, ...report } = await world.simulate(plan);
  process.stdout.write(`${JSON.stringify({ ...report, failure }, undefined, 2)}\n`);
  return failure === undefined ? 0 : 1;
}

async function shrinkPlan(world: World, plan: BasePlan, options: SimulatorArguments): Promise<number> {
  const shrunk = await shrink(world, plan, {
    maxAttempts: MAX_SHRINK_ATTEMPTS,
    onSmaller: (what, smaller) => {
      const { injections, clients, faultPhaseMs } = smaller;
      process.stderr.write(`${what}: ${injections.length} injections, ${clients} clients, ${faultPhaseMs} ms\n`);
    },
  });
  if (shrunk === undefined) {
    process.stdout.write('the plan does not fail: there is nothing to shrink\n');
    return 0;
  }
  const file = options.saveFile ?? join('dist', 'sim', `${world.name}-${plan.seed}.json`);
  writeFile(file, `${JSON.stringify(shrunk.plan, undefined, 2)}\n`);
  const { failure } = shrunk.report;
  process.stdout.write(
    `${failure?.invariant}: ${failure?.detail}\nafter ${shrunk.attempts} runs: ${JSON.stringify(shrunk.plan.injections)}\nagain: npm run sim -- --world ${world.name} --plan ${file}\n`,
  );
  return 1;
}

function writeFile(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

if (isMainThread) {
  // A reader that has seen enough, such as `head`, is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  void main(process.argv.slice(2)).then((status) => (process.exitCode = status));
} else runThread();
