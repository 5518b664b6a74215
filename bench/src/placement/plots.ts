import { init } from 'echarts';
import type { AlgorithmFigures } from './measure-algorithms.js';
import type { PolicyFigures } from './workload/measure-policies.js';

/** A picture with the name of its file. */
export interface Plot {
  readonly fileName: string;
  readonly svg: string;
}

/** A logarithmic axis has no zero. */
const LOG_FLOOR = 1;
const WIDTH = 760;
const HEIGHT = 420;
/** Okabe and Ito: told apart also by those who don't see all colours. */
const COLOURS = ['#0072B2', '#E69F00', '#009E73', '#CC79A7', '#D55E00', '#56B4E9', '#000000'];
const SYMBOLS = ['circle', 'rect', 'triangle', 'diamond', 'pin', 'roundRect', 'arrow'];
const TEXT = { fontFamily: 'sans-serif', color: '#222' };

interface LinePlot {
  readonly title: string;
  readonly yName: string;
  readonly yIsLog: boolean;
  readonly value: (figures: AlgorithmFigures) => number | undefined;
}

const LINE_PLOTS: Readonly<Record<string, LinePlot>> = {
  'lookups.svg': {
    title: 'Lookups a second, one core (more is better)',
    ...{ yName: 'lookups/s', yIsLog: true },
    value: ({ lookupsPerSecond }) => lookupsPerSecond,
  },
  'updates.svg': {
    title: 'Time to the next lookup after a worker joined (less is better)',
    ...{ yName: 'ms', yIsLog: true },
    value: ({ addMs }) => addMs,
  },
  'memory.svg': {
    title: 'Memory (less is better)',
    ...{ yName: 'KiB', yIsLog: true },
    value: ({ memoryBytes }) => Math.max(1, memoryBytes / 1_024),
  },
  'imbalance.svg': {
    title: 'Deviation of the shares from the mean, one standard deviation (less is better)',
    ...{ yName: '% of the mean', yIsLog: false },
    value: ({ deviation }) => deviation * 100,
  },
};

export function algorithmPlots(figures: readonly AlgorithmFigures[]): Plot[] {
  const lines = Object.entries(LINE_PLOTS).map(([fileName, plot]) => ({ fileName, svg: linePlot(figures, plot) }));
  return [...lines, { fileName: 'moves.svg', svg: movesPlot(figures) }];
}

export function policyPlots(figures: readonly PolicyFigures[]): Plot[] {
  const names = figures.map(({ policy }) => policy);
  const lost = barPlot('Time that jobs lose to waiting and sharing (less is better)', 'ms', true, names, {
    median: figures.map(({ lostP50Ms }) => Math.max(LOG_FLOOR, lostP50Ms)),
    '99th percentile': figures.map(({ lostP99Ms }) => Math.max(LOG_FLOOR, lostP99Ms)),
  });
  const use = barPlot('Use of the workers, and keys that meet a warm one', '%', false, names, {
    'mean utilisation': figures.map(({ meanUtilisation }) => 100 * meanUtilisation),
    'busiest worker': figures.map(({ worstUtilisation }) => 100 * worstUtilisation),
    'jobs that find their key warm': figures.map(({ warm }) => 100 * warm),
  });
  return [
    { fileName: 'policies-lost-time.svg', svg: lost },
    { fileName: 'policies-utilisation.svg', svg: use },
  ];
}

function linePlot(figures: readonly AlgorithmFigures[], { title, yName, yIsLog, value }: LinePlot): string {
  const algorithms = [...new Set(figures.map(({ algorithm }) => algorithm))];
  return render({
    ...frame(title),
    xAxis: { type: 'log', name: 'workers', nameLocation: 'middle', nameGap: 28, ...axisText() },
    yAxis: { type: yIsLog ? 'log' : 'value', name: yName, ...axisText() },
    series: algorithms.map((name, at) => ({
      ...{ type: 'line', name, symbol: SYMBOLS[at % SYMBOLS.length], symbolSize: 8 },
      data: figures
        .filter(({ algorithm }) => algorithm === name)
        .flatMap((it) => {
          const y = value(it);
          return y === undefined ? [] : [[it.workers, y]];
        }),
    })),
  });
}

/** At the size that the issue of scale is about: how many times the least that must move. */
function movesPlot(figures: readonly AlgorithmFigures[]): string {
  const at = figures.filter(({ workers }) => workers === 1_000);
  const times = (moved: number | undefined, least: number) =>
    moved === undefined ? null : Math.max(0.1, moved / least);
  const series = {
    'a worker joins': at.map((it) => times(it.movedByJoin, it.leastByJoin)),
    'a worker leaves': at.map((it) => times(it.movedByLeave, it.leastByLeave)),
    'a worker doubles its weight': at.map((it) => times(it.movedByWeight, it.leastByWeight)),
  };
  const names = at.map(({ algorithm }) => algorithm);
  return barPlot('Keys that move at 1,000 workers, as times of the least possible', 'times', true, names, series);
}

function barPlot(
  title: string,
  yName: string,
  yIsLog: boolean,
  names: readonly string[],
  series: Readonly<Record<string, readonly (number | null)[]>>,
): string {
  return render({
    ...frame(title),
    xAxis: {
      type: 'category',
      data: names,
      axisLabel: { ...TEXT, interval: 0, rotate: names.length > 6 ? 25 : 0 },
    },
    yAxis: { type: yIsLog ? 'log' : 'value', name: yName, ...axisText() },
    series: Object.entries(series).map(([name, data]) => ({
      ...{ type: 'bar', name, data, barGap: '5%' },
      label: { show: true, position: 'top', fontSize: 9, formatter: shortNumber },
    })),
  });
}

function shortNumber({ value }: { readonly value: unknown }): string {
  if (typeof value !== 'number') return '';
  if (value === LOG_FLOOR) return '< 1';
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(2)));
}

function frame(title: string): Record<string, unknown> {
  return {
    ...{ animation: false, backgroundColor: '#fff', color: COLOURS, textStyle: TEXT },
    title: { text: title, left: 'center', top: 8, textStyle: { ...TEXT, fontSize: 15, fontWeight: 'normal' } },
    // Widths of texts are guessed without a screen, and too small.
    legend: { top: 34, itemGap: 26, textStyle: TEXT },
    grid: { left: 92, right: 24, top: 84, bottom: 64 },
  };
}

function axisText(): Record<string, unknown> {
  return { axisLabel: { ...TEXT, formatter: (value: number) => value.toLocaleString('en') }, nameTextStyle: TEXT };
}

function render(option: Record<string, unknown>): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: HEIGHT });
  chart.setOption(option);
  const svg = chart.renderToSVGString();
  // It keeps a timer otherwise, and the process alive.
  chart.dispose();
  return `${svg}\n`;
}
