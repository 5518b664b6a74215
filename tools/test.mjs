// npm test: everything that is checked, in one run. The last line is `N passed, N failed, N skipped`.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { findConsul } from './consul.mjs';
import { appMain, fail, install, nx, requireNode, run } from './lib/ensure.mjs';
import { ROOT, readJson } from './lib/workspace.mjs';

const IN_CI = process.env.CI !== undefined && !['', '0', 'false'].includes(process.env.CI);
/** From 200 runs on a campaign must have reached every event; more runs are `npm run sim`. */
const SIMULATIONS = [
  ['--runs', '200', '--seed', '1'],
  ['--world', 'scheduler', '--runs', '10', '--seed', '1'],
  // Drained, kept and drained in a hurry.
  ['--world', 'rolling-restart', '--runs', '3', '--seed', '21'],
];
/** What e2e/src/packages.spec.ts installs. */
const PACKAGED = ['cli', 'client'];
const BUILT = ['cli', 'coordinator', 'worker-agent', 'registry', 'simulator', 'bench'];

/** In order. Each adds to the totals by `passed`, `failed` and `skipped`. */
const STEPS = {
  format: () => single('prettier', 'node_modules/prettier/bin/prettier.cjs', ['--check', '--log-level', 'warn', '.']),
  workspace: () => single('tools/sync.mjs --check', 'tools/sync.mjs', ['--check']),
  proto,
  lint: () => perProject('lint'),
  typecheck: () => perProject('typecheck'),
  unit: (filters) =>
    jest('jest.config.cjs', [`--maxWorkers=${availableParallelism()}`, '--testTimeout=60000', ...filters]),
  build: () => perProject('build', BUILT),
  packages: async () => {
    await perProject('package', PACKAGED);
    await perProject('docs', ['client']);
  },
  simulation: async () => {
    for (const args of SIMULATIONS)
      await single(`simulator ${args.join(' ')}`, relative(ROOT, appMain('simulator')), args);
  },
  mutants: async () => {
    await single('mutants: anchors', 'tools/mutants.mjs', ['--anchors']);
    await single('mutants: smoke', 'tools/mutants.mjs', ['--smoke']);
  },
  integration: (filters) => jest('e2e/jest.config.cjs', ['--runInBand', ...filters]),
};

const HELP = `npm test -- [--only STEP,…] [PATTERN…]

Runs every step, or those named: ${Object.keys(STEPS).join(', ')}.
PATTERNs choose test files of the steps unit and integration, as jest's arguments do.
`;

/** Why there is no Consul here. */
let noConsul;
const totals = { passed: 0, failed: 0, skipped: 0 };
const failures = [];
const skips = [];
const passed = (count = 1) => void (totals.passed += count);
const failed = (...names) => {
  totals.failed += names.length;
  failures.push(...names);
};
const skipped = (name, reason) => {
  totals.skipped += 1;
  skips.push(`${name}: ${reason}`);
};

const { values, positionals } = parse();
if (values.help) {
  process.stdout.write(HELP);
} else {
  requireNode();
  install();
  await runSteps(values.only?.split(',') ?? Object.keys(STEPS));
  process.exitCode = report();
}

function parse() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { only: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
  } catch (error) {
    return fail(`${error.message}\n\n${HELP}`, 2);
  }
}

async function runSteps(names) {
  const unknown = names.filter((name) => !(name in STEPS));
  if (unknown.length > 0) fail(`unknown step ${unknown.join(', ')}; there are ${Object.keys(STEPS).join(', ')}`, 2);
  if (names.includes('unit') || names.includes('integration')) provideConsul();
  for (const name of Object.keys(STEPS).filter((it) => names.includes(it))) {
    const start = performance.now();
    process.stdout.write(`\n== ${name} ==\n`);
    await STEPS[name](positionals);
    process.stdout.write(`-- ${name}: ${((performance.now() - start) / 1000).toFixed(1)} s\n`);
  }
}

