// What a run of the mutants showed: for people, for docs/, and as data.

/** Those of the issue: at least so many have to die in the simulator when the whole set runs. */
export const LEAST_SIMULATOR_KILLS = 15;

/** Adds everything up. `trials` are `{ mutant, verdict, killer?, seeds?, seconds }` or `{ mutant, verdict: 'error', message, seconds }`. */
export function summarise(trials, { whole, seeds }) {
  const [controls, mutants] = [
    trials.filter(({ mutant }) => mutant.control),
    trials.filter(({ mutant }) => !mutant.control),
  ];
  const killed = mutants.filter(({ verdict }) => verdict === 'killed');
  const bySimulator = killed.filter(({ killer }) => killer.place.startsWith('simulator'));
  const problems = [
    ...mutants.filter(({ verdict }) => verdict !== 'killed').map((trial) => `${trial.mutant.id}: ${complaint(trial)}`),
    ...controls
      .filter(({ verdict }) => verdict !== 'survived')
      .map((trial) => `${trial.mutant.id}: ${controlComplaint(trial)}`),
  ];
  if (whole && bySimulator.length < LEAST_SIMULATOR_KILLS) {
    problems.push(`only ${bySimulator.length} mutants died in the simulator; it has to be ${LEAST_SIMULATOR_KILLS}`);
  }
  const seedsToKill = bySimulator.map((trial) => trial.seeds).sort((left, right) => left - right);
  return {
    mutants: mutants.length,
    controls: controls.length,
    killed: killed.length,
    killedBy: countBy(killed, ({ killer }) => killer.place),
    seedsAtMost: seeds,
    medianSeedsToKill: seedsToKill[Math.floor((seedsToKill.length - 1) / 2)],
    mostSeedsToKill: seedsToKill.at(-1),
    seconds: trials.reduce((sum, trial) => sum + trial.seconds, 0),
    problems,
    passed: problems.length === 0 && trials.length > 0,
    trials: trials.map(({ mutant, ...trial }) => ({ ...described(mutant), ...trial })),
  };
}

function described({ id, pitfall, title, quietBecause, control, edits }) {
  return { id, pitfall, title, quietBecause, control, files: [...new Set(edits.map(({ file }) => file))] };
}

function complaint({ verdict, killer, message, seeds }) {
  if (verdict === 'error') return message;
  if (verdict === 'loud') return `is loud: ${killerText(killer)} has no faults and notices it`;
  return `survived${seeds > 0 ? ` ${seeds} seeds and its tests` : ' its tests'}: a hole in the suite`;
}

function controlComplaint({ verdict, killer, message }) {
  if (verdict === 'error') return message;
  return `changes nothing, and yet died by ${killerText(killer)}: the harness kills by accident`;
}

/** `simulator seed 3: I4`, or `unit libs/x/src/y.spec.ts: name`. */
export function killerText({ place, seed, invariant, file, name }) {
  return seed === undefined ? `${place} ${file}: ${name}` : `${place} seed ${seed}: ${invariant}`;
}

/** One line as a trial ends. */
export function trialLine({ mutant, verdict, killer, seeds, message, seconds }) {
  const about =
    killer === undefined
      ? (message ?? (seeds > 0 ? `${seeds} seeds, and its tests` : 'its tests'))
      : killerText(killer);
  return `${mutant.pitfall.padEnd(7)} ${mutant.id.padEnd(36)} ${verdict.padEnd(8)} ${seconds.toFixed(1).padStart(6)} s  ${about}\n`;
}

/** The end of a run's output. */
export function summaryText(summary) {
  const places = Object.entries(summary.killedBy).map(([place, count]) => `${count} by ${place}`);
  const lines = [
    `${summary.killed} of ${summary.mutants} mutants killed${places.length > 0 ? ` (${places.join(', ')})` : ''}`,
  ];
  if (summary.medianSeedsToKill !== undefined) {
    lines.push(
      `seeds to a kill: median ${summary.medianSeedsToKill}, at the most ${summary.mostSeedsToKill} of ${summary.seedsAtMost}`,
    );
  }
  const survived = summary.trials.filter(({ control, verdict }) => control && verdict === 'survived').length;
  if (summary.controls > 0) lines.push(`${survived} of ${summary.controls} controls survived everything`);
  lines.push(...summary.problems.map((problem) => `FAILED  ${problem}`), summary.passed ? 'passed' : 'failed');
  return `${lines.join('\n')}\n`;
}

/** The table of docs/mutants.md. */
export function markdownTable(summary) {
  const rows = summary.trials.map((trial) => {
    const killer = trial.killer === undefined ? trial.verdict : killerText(trial.killer);
    return `| ${trial.pitfall} | \`${trial.id}\` | ${escaped(trial.title)} | ${escaped(trial.quietBecause)} | ${escaped(killer)} |`;
  });
  const head = [
    '| pitfall | mutant | what is wrong | why no fault-free test notices | killed by |',
    '|---|---|---|---|---|',
  ];
  return `${[...head, ...rows].join('\n')}\n\n${summaryText(summary).trim().split('\n').join('  \n')}\n`;
}

export const MARKS = ['<!-- mutants:begin -->', '<!-- mutants:end -->'];

/** `text` with the table between its marks; only the table when there are none. */
export function withTable(text, table) {
  const [begin, end] = MARKS.map((mark) => text.indexOf(mark));
  if (begin === -1 || end < begin) return `${MARKS[0]}\n\n${table}\n${MARKS[1]}\n`;
  return `${text.slice(0, begin)}${MARKS[0]}\n\n${table}\n${text.slice(end)}`;
}

function escaped(text) {
  return text.replace(/\|/g, '\\|').replace(/</g, '&lt;').replace(/\s+/g, ' ');
}

function countBy(items, keyOf) {
  const counts = {};
  for (const item of items) counts[keyOf(item)] = (counts[keyOf(item)] ?? 0) + 1;
  return counts;
}
