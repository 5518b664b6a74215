// Where a mutant may die, and what must not notice it.

/** The simulator's seeds, in order, until one fails. */
export const SIMULATOR = Object.freeze({ kind: 'simulator' });

/** The simulator without faults: perfect links, disks and clocks. */
export const FAULT_FREE_SIMULATOR = Object.freeze({ kind: 'faultFreeSimulator' });

/** Spec files of a project (patterns of their paths below src/), all of them without a pattern. */
export function tests(project, ...files) {
  return Object.freeze({ kind: 'tests', project, files: files.length > 0 ? files : [''] });
}

/** Those tests of spec files whose full names match `names`. */
export function testsNamed(project, names, ...files) {
  return Object.freeze({ ...tests(project, ...files), names });
}

/** A key for one place: places of equal keys are the same. */
export function placeKey({ kind, project = '', files = [], names = '' }) {
  return [kind, project, ...files, names].join(' ').trim();
}

/** What a killer is called in reports: text scenarios are tests of their own kind. */
export function placeName(place, failure) {
  if (place.kind !== 'tests') return 'simulator';
  return /scenarios\.spec\.ts$/.test(failure?.file ?? '') ? 'scenario' : 'unit';
}
