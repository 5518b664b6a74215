import { failedPrecondition } from '@synod/rpc';
import type { History } from './history.js';
import type { HistoryPart, HistoryQuery } from './history-gap.js';

/** Records looked at for one message; about 1 KiB each. */
const RECORDS_PER_PART = 500;
/** Bytes of one message at most, of the 8 MiB that the transport takes; one record at least. */
const MAX_PART_BYTES = 2 * 1024 * 1024;

/**
 * This coordinator's history, for one that misses records. One with a gap of its own gives what it has of a single job, and
 * nothing else: whoever takes its word that there is no more would never look again.
 */
export async function* serveHistory(
  history: Pick<History, 'encoded' | 'page'>,
  hasGap: () => boolean,
  query: HistoryQuery,
): AsyncGenerator<HistoryPart> {
  if (query.jobId !== '') {
    const found = await history.encoded(query.jobId);
    if (found !== undefined) yield { records: [found], throughJobId: query.jobId };
    else if (hasGap()) throw incomplete();
    return;
  }
  if (hasGap()) throw incomplete();
  let before = query.beforeJobId === '' ? undefined : query.beforeJobId;
  for (;;) {
    const page = await history.page(before, RECORDS_PER_PART);
    const last = page.at(-1);
    if (last === undefined) return;
    yield* parts(
      page.filter((row) => row.bytes.length > 0 && row.finishedAtMs >= query.finishedFromMs),
      last.jobId,
    );
    before = last.jobId;
  }
}

function* parts(rows: readonly { jobId: string; bytes: Uint8Array }[], throughJobId: string): Generator<HistoryPart> {
  let records: Uint8Array[] = [];
  let bytes = 0;
  let lastJobId = throughJobId;
  for (const row of rows) {
    if (records.length > 0 && bytes + row.bytes.length > MAX_PART_BYTES) {
      yield { records, throughJobId: lastJobId };
      records = [];
      bytes = 0;
    }
    records.push(row.bytes);
    bytes += row.bytes.length;
    lastJobId = row.jobId;
  }
  yield { records, throughJobId };
}

function incomplete(): Error {
  return failedPrecondition(
    'HISTORY_INCOMPLETE',
    'This coordinator misses records of finished jobs itself: ask another one.',
  );
}
