import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LocalCluster } from './harness/cluster.js';

const COORDINATORS = 3;
const QUORUM = 2;
const SAMPLES = 10;

/** One system call of one coordinator, in seconds of Unix time. */
interface SystemCall {
  readonly name: string;
  readonly text: string;
  readonly beganAt: number;
  readonly endedAt: number;
}

const hasStrace = (() => {
  try {
    execFileSync('strace', ['-V'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

(hasStrace ? describe : describe.skip)('system calls of 3 coordinators (needs strace)', () => {
  let cluster: LocalCluster;

  beforeAll(async () => {
    cluster = await LocalCluster.start({
      coordinators: COORDINATORS,
      agents: 0,
      coordinatorWrapper: (id, directory) => [
        // -D: the tracer stays behind, so that the coordinator is our child and gets our signals.
        ...['strace', '-D', '-ff', '-y', '-ttt', '-T', '-s', '16384', '-o', join(directory, `trace-${id}`)],
        ...['-e', 'trace=fdatasync,pwrite64,pwritev,write,writev'],
      ],
    });
  }, 120_000);

  afterAll(async () => {
    await cluster.stop();
  }, 60_000);

  it('an acknowledgement leaves only after a quorum wrote the job and flushed it', async () => {
    const samples: { marker: string; jobId: string }[] = [];
    for (let index = 0; index < SAMPLES; index++) {
      const marker = `marker-${String(index)}-${String(process.pid)}`;
      const { jobId } = await cluster.client.submit({ handler: { handler: 'nobody' }, labels: { marker } });
      samples.push({ marker, jobId });
    }
    await Promise.all(cluster.coordinatorIds().map((id) => cluster.process(id).end('SIGKILL')));
    const calls = cluster.coordinatorIds().map((id) => readTrace(cluster.directory, id));
    for (const { marker, jobId } of samples) {
      const answeredAt = Math.min(...calls.map((own) => firstSent(own, jobId)));
      const flushedAt = calls.map((own) => durableAt(own, marker)).sort((a, b) => a - b);
      expect(Number.isFinite(answeredAt)).toBe(true);
      expect({ marker, afterQuorum: (flushedAt[QUORUM - 1] ?? Infinity) <= answeredAt }).toEqual({
        marker,
        afterQuorum: true,
      });
    }
  }, 120_000);
});

/** When the first bytes that name the job left this coordinator: nobody can know its id before. */
function firstSent(calls: readonly SystemCall[], jobId: string): number {
  return calls.find(({ text }) => isSocket(text) && text.includes(jobId))?.beganAt ?? Infinity;
}

/** When the record with the marker was flushed here: written, then fdatasync, then the synchronous write of the meta page. */
function durableAt(calls: readonly SystemCall[], marker: string): number {
  const ofLog = calls.filter(({ text }) => isLogFile(text));
  const written = ofLog.find(({ name, text }) => name !== 'fdatasync' && text.includes(marker));
  if (written === undefined) return Infinity;
  const flushed = ofLog.find(({ name, beganAt }) => name === 'fdatasync' && beganAt >= written.endedAt);
  if (flushed === undefined) return Infinity;
  const meta = ofLog.find(({ name, beganAt }) => name !== 'fdatasync' && beganAt >= flushed.endedAt);
  return meta?.endedAt ?? Infinity;
}

/** The tracer writes what a descriptor is behind its number. */
function isLogFile(text: string): boolean {
  return /^\d+<[^>]*\/log\//.test(text);
}

function isSocket(text: string): boolean {
  return /^\d+<socket:/.test(text);
}

/** All calls of a coordinator's threads, by their beginning. */
function readTrace(directory: string, id: string): SystemCall[] {
  return readdirSync(directory)
    .filter((file) => file.startsWith(`trace-${id}.`))
    .flatMap((file) => readFileSync(join(directory, file), 'latin1').split('\n'))
    .flatMap((line) => {
      const match = /^(\d+\.\d+) (\w+)\((.*)<(\d+\.\d+)>$/.exec(line);
      if (match === null) return [];
      const beganAt = Number(match[1]);
      return [{ name: match[2] ?? '', text: match[3] ?? '', beganAt, endedAt: beganAt + Number(match[4]) }];
    })
    .sort((a, b) => a.beganAt - b.beganAt);
}
