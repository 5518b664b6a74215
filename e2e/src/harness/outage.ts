/**
 * How long an outage of a test lasts: short by default, and as long as `SYNOD_E2E_OUTAGE_SECONDS` says for a run at full length (`60`).
 */
export function outageMs(defaultSeconds: number): number {
  const given = process.env['SYNOD_E2E_OUTAGE_SECONDS'];
  const seconds = given === undefined || given === '' ? defaultSeconds : Number(given);
  if (!Number.isFinite(seconds) || seconds < defaultSeconds || seconds > 600) {
    throw new Error(
      `SYNOD_E2E_OUTAGE_SECONDS is a number of seconds from ${String(defaultSeconds)} to 600, not ${String(given)}`,
    );
  }
  return seconds * 1_000;
}