/** Tests that need Consul look for CONSUL_BIN and skip themselves without it; in CI its absence is a failure. */
function provideConsul() {
  const { path, reason } = findConsul();
  if (path !== undefined) process.env.CONSUL_BIN = path;
  else {
    delete process.env.CONSUL_BIN;
    noConsul = reason;
    if (IN_CI) failed(`consul: ${reason}`);
    else skipped('tests with a real Consul', reason);
  }
}

/** One program that passes or fails as a whole. */
async function single(name, script, args) {
  const { status } = await run(process.execPath, [join(ROOT, script), ...args]);
  if (status === 0) passed();
  else failed(name);
}

async function proto() {
  const buf = 'node_modules/@bufbuild/buf/bin/buf';
  await single('buf lint', buf, ['lint']);
  await single('buf breaking (last release)', buf, ['breaking', 'proto', '--against', 'proto/baseline.binpb']);
  const base = await run('git', ['ls-tree', '--name-only', 'main', 'buf.yaml'], { quiet: true });
  if (base.status !== 0 || base.output.trim() === '') {
    process.stdout.write('buf breaking: no branch main with proto/ to compare with\n');
    return;
  }
  await single('buf breaking (main)', buf, ['breaking', '--against', '.git#branch=main']);
}

/** One nx target of all projects that have it, or of those named; one count for each project. */
async function perProject(target, only) {
  const listing = await nx(['show', 'projects', '--with-target', target, '--json'], { quiet: true });
  if (listing.status !== 0) return failed(`${target}: nx could not read the workspace`);
  const names = JSON.parse(listing.output.slice(listing.output.indexOf('['))).filter(
    (name) => only?.includes(name) ?? true,
  );
  const { status, output } = await nx(['run-many', '-t', target, '-p', names.join(','), '--output-style=static'], {
    quiet: true,
  });
  const broken = names.filter((name) => output.includes(`- ${name}:${target}\n`));
  process.stdout.write(`${target}: ${names.length} projects\n`);
  // nx may stop before any project is named: then the whole step is one failure.
  if (status !== 0 && broken.length === 0) failed(`${target}: nx ended with status ${status}`);
  failed(...broken.map((name) => `${target} ${name}`));
  return passed(status !== 0 && broken.length === 0 ? 0 : names.length - broken.length);
}

async function jest(config, args) {
  const folder = mkdtempSync(join(tmpdir(), 'synod-test-'));
  const json = join(folder, 'results.json');
  try {
    const script = join(ROOT, 'node_modules/jest/bin/jest.js');
    const { status } = await run(
      process.execPath,
      [script, '--config', config, '--json', '--outputFile', json, '--passWithNoTests', ...args],
      {
        // What jest prints for people goes to stderr; stdout repeats the file of results.
        stdout: false,
      },
    );
    if (!existsSync(json)) return failed(`jest ${config}: ended with status ${status} and no results`);
    return countTests(readJson(json), status);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function countTests(results, status) {
  const before = totals.failed;
  for (const suite of results.testResults) {
    const file = relative(ROOT, suite.name);
    if (suite.status === 'failed' && !suite.assertionResults.some((it) => it.status === 'failed'))
      failed(`${file} (did not run)`);
    for (const { status: outcome, fullName } of suite.assertionResults) {
      if (outcome === 'passed') passed();
      else if (outcome === 'failed') failed(`${file} > ${fullName}`);
      else skipped(`${file} > ${fullName}`, skipReason(outcome, `${file} ${fullName}`));
    }
  }
  if (status !== 0 && totals.failed === before) failed(`jest ended with status ${status}`);
}

function skipReason(outcome, name) {
  if (outcome === 'todo') return 'to be written';
  if (noConsul !== undefined && /consul/i.test(name)) return 'no Consul';
  return 'skipped by the test itself';
}

function report() {
  process.stdout.write('\n');
  for (const skip of skips) process.stdout.write(`skipped  ${skip}\n`);
  for (const failure of failures) process.stdout.write(`FAILED   ${failure}\n`);
  process.stdout.write(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped\n`);
  return totals.failed === 0 ? 0 : 1;
}
