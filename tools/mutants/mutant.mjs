// The shape of a mutant, and its defaults.
import { FAULT_FREE_SIMULATOR, SIMULATOR, tests } from './places.mjs';

/** One change of the source: `find` has to be in `file` once; white space in it stands for any white space. */
export function edit(file, find, replace) {
  return { file, find, replace };
}

export const consensus = (file) => `libs/consensus/src/${file}`;

/** All but those of random schedules, which take as long as all others: the simulator is better at that. */
const CORE_TESTS = tests('libs/consensus', '(?<!properties)\\.spec\\.ts');

const CORE_PLACES = Object.freeze([SIMULATOR, CORE_TESTS]);
/** For what is to be seen while the faults last: the simulator asks for progress only after they have been repaired. */
export const CORE_TESTS_FIRST = Object.freeze([CORE_TESTS, SIMULATOR]);

/**
 * - `id`: its name, which begins with its pitfall. `title`: what is wrong. `quietBecause`: why nothing notices it without faults.
 * - `edits`: the change. `dies`: where, in the order of trying; the first is where it ought to. `quiet`: what must not notice it.
 * - `smoke`: dies within a few seeds; one of those that `npm test` runs.
 */
export function mutant({
  id,
  title,
  quietBecause,
  edits,
  dies = CORE_PLACES,
  quiet = [FAULT_FREE_SIMULATOR],
  smoke = false,
}) {
  const [, pitfall] = /^(p\d+)-[a-z0-9-]+$/.exec(id);
  return Object.freeze({
    id,
    pitfall: pitfall.toUpperCase(),
    title,
    quietBecause,
    edits,
    dies,
    quiet,
    smoke,
    control: false,
  });
}

/** A change that changes nothing: it must survive all places that it is given, or the harness kills by accident. */
export function control({
  id,
  title,
  edits,
  dies = [SIMULATOR, tests('libs/consensus')],
  quiet = [FAULT_FREE_SIMULATOR],
}) {
  const quietBecause = 'it behaves as the original does';
  return Object.freeze({
    id,
    pitfall: 'control',
    title,
    quietBecause,
    edits,
    dies,
    quiet,
    smoke: false,
    control: true,
  });
}
