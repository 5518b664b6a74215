import type { Worker } from '@synod/client';
import { paintState, type Paint } from './colours.js';
import { localTime } from './times.js';

/** What a worker can run, in one line. */
export function runs({ runsExec, runsHttp, handlers }: Worker): string {
  return [...(runsExec ? ['commands'] : []), ...(runsHttp ? ['requests'] : []), ...handlers].join(',') || '-';
}

/** When the leader heard of it last. */
export function heard({ heardAgoMs }: Worker): string {
  return heardAgoMs === undefined ? '-' : `${(heardAgoMs / 1_000).toFixed(1)}s ago`;
}

/** A worker for people. */
export function workerText(worker: Worker, paint: Paint): string {
  const labels = Object.entries(worker.labels).map(([key, value]) => `${key}=${value}`);
  const lines: [string, string][] = [
    ['worker', worker.workerId],
    ['state', paintState(paint, worker.state)],
    ['scheduling', schedulingText(worker, paint)],
    ['busy', `${worker.activeAttempts} of ${worker.capacity}`],
    ['runs', runs(worker)],
    ['labels', labels.join(', ') || '-'],
    ['load', loadText(worker)],
    ['host', worker.host || '-'],
    ['version', worker.version || '-'],
    ['coordinator', worker.coordinatorId || '-'],
    ['registered', `${localTime(worker.registeredAtMs)}, incarnation ${worker.incarnation}`],
    ['heard', heard(worker)],
  ];
  return lines.map(([name, value]) => `${`${name}:`.padEnd(12)} ${value}\n`).join('');
}

function schedulingText({ scheduling, schedulingReason, evictAtMs }: Worker, paint: Paint): string {
  const parts = [paintState(paint, scheduling)];
  if (scheduling === 'draining')
    parts.push(
      evictAtMs === undefined ? 'what runs may end by itself' : `what runs is ended at ${localTime(evictAtMs)}`,
    );
  if (schedulingReason !== '') parts.push(schedulingReason);
  return parts.join('; ');
}

function loadText({ load }: Worker): string {
  if (load === undefined) return '-';
  const free = `${Math.round(load.freeMemoryBytes / 2 ** 20)} MiB free`;
  return `${load.loadPerProcessor.toFixed(2)} per processor, ${free}, ${load.running} attempts`;
}
