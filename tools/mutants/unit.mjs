// A project's tests with a mutant in the code under test.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ROOT, readJson } from '../lib/workspace.mjs';

/** One test; a project's whole run has ten times as long. */
const TEST_TIMEOUT_MS = 60_000;

/**
 * Runs spec files of one project with `files` (absolute path to text) in the place of what is on the disk. `specs` are patterns of
 * their paths below the project's src/. Gives every test that ran, by file and name: `{ file, name, passed, detail }`. A file that does
 * not load is a test of that name that failed.
 */
export async function runTests(files, { project, specs }, { folder, cache }) {
  mkdirSync(folder, { recursive: true });
  const texts = join(folder, 'files.json');
  const results = join(folder, 'results.json');
  rmSync(results, { force: true });
  writeFileSync(texts, JSON.stringify(files));
  const args = ['--config', join(ROOT, 'tools/mutants/jest/config.cjs'), '--runInBand', '--silent'];
  args.push(`--testTimeout=${TEST_TIMEOUT_MS}`, '--json', '--outputFile', results);
  args.push(...specs.map((spec) => `${project}/src/.*${spec}`));
  const output = await jest(args, {
    SYNOD_MUTANT_PROJECT: join(ROOT, project),
    SYNOD_MUTANT_FILES: texts,
    SYNOD_MUTANT_CACHE: cache,
  });
  if (!existsSync(results)) throw new Error(`jest gave no results: ${output}`);
  return testsOf(readJson(results));
}

function jest(args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(ROOT, 'node_modules/jest/bin/jest.js'), ...args], {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let output = '';
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill('SIGKILL');
    }, 10 * TEST_TIMEOUT_MS);
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', reject);
    child.on('close', () => {
      clearTimeout(timer);
      resolve(timedOut ? 'the tests did not end' : output.trim().split('\n')[0]);
    });
  });
}

function testsOf({ testResults }) {
  return testResults
    .flatMap(({ name, status, message, assertionResults }) => {
      const file = relative(ROOT, name);
      const ran = assertionResults.filter((test) => test.status === 'passed' || test.status === 'failed');
      const tests = ran.map(({ fullName, status: outcome, failureMessages }) => {
        const passed = outcome === 'passed';
        return { file, name: fullName, passed, detail: passed ? '' : headline(failureMessages[0]) };
      });
      if (status === 'passed' || tests.some(({ passed }) => !passed)) return tests;
      return [{ file, name: 'the file loads', passed: false, detail: headline(message) }];
    })
    .sort((left, right) => (left.file < right.file ? -1 : left.file > right.file ? 1 : 0));
}

/** Those of `tests` that belong to a place (see places.mjs). */
export function testsAt(tests, { project, files, names = '' }) {
  const spec = new RegExp(`^${project}/src/.*(?:${files.join('|')})`);
  const name = new RegExp(names);
  return tests.filter((test) => spec.test(test.file) && (name.test(test.name) || test.name === 'the file loads'));
}

// eslint-disable-next-line no-control-regex -- jest colours its messages
const COLOURS = /\u001b\[[0-9;]*m/g;

function headline(message = '') {
  const lines = message.replace(COLOURS, '').split('\n');
  return lines.map((line) => line.trim()).find((line) => line !== '') ?? '';
}
