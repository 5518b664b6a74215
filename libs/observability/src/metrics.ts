import { assert } from '@synod/base';
import type { MetricLabels, Metrics } from '@synod/base';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Metrics behind the port, and their text for `/metrics`. */
export interface ExposedMetrics extends Metrics {
  /** In Prometheus' text format. */
  exposition(): Promise<string>;
  /** The `Content-Type` of that text. */
  readonly contentType: string;
}

export interface MetricsSettings {
  /** CPU, memory, event loop and garbage collection of this process; default true. */
  readonly processMetrics?: boolean;
  /** Most label combinations of one metric, 1 to 100,000, default 1,000: above, label values become `other`. */
  readonly maxSeries?: number;
}

const DEFAULT_MAX_SERIES = 1_000;

/** Creates metrics with a registry of their own. Asking twice for a name gives the same metric. */
export function createMetrics(settings: MetricsSettings = {}): ExposedMetrics {
  const registry = new Registry();
  if (settings.processMetrics ?? true) collectDefaultMetrics({ register: registry });
  const known = new Map<string, { readonly kind: string; readonly metric: unknown }>();
  const once = <M>(kind: string, name: string, labelNames: readonly string[], create: () => M): M => {
    const signature = `${kind} ${labelNames.join()}`;
    const entry = known.get(name) ?? { kind: signature, metric: create() };
    assert(entry.kind === signature, 'a metric has one kind and one set of labels', () => `${name}: ${signature}`);
    known.set(name, entry);
    return entry.metric as M;
  };
  const bounded = (labelNames: readonly string[]) => boundLabels(labelNames, settings.maxSeries ?? DEFAULT_MAX_SERIES);
  const options = (name: string, help: string, labelNames: readonly string[]) => ({
    name,
    help,
    labelNames,
    registers: [registry],
  });
  return {
    counter: (name, help, labelNames = []) =>
      once('counter', name, labelNames, () => {
        const counter = new Counter<string>(options(name, help, labelNames));
        const labelled = bounded(labelNames);
        return { add: (amount = 1, labels) => (labels ? counter.inc(labelled(labels), amount) : counter.inc(amount)) };
      }),
    gauge: (name, help, labelNames = []) =>
      once('gauge', name, labelNames, () => {
        const gauge = new Gauge<string>(options(name, help, labelNames));
        const labelled = bounded(labelNames);
        return { set: (value, labels) => (labels ? gauge.set(labelled(labels), value) : gauge.set(value)) };
      }),
    histogram: (name, help, buckets, labelNames = []) =>
      once('histogram', name, labelNames, () => {
        const histogram = new Histogram<string>({ ...options(name, help, labelNames), buckets: [...buckets] });
        const labelled = bounded(labelNames);
        return {
          observe: (value, labels) => (labels ? histogram.observe(labelled(labels), value) : histogram.observe(value)),
        };
      }),
    exposition: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

/** Keeps the label combinations of one metric below a limit, whatever callers put into them. */
function boundLabels(labelNames: readonly string[], maxSeries: number): (labels: MetricLabels) => MetricLabels {
  const seen = new Set<string>();
  const other = Object.fromEntries(labelNames.map((name) => [name, 'other']));
  return (labels) => {
    const key = labelNames.map((name) => labels[name]).join('\u0000');
    if (seen.has(key)) return labels;
    if (seen.size >= maxSeries) return other;
    seen.add(key);
    return labels;
  };
}
