import type { ClusterMember } from '@synod/client';

/** What an operator should do about a problem that a member names. */
const ADVICE: Readonly<Record<string, string>> = {
  starting: 'starts; wait',
  disk: 'its disk is slow or nearly full, so it does not lead: see disk',
  diskFull: 'its disk is full, so it takes no part: free or add space where its data lies; it goes on by itself',
  eventLoop: 'its process does not get to run in time: is its host overloaded, or was it paused?',
  clock: 'its clock is off, so it does not lead: look at NTP on its host',
  needsSnapshot: 'fell behind what the others have in their logs and fetches their state; it comes back by itself',
  installingSnapshot: 'puts the state that it fetched in place; it comes back by itself',
  damagedRecords: 'found damaged records in its log and fetches them from the others: look at its disk',
  historyGap: 'fetches records of finished jobs that it missed; until then it asks the others for them',
  stopped: 'has stopped and is about to end: see its log',
};

/** What is to be said of a member below the table; nothing of one that is well. */
export function adviceFor(member: ClusterMember): string[] {
  const lines: string[] = [];
  const { snapshot, problem } = member;
  const advice = ADVICE[problem];
  if (advice !== undefined) lines.push(advice);
  if (snapshot !== undefined) {
    const { fromId, receivedRecords, totalRecords, slot } = snapshot;
    const total = totalRecords === 0 ? '' : ` of ${String(totalRecords)}`;
    lines.push(`state at slot ${String(slot)} from ${fromId}: ${String(receivedRecords)}${total} records are here`);
  }
  return lines;
}

const STEP = 1_024;
const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** Bytes for people: `512 B`, `1.5 GiB`. */
export function size(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= STEP && unit < UNITS.length - 1) {
    value /= STEP;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return `${value.toFixed(digits)} ${UNITS[unit] ?? ''}`;
}

export function diskText({ diskState, diskFreeBytes }: ClusterMember): string {
  return diskState === 'unknown' ? '-' : `${diskState}, ${size(diskFreeBytes)} free`;
}

export function clockText({ clockOffsetMs }: ClusterMember): string {
  return clockOffsetMs === undefined ? '-' : `${clockOffsetMs > 0 ? '+' : ''}${String(clockOffsetMs)} ms`;
}

/** The level of the state; with what the program supports, when that is more. */
export function levelText({ featureLevel, maxFeatureLevel }: ClusterMember): string {
  if (maxFeatureLevel === 0) return '-';
  return maxFeatureLevel > featureLevel
    ? `${String(featureLevel)} of ${String(maxFeatureLevel)}`
    : String(featureLevel);
}
