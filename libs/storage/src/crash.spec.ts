import fc from 'fast-check';
import { batchOf, modelAfter } from './crash-model.spec-support.js';
import { buildChild, startChild } from './child-process.spec-support.js';
import { openLogStore } from './lmdb-log-store.js';
import { ballotOf, identityOf, newDirectory, removeDirectories, textOf } from './storage.spec-support.js';

let program: string;

beforeAll(() => {
  program = buildChild(newDirectory());
});

afterAll(removeDirectories);

/** Runs the child from batch `from` until it has acknowledged `batches` more, kills it, and gives the last acknowledged. */
async function appendAndKill(directory: string, seed: number, from: number, batches: number): Promise<number> {
  const child = startChild(program, ['appendForever', directory, String(seed), String(from)]);
  child.process.stderr.pipe(process.stderr);
  await child.untilLine((line) => line === `acknowledged ${String(from + batches)}`);
  child.process.kill('SIGKILL');
  expect(await child.ended).toBe('SIGKILL');
  return Math.max(...child.lines.map((line) => Number(line.split(' ')[1])));
}

/** Checks that the log holds exactly the first batches, all of the acknowledged ones among them; returns how many. */
async function checkAfterCrash(directory: string, seed: number, acknowledged: number): Promise<number> {
  const log = await openLogStore({ directory, identityIfNew: () => identityOf('other'), onFatal: () => undefined });
  const recovered = log.recover();
  const durable = recovered.promised.round;
  expect(durable).toBeGreaterThanOrEqual(acknowledged);
  expect(recovered.unknownSlots).toEqual([]);
  const model = modelAfter(seed, durable);
  expect(new Map(recovered.accepted.map((entry) => [entry.slot, textOf(entry)]))).toEqual(model.held);
  const { lastSlot, trimmedThroughSlot, peers } = model;
  expect(recovered).toMatchObject({ lastSlot, trimmedThroughSlot, peers });
  await log.close();
  return durable;
}

test('kill -9 in the midst of appends: all that was acknowledged is there, and no batch is there in part', async () => {
  const run = fc.record({
    seed: fc.integer({ min: 1, max: 1_000_000 }),
    batches: fc.array(fc.integer({ min: 0, max: 90 }), { minLength: 1, maxLength: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(run, async ({ seed, batches }) => {
      const directory = newDirectory();
      let durable = 0;
      for (const count of batches) {
        const acknowledged = await appendAndKill(directory, seed, durable + 1, count);
        durable = await checkAfterCrash(directory, seed, acknowledged);
      }
    }),
    { numRuns: Number(process.env['SYNOD_CRASH_RUNS'] ?? 6) },
  );
}, 120_000);

test('the model itself: a batch promises its own number, and some trim', () => {
  expect(batchOf(1, 5)[0]).toEqual({ kind: 'promised', ballot: ballotOf(5) });
  expect(modelAfter(1, 60).trimmedThroughSlot).toBeGreaterThan(0);
});
