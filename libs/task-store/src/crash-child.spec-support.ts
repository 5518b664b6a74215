/** Puts records and blobs, and prunes, until it's killed. Says which record is there. */
import { openEmbeddedTaskStore } from './embedded-task-store.js';

export function jobIdOf(number: number): string {
  return `job-${String(number).padStart(8, '0')}`;
}

export function contentOf(number: number): string {
  return `${String(number)}:${'r'.repeat((number * 37) % 5_000)}`;
}

async function putForever(directory: string, from: number): Promise<void> {
  const store = await openEmbeddedTaskStore({ directory });
  for (let number = from; ; number++) {
    const bytes = Buffer.from(contentOf(number));
    await Promise.all([
      store.putRecords([{ jobId: jobIdOf(number), finishedAtMs: number, bytes }]),
      store.putBlob(`${jobIdOf(number)}/log`, Buffer.alloc((number % 5) * 50_000, number)),
    ]);
    process.stdout.write(`put ${String(number)}\n`);
    if (number % 20 === 0) await store.prune({ maxRecords: 30 });
  }
}

const [directory, from] = process.argv.slice(2);
if (directory !== undefined && from !== undefined && require.main === module) void putForever(directory, Number(from));
