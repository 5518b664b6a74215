// Where a mutant may die, and what must not notice it.

/**
 * The simulator's seeds, in order, until one fails: the consensus core alone, or the scheduler with its agents and guards, whose
 * seeds take ten times as long, so that it gets a tenth of them (`share`).
 */
export const SIMULATOR = Object.freeze({ kind: 'simulator', world: 'consensus', share: 1 });
export const SCHEDULER = Object.freeze({ kind: 'simulator', world: 'scheduler', share: 0.1 });

/** The same without faults: nothing is injected, links and clocks are perfect, and it is seen from outside. */
export const FAULT_FREE_SIMULATOR = Object.freeze({ kind: 'faultFreeSimulator', world: 'consensus', share: 1 });
export const FAULT_FREE_SCHEDULER = Object.freeze({ kind: 'faultFreeSimulator', world: 'scheduler', share: 0.3 });

/** Spec files of a project (patterns of their paths below src/), all of them without a pattern. */
export function tests(project, ...files) {
  return Object.freeze({ kind: 'tests', project, files: files.length > 0 ? files : [''] });
}

/** Those tests of spec files whose full names match `names`. */
export function testsNamed(project, names, ...files) {
  return Object.freeze({ ...tests(project, ...files), names });
}

/** What a killer is called in reports: text scenarios are tests of their own kind. */
export function placeName(place, failure) {
  if (place.kind !== 'tests') return place.world === 'consensus' ? 'simulator' : `simulator (${place.world})`;
  return /scenarios\.spec\.ts$/.test(failure?.file ?? '') ? 'scenario' : 'unit';
}
