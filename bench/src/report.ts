/** One figure. */
export interface Row {
  readonly scenario: string;
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
  /** What it must not exceed; a run in which it does fails. */
  readonly atMost?: number;
}

/** What is wrong with rows that are beyond their bound, in words. */
export function brokenBounds(rows: readonly Row[]): string[] {
  return rows.flatMap(({ scenario, metric, value, unit, atMost }) =>
    atMost === undefined || value <= atMost
      ? []
      : [`${scenario}: ${metric} is ${formatValue(value)} ${unit}, more than the ${String(atMost)} that there may be`],
  );
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Nearest rank; 0 of nothing. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0;
}

/** Median, 99th percentile and worst of these milliseconds. */
export function latencyRows(scenario: string, metric: string, valuesMs: readonly number[]): Row[] {
  const row = (which: string, value: number): Row => ({ scenario, metric: `${metric} ${which}`, value, unit: 'ms' });
  return [row('p50', median(valuesMs)), row('p99', quantile(valuesMs, 0.99)), row('max', Math.max(...valuesMs))];
}

export function formatRows(rows: readonly Row[]): string {
  const cells = rows.map((row) => [row.scenario, row.metric, formatValue(row.value), row.unit]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells
    .map((row) =>
      row
        .map((cell, column) => (column === 2 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
        .join('  '),
    )
    .join('\n');
}

function formatValue(value: number): string {
  return value >= 100 ? String(Math.round(value)) : value.toPrecision(3);
}
