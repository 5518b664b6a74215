/** A time in the user's zone, as `2026-11-22 17:21:29`; `-` when there is none. */
export function localTime(timeMs: number | undefined): string {
  if (timeMs === undefined || timeMs === 0) return '-';
  const time = new Date(timeMs);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

/** The same with milliseconds, always as wide. */
export function localTimeMs(timeMs: number | undefined): string {
  if (timeMs === undefined) return '-'.padEnd(23);
  return `${localTime(timeMs)}.${String(timeMs % 1_000).padStart(3, '0')}`;
}

/** A length of time for people: `350ms`, `12.3s`, `4m05s`, `3h07m`; `-` when it is not known. */
export function duration(fromMs: number | undefined, toMs: number | undefined): string {
  if (fromMs === undefined || toMs === undefined || toMs < fromMs) return '-';
  const ms = toMs - fromMs;
  if (ms < 1_000) return `${ms}ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)}s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes}m${String(Math.floor((ms % 60_000) / 1_000)).padStart(2, '0')}s`;
  return `${Math.floor(minutes / 60)}h${String(minutes % 60).padStart(2, '0')}m`;
}
