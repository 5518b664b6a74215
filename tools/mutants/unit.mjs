// A project's tests with a mutant in the code under test.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ROOT, readJson } from '../lib/workspace.mjs';

/** One test; a project's whole run has ten times as long. */
const TEST_TIMEOUT_MS = 60_000;

/**
 * Runs test files of one project with `files` (absolute path to text) in the place of what is on the disk.
 * `tests` is `{ project, files, names? }`: the project's folder, patterns of its spec files, a pattern of test names.
 * Gives `{ passed, failure }`: how many tests passed; undefined or the first `{ file, name, detail, others }`, `others` the number of further ones.
 */
export async function runTests(files, { project, files: patterns, names }, { folder, cache }) {
  mkdirSync(folder, { recursive: true });
  const texts = join(folder, 'files.json');
  const results = join(folder, 'results.json');
  rmSync(results, { force: true });
  writeFileSync(texts, JSON.stringify(files));
  const args = ['--config', join(ROOT, 'tools/mutants/jest/config.cjs')];
  args.push('--runInBand', '--silent', `--testTimeout=${TEST_TIMEOUT_MS}`, '--json', '--outputFile', results);
  if (names !== undefined) args.push('--testNamePattern', names);
  args.push(...patterns.map((pattern) => `${project}/src/.*${pattern}`));
  const output = await jest(args, {
    SYNOD_MUTANT_PROJECT: join(ROOT, project),
    SYNOD_MUTANT_FILES: texts,
    SYNOD_MUTANT_CACHE: cache,
  });
  if (!existsSync(results)) throw new Error(`jest gave no results: ${output}`);
  return summary(readJson(results), output);
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

function summary({ testResults, numPassedTests: passed, success }, output) {
  const failures = testResults
    .flatMap(failuresOf)
    .sort((left, right) => (left.file < right.file ? -1 : left.file > right.file ? 1 : 0));
  const [failure] = failures;
  if (failure !== undefined) return { passed, failure: { ...failure, others: failures.length - 1 } };
  if (success) return { passed, failure: undefined };
  throw new Error(`jest failed, and no test of it: ${output}`);
}

function failuresOf({ name, status, message, assertionResults }) {
  const file = relative(ROOT, name);
  const failed = assertionResults.filter((test) => test.status === 'failed');
  if (failed.length === 0 && status === 'failed') return [{ file, name: 'the file loads', detail: headline(message) }];
  return failed.map(({ fullName, failureMessages }) => ({
    file,
    name: fullName,
    detail: headline(failureMessages[0]),
  }));
}

// eslint-disable-next-line no-control-regex -- jest colours its messages
const COLOURS = /\u001b\[[0-9;]*m/g;

function headline(message = '') {
  const lines = message.replace(COLOURS, '').split('\n');
  return lines.map((line) => line.trim()).find((line) => line !== '') ?? '';
}
