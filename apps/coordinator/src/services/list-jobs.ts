import { pageTokenToWire, specBytesBound } from '@synod/contracts';
import type { ListJobsQuery } from '@synod/contracts';
import { matchesFilter } from '@synod/jobs';
import type { AttemptRecord, JobFilter, JobRecord, JobsView } from '@synod/jobs';
import type { History } from '../state/history.js';

export interface ListJobsModules {
  readonly view: Pick<JobsView, 'listJobs'>;
  readonly history: Pick<History, 'list'>;
}

/** Records looked at for one page of a narrow filter, at most; the page then says where to go on. */
const MAX_RETIRED_SCANNED = 10_000;
const HISTORY_PAGE = 500;
/** One page, in bytes; a message between client and coordinator may have 8 MiB. */
const MAX_PAGE_BYTES = 4 * 1024 * 1024;
const ATTEMPT_FRAME_BYTES = 300;

export interface JobsPage {
  readonly jobs: readonly JobRecord[];
  readonly nextPageToken: string;
}

/** A page of the jobs of the active state and of history as one list, newest first. It may be short and not the last. */
export async function listJobs(modules: ListJobsModules, query: ListJobsQuery): Promise<JobsPage> {
  const { filter, limit, beforeJobId } = query;
  // Asked for first: a job that retires meanwhile is in both, and not in neither.
  const active = modules.view.listJobs(filter, beforeJobId, limit);
  const retired = await listRetired(modules.history, filter, beforeJobId, limit);
  const seenThrough = retired.seenThroughJobId;
  const all = merged(active, retired.found).filter(({ jobId }) => seenThrough === undefined || jobId >= seenThrough);
  const jobs = all.slice(0, fitting(all, limit));
  const isCut = jobs.length === limit || jobs.length < all.length;
  return { jobs, nextPageToken: pageTokenToWire(isCut ? jobs.at(-1)?.jobId : seenThrough) };
}

interface Retired {
  readonly found: readonly JobRecord[];
  /** Below this one, records were not looked at; undefined when all were. */
  readonly seenThroughJobId: string | undefined;
}

/** Newest first, those of the filter among the records that left the active state. */
async function listRetired(
  history: Pick<History, 'list'>,
  filter: JobFilter,
  before: string | undefined,
  limit: number,
): Promise<Retired> {
  const found: JobRecord[] = [];
  let from = before;
  for (let scanned = 0; scanned < MAX_RETIRED_SCANNED && found.length < limit; scanned += HISTORY_PAGE) {
    const page = await history.list(from, HISTORY_PAGE);
    for (const job of page.records) if (matchesFilter(job, filter)) found.push(job);
    from = page.nextBeforeJobId;
    if (from === undefined) break;
  }
  return { found, seenThroughJobId: from };
}

/** Both newest first; a job that retires meanwhile may be in both. */
function merged(active: readonly JobRecord[], retired: readonly JobRecord[]): readonly JobRecord[] {
  const byId = new Map([...retired, ...active].map((job) => [job.jobId, job]));
  return [...byId.values()].sort((a, b) => (a.jobId < b.jobId ? 1 : -1));
}

/** How many of these make a page: one at least. */
function fitting(jobs: readonly JobRecord[], limit: number): number {
  let bytes = 0;
  for (const [index, job] of jobs.entries()) {
    bytes += specBytesBound(job.spec) + job.attempts.reduce((sum, attempt) => sum + attemptBytes(attempt), 0);
    if (index === limit || (index > 0 && bytes > MAX_PAGE_BYTES)) return index;
  }
  return jobs.length;
}

function attemptBytes({ end }: AttemptRecord): number {
  if (end === undefined) return ATTEMPT_FRAME_BYTES;
  const outputs = end.result.length + end.stdoutTail.length + end.stderrTail.length;
  return ATTEMPT_FRAME_BYTES + outputs + 3 * end.message.length;
}
