import Table from 'cli-table3';
import type { Sink } from '../io.js';
import type { Paint } from './colours.js';

export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string;
  readonly align?: 'left' | 'right';
  /** Whether this column gives way first when the terminal is too narrow. */
  readonly shrinks?: boolean;
}

const GAP = 2;
const NARROWEST = 8;

const NO_BORDERS = Object.fromEntries(
  ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right']
    .concat(['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'])
    .map((part) => [part, '']),
);

/** Rows in columns without borders. On a terminal they are fitted to its width; in a pipe nothing is cut. */
export function renderTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  sink: Sink,
  paint: Paint,
): string {
  const cells = rows.map((row) => columns.map(({ value }) => value(row).replace(/[\r\n\t]+/g, ' ')));
  const widths = columns.map(({ title }, index) =>
    Math.max(title.length, ...cells.map((line) => visibleLength(line[index] ?? ''))),
  );
  if (sink.isTTY === true) fit(widths, columns, sink.columns ?? 80);
  const table = new Table({
    chars: NO_BORDERS,
    head: columns.map(({ title }) => paint('bold', title.toUpperCase())),
    colWidths: widths.map((width) => width + GAP),
    colAligns: columns.map(({ align }) => align ?? 'left'),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': GAP },
  });
  table.push(...cells);
  return `${table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')}\n`;
}

/** Takes from the widest column that may shrink until all fit. */
function fit(widths: number[], columns: readonly Column<never>[], terminal: number): void {
  const total = () => widths.reduce((sum, width) => sum + width + GAP, 0) - GAP;
  while (total() > terminal) {
    let widest = -1;
    columns.forEach(({ shrinks }, index) => {
      const width = widths[index] ?? 0;
      if (shrinks === true && width > NARROWEST && width > (widths[widest] ?? 0)) widest = index;
    });
    if (widest === -1) return;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
}

// eslint-disable-next-line no-control-regex -- colours are control characters
const COLOURS = /\u001b\[\d+m/g;

function visibleLength(text: string): number {
  return text.replace(COLOURS, '').length;
}
