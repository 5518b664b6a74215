export { freePorts, LocalCluster } from './harness/cluster.js';
export type { ClusterOptions } from './harness/cluster.js';
export { AppProcess, appMain, ROOT, runToEnd } from './harness/processes.js';
export type { AppName, Finished } from './harness/processes.js';
export { until } from './harness/until.js';
