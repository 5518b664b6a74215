// One mutant's trial: it must be quiet, and then it must die.
import { join } from 'node:path';
import { ROOT } from '../lib/workspace.mjs';
import { mutatedFiles } from './edits.mjs';
import { placeName } from './places.mjs';
import { bundleSimulation, runSeeds } from './simulation.mjs';
import { runTests, testsAt } from './unit.mjs';

/** Fault-free runs that a mutant has to pass before it counts as quiet. */
const QUIET_SEEDS = 3;

/**
 * A source, with or without a mutant, and what was run of it: its bundles, and the results of its tests, are made once. Of a project all
 * spec files that the mutant's places name run together.
 */
class Subject {
  #files;
  #folder;
  #cache;
  #bundles = new Map();
  #results = new Map();

  constructor(files, folder, cache) {
    this.#files = files;
    this.#folder = folder;
    this.#cache = cache;
  }

  bundle(world) {
    if (!this.#bundles.has(world)) this.#bundles.set(world, bundleSimulation(world, this.#files, this.#folder));
    return this.#bundles.get(world);
  }

  /** All tests of these spec files of a project. */
  tests(project, specs) {
    const key = [project, ...specs].join(' ');
    if (!this.#results.has(key)) {
      const folder = join(this.#folder, String(this.#results.size));
      this.#results.set(key, runTests(this.#files, { project, specs }, { folder, cache: this.#cache }));
    }
    return this.#results.get(key);
  }
}

/** Judges mutants; everything that it writes is under `folder`. */
export class Court {
  #folder;
  #cache;
  #seeds;
  #original;

  constructor({ folder, seeds }) {
    this.#folder = folder;
    this.#cache = join(folder, 'jest');
    this.#seeds = seeds;
    this.#original = new Subject({}, join(folder, 'original'), this.#cache);
  }

  /**
   * The verdict on one mutant: `killed` (with its killer), `survived`, or `loud`: what has no faults noticed it already. A control must
   * survive all its places. Throws when it can't be told: an anchor is gone, or the original fails where the mutant died.
   */
  async judge(mutant) {
    const startedMs = performance.now();
    const subject = new Subject(mutatedFiles(mutant, ROOT), join(this.#folder, mutant.id), this.#cache);
    const verdict = (await this.#isLoud(mutant, subject)) ?? (await this.#kill(mutant, subject));
    return { ...verdict, id: mutant.id, seconds: (performance.now() - startedMs) / 1000 };
  }

  async #isLoud(mutant, subject) {
    for (const place of mutant.quiet) {
      const { failures } = await run(place, { mutant, subject, first: 1, last: share(place, QUIET_SEEDS) });
      const [failure] = failures;
      if (failure !== undefined) return { verdict: 'loud', killer: { place: placeName(place, failure), ...failure } };
    }
    return undefined;
  }

  async #kill(mutant, subject) {
    let seeds = 0;
    for (const place of mutant.dies) {
      const { count, failures } = await run(place, { mutant, subject, first: 1, last: share(place, this.#seeds) });
      if (place.kind === 'simulator') seeds += count;
      if (failures.length === 0) continue;
      const killers = await this.#confirmed(mutant, place, failures);
      const killer = { place: placeName(place, killers[0]), ...killers[0], others: killers.length - 1 };
      return { verdict: 'killed', seeds, killer };
    }
    return { verdict: 'survived', seeds };
  }

  /** Those failures that the original does not have too: what kills both says nothing about the mutant. */
  async #confirmed(mutant, place, failures) {
    const { seed } = failures[0];
    const original = await run(place, { mutant, subject: this.#original, first: seed, last: seed });
    const same = ({ file, name }) => original.failures.some((other) => other.file === file && other.name === name);
    const killers = failures.filter((failure) => !same(failure));
    if (killers.length > 0) return killers;
    const [{ invariant, file, name }] = original.failures;
    const what = seed === undefined ? `${file}: ${name}` : `seed ${seed}: ${invariant}`;
    throw new Error(`${mutant.id}: the unchanged source fails too, ${what}`);
  }
}

/** Runs one place: `count` seeds or tests, and the `failures` among them. */
async function run(place, { mutant, subject, first, last }) {
  if (place.kind !== 'tests') {
    const { world } = place;
    const faultFree = place.kind === 'faultFreeSimulator';
    const { seeds, failure } = await runSeeds(await subject.bundle(world), { first, last, faultFree });
    return { count: seeds, failures: failure === undefined ? [] : [failure] };
  }
  const sameProject = [...mutant.quiet, ...mutant.dies].filter(({ project }) => project === place.project);
  const specs = [...new Set(sameProject.flatMap(({ files }) => files))].sort();
  const tests = testsAt(await subject.tests(place.project, specs), place);
  if (tests.length === 0) throw new Error(`${mutant.id}: no test matches ${JSON.stringify(place)}`);
  const failures = tests.filter(({ passed }) => !passed).map(({ file, name, detail }) => ({ file, name, detail }));
  return { count: tests.length, failures };
}

const share = (place, seeds) => Math.max(1, Math.ceil(seeds * (place.share ?? 1)));
