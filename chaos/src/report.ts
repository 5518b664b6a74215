import type { Campaign } from './campaign.js';

export interface FaultSummary {
  readonly name: string;
  readonly count: number;
  readonly unavailableP50Ms: number;
  readonly unavailableP99Ms: number;
  readonly unavailableMaxMs: number;
  readonly wellAgainMaxMs: number;
}

/** What `--json` writes. */
export interface Report {
  readonly seed: number;
  readonly passed: boolean;
  readonly episodes: number;
  readonly faults: readonly FaultSummary[];
  readonly skipped: Campaign['skipped'];
  readonly acknowledged: number;
  readonly lost: number;
  readonly reads: number;
  readonly readsUnanswered: number;
  readonly callsUnanswered: number;
  readonly unavailableMs: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly violations: readonly string[];
}

export function summarize(seed: number, { episodes, skipped }: Campaign): Report {
  const reports = episodes.map(({ report }) => report);
  const faults = reports.flatMap((report) => report.faults);
  const names = [...new Set(faults.map(({ name }) => name))].sort();
  const sum = (of: (report: (typeof reports)[number]) => number): number =>
    reports.reduce((total, report) => total + of(report), 0);
  const violations = episodes.flatMap(({ seed: own, report }) =>
    report.violations.map((violation) => `episode with seed ${String(own)} (${report.directory}): ${violation}`),
  );
  const windows = faults.flatMap(({ unavailableMs }) => unavailableMs ?? []);
  const lost = sum((report) => report.lost);
  const acknowledged = sum((report) => report.acknowledged);
  return {
    seed,
    passed: violations.length === 0 && lost === 0 && acknowledged > 0,
    episodes: episodes.length,
    faults: names.map((name) => {
      const own = faults.filter((fault) => fault.name === name);
      const times = own.flatMap(({ unavailableMs }) => unavailableMs ?? []);
      return {
        name,
        count: own.length,
        unavailableP50Ms: quantile(times, 0.5),
        unavailableP99Ms: quantile(times, 0.99),
        unavailableMaxMs: quantile(times, 1),
        wellAgainMaxMs: quantile(
          own.flatMap(({ wellAgainMs }) => wellAgainMs ?? []),
          1,
        ),
      };
    }),
    skipped,
    acknowledged,
    lost,
    reads: sum((report) => report.reads),
    readsUnanswered: sum((report) => report.readsUnanswered),
    callsUnanswered: sum((report) => report.callsUnanswered),
    unavailableMs: { p50: quantile(windows, 0.5), p99: quantile(windows, 0.99), max: quantile(windows, 1) },
    violations,
  };
}

export function formatReport(report: Report): string {
  const width = Math.max(...report.faults.map(({ name }) => name.length), 0);
  const head = `${'fault'.padEnd(width)}  count  unavailable p50   p99   max  all well again max (ms)`;
  const rows = report.faults.map((fault) =>
    [
      fault.name.padEnd(width),
      String(fault.count).padStart(6),
      padded(fault.unavailableP50Ms, 16),
      padded(fault.unavailableP99Ms, 6),
      padded(fault.unavailableMaxMs, 6),
      padded(fault.wellAgainMaxMs, 10),
    ].join(' '),
  );
  const { p50, p99, max } = report.unavailableMs;
  return [
    head,
    ...rows,
    ...report.skipped.map(({ name, reason }) => `skipped  ${name}: ${reason}`),
    `unavailable after a fault: p50 ${padded(p50)} ms, p99 ${padded(p99)} ms, max ${padded(max)} ms`,
    `${report.acknowledged} acknowledged, ${report.lost} lost; ${report.reads} reads, ${report.readsUnanswered} without an answer; ` +
      `${report.callsUnanswered} calls without an answer`,
    ...report.violations.map((violation) => `VIOLATION  ${violation}`),
    `seed ${report.seed}, ${report.episodes} episodes: ${report.passed ? 'all held' : 'FAILED'}`,
  ].join('\n');
}

function padded(value: number, width = 0): string {
  return String(Math.round(value)).padStart(width);
}

/** Nearest rank; 0 of nothing. */
function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0;
}
