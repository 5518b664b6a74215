import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OWN_RING } from './compare-packages.js';
import type { PackageFigures } from './compare-packages.js';
import type { AlgorithmFigures } from './measure-algorithms.js';
import { algorithmPlots, policyPlots } from './plots.js';
import type { PolicyFigures } from './workload/measure-policies.js';

export interface PlacementFigures {
  readonly packages: readonly PackageFigures[];
  readonly algorithms: readonly AlgorithmFigures[];
  readonly policies: readonly PolicyFigures[];
}

/** Writes the plots into `placement/`, and the tables between their marks in `PLACEMENT.md`. */
export function writeDocuments(directory: string, figures: PlacementFigures): void {
  const plots = join(directory, 'placement');
  mkdirSync(plots, { recursive: true });
  for (const { fileName, svg } of [...algorithmPlots(figures.algorithms), ...policyPlots(figures.policies)]) {
    writeFileSync(join(plots, fileName), svg);
  }
  const path = join(directory, 'PLACEMENT.md');
  let text = readFileSync(path, 'utf8');
  for (const [name, table] of Object.entries(tables(figures))) text = withTable(text, name, table);
  writeFileSync(path, text);
}

/** The text with what lies between the marks of this name replaced. */
export function withTable(text: string, name: string, table: string): string {
  const [begin, end] = [`<!-- table ${name}: generated -->`, `<!-- end of table ${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the document has no marks for the table ${name}: ${begin} … ${end}`);
  return `${text.slice(0, from + begin.length)}\n\n${table}\n\n${text.slice(to)}`;
}

function tables({ packages, algorithms, policies }: PlacementFigures): Readonly<Record<string, string>> {
  return {
    packages: packagesTable(packages),
    algorithms: algorithmsTable(algorithms),
    policies: policiesTable(policies),
  };
}

function packagesTable(packages: readonly PackageFigures[]): string {
  return markdown(
    ['keys', 'library', 'lookups/s', "Synod's ring is faster by"],
    packages.map(({ name, keys, lookupsPerSecond, ringIsFasterBy }) => [
      keys,
      name,
      millions(lookupsPerSecond),
      name === OWN_RING ? '' : `${ringIsFasterBy.toFixed(1)} times`,
    ]),
  );
}

function algorithmsTable(algorithms: readonly AlgorithmFigures[]): string {
  const moved = (part: number | undefined, least: number) =>
    part === undefined ? 'no weights' : `${percent(part)} (${percent(least)})`;
  return markdown(
    [
      ...['algorithm', 'workers', 'lookups/s', 'build', 'add', 'remove', 'memory', 'deviation (chance)', 'worst'],
      ...['join moves (least)', 'leave moves (least)', 'double weight moves (least)'],
    ],
    algorithms.map((it) => [
      ...[it.algorithm, it.workers.toLocaleString('en'), millions(it.lookupsPerSecond)],
      ...[ms(it.buildMs), ms(it.addMs), ms(it.removeMs), bytes(it.memoryBytes)],
      ...[`${percent(it.deviation)} (${percent(it.deviationByChance)})`, it.worst.toFixed(2)],
      ...[moved(it.movedByJoin, it.leastByJoin), moved(it.movedByLeave, it.leastByLeave)],
      moved(it.movedByWeight, it.leastByWeight),
    ]),
  );
}

function policiesTable(policies: readonly PolicyFigures[]): string {
  return markdown(
    [
      ...['policy', 'lost, median', 'lost, 99 %', 'lost, mean', 'utilisation, mean', 'busiest worker', 'deviation'],
      ...['warm keys', 'unused workers'],
    ],
    policies.map((it) => [
      ...[it.policy, ms(it.lostP50Ms), ms(it.lostP99Ms), ms(it.lostMeanMs)],
      ...[percent(it.meanUtilisation), percent(it.worstUtilisation), percent(it.deviation)],
      ...[percent(it.warm), String(it.unused)],
    ]),
  );
}

function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, at) => (at === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

function millions(perSecond: number): string {
  return perSecond >= 1e6 ? `${(perSecond / 1e6).toFixed(1)} M` : `${Math.round(perSecond / 1e3)} k`;
}

function ms(value: number): string {
  // What is left of adding and taking away is no time.
  if (value < 1e-6) return '0 ms';
  return value >= 100 ? `${Math.round(value)} ms` : `${Number(value.toPrecision(2))} ms`;
}

function bytes(value: number): string {
  return value >= 1e6 ? `${(value / 1e6).toFixed(1)} MB` : `${Math.max(0, value / 1e3).toFixed(0)} kB`;
}

function percent(part: number): string {
  return `${Number((part * 100).toPrecision(2))} %`;
}
