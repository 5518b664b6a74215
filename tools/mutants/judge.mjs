// One mutant's trial: it must be quiet, and then it must die.
import { join } from 'node:path';
import { ROOT } from '../lib/workspace.mjs';
import { mutatedFiles } from './edits.mjs';
import { placeName } from './places.mjs';
import { bundleSimulation, runSeeds } from './simulation.mjs';
import { runTests } from './unit.mjs';

/** Fault-free runs that a mutant has to pass before it counts as quiet. */
const QUIET_SEEDS = 5;

/** Runs places with and without mutants; everything that it writes is under `folder`. */
export class Court {
  #folder;
  #seeds;
  #originalBundle;

  constructor({ folder, seeds }) {
    this.#folder = folder;
    this.#seeds = seeds;
  }

  /**
   * The verdict on one mutant: `killed` (with its killer), `survived`, or `loud`: what has no faults noticed it already. A control must survive
   * all its places. Throws when it can't be told: an anchor is gone, or the original fails where the mutant died.
   */
  async judge(mutant) {
    const startedMs = performance.now();
    const files = mutatedFiles(mutant, ROOT);
    const subject = { files, folder: join(this.#folder, mutant.id), bundle: undefined };
    const verdict = (await this.#isLoud(mutant, subject)) ?? (await this.#kill(mutant, subject));
    return { ...verdict, id: mutant.id, seconds: (performance.now() - startedMs) / 1000 };
  }

  async #isLoud(mutant, subject) {
    for (const place of mutant.quiet) {
      const { count, failure } = await this.#run(place, subject, { first: 1, last: QUIET_SEEDS });
      if (failure !== undefined) return { verdict: 'loud', killer: { place: placeName(place, failure), ...failure } };
      if (count === 0) throw new Error(`${mutant.id}: no test matches ${JSON.stringify(place)}`);
    }
    return undefined;
  }

  async #kill(mutant, subject) {
    let seeds = 0;
    for (const place of mutant.dies) {
      const { count, failure } = await this.#run(place, subject, { first: 1, last: this.#seeds });
      if (place.kind === 'simulator') seeds += count;
      if (count === 0 && failure === undefined)
        throw new Error(`${mutant.id}: no test matches ${JSON.stringify(place)}`);
      if (failure === undefined) continue;
      await this.#confirm(mutant, place, failure);
      return { verdict: 'killed', seeds, killer: { place: placeName(place, failure), ...failure } };
    }
    return { verdict: 'survived', seeds };
  }

  /** What killed the mutant must let the original live, or it says nothing about the mutant. */
  async #confirm(mutant, place, failure) {
    const range = { first: failure.seed, last: failure.seed };
    const narrowed = place.kind === 'tests' ? { ...place, files: [specOf(place, failure)] } : place;
    const original = await this.#run(narrowed, await this.#original(), range);
    if (original.failure === undefined && original.count > 0) return;
    const where = failure.seed === undefined ? failure.file : `seed ${failure.seed}`;
    throw new Error(`${mutant.id}: the unchanged source fails too (${where}): ${JSON.stringify(original.failure)}`);
  }

  async #original() {
    const folder = join(this.#folder, 'original');
    this.#originalBundle ??= bundleSimulation({}, folder);
    return { files: {}, folder: join(folder, `${Math.random()}`), bundle: await this.#originalBundle };
  }

  async #run(place, subject, { first, last }) {
    if (place.kind === 'tests') {
      const { passed, failure } = await runTests(subject.files, place, {
        folder: subject.folder,
        cache: join(this.#folder, 'jest'),
      });
      return { count: passed, failure };
    }
    subject.bundle ??= await bundleSimulation(subject.files, subject.folder);
    const faultFree = place.kind === 'faultFreeSimulator';
    const { seeds, failure } = await runSeeds(subject.bundle, { world: place.world, first, last, faultFree });
    return { count: seeds, failure };
  }
}

/** Path of the failing spec file below the project's src/, as a pattern. */
function specOf({ project }, { file }) {
  return file.slice(`${project}/src/`.length).replaceAll('.', '\\.');
}
